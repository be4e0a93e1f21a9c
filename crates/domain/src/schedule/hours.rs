//! Business hours.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Sizes;

/// Hours of certain days, and what their edges set. Several schedules of a group that have them are open when any is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessHours {
    /// From when until when.
    pub hours: Hours,
    /// The days on which they begin.
    #[serde(default = "Day::working")]
    pub days: BTreeSet<Day>,
    /// Dates on which they do not begin, for example `2026-12-25`.
    #[serde(default)]
    pub exceptions: BTreeSet<String>,
    /// What is set when they begin.
    #[serde(default)]
    pub inside: Sizes,
    /// What is set when they end.
    #[serde(default)]
    pub outside: Sizes,
}

/// From when until when. An end that is not after the start is on the day that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// When they begin.
    pub start: TimeOfDay,
    /// When they end.
    pub end: TimeOfDay,
}

impl Hours {
    /// Whether they end on the day that follows.
    #[must_use]
    pub fn are_overnight(&self) -> bool {
        self.end <= self.start
    }
}

/// A time on a wall clock, in minutes since midnight; `09:00` as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

/// A text that is no time of day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time of day: use 00:00 to 23:59")]
pub struct UnknownTime(String);

impl TimeOfDay {
    /// The hour, 0 to 23.
    #[must_use]
    pub fn hour(self) -> u8 {
        u8::try_from(self.0 / 60).unwrap_or(23)
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub fn minute(self) -> u8 {
        u8::try_from(self.0 % 60).unwrap_or(59)
    }
}

impl FromStr for TimeOfDay {
    type Err = UnknownTime;

    fn from_str(text: &str) -> Result<Self, UnknownTime> {
        let digits = |part: &str, below: u16| {
            let plain = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
            let number = part.parse::<u16>().ok();
            number.filter(|number| plain && *number < below)
        };
        let minutes = text
            .split_once(':')
            .and_then(|(hour, minute)| Some(digits(hour, 24)? * 60 + digits(minute, 60)?));
        minutes.map(Self).ok_or_else(|| UnknownTime(text.to_owned()))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour(), self.minute())
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = UnknownTime;

    fn try_from(text: String) -> Result<Self, UnknownTime> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A text that names no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of mon, tue, wed, thu, fri, sat, sun")]
pub struct UnknownDay(String);

impl Day {
    /// All, from Monday on.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// Those of business hours that name none.
    #[must_use]
    pub fn working() -> BTreeSet<Self> {
        [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri].into()
    }

    /// As documents have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

impl FromStr for Day {
    type Err = UnknownDay;

    fn from_str(text: &str) -> Result<Self, UnknownDay> {
        let found = Self::ALL.into_iter().find(|day| day.as_str() == text);
        found.ok_or_else(|| UnknownDay(text.to_owned()))
    }
}
