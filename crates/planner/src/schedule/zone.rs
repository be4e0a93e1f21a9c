//! Wall clocks of a zone, and the time.

use domain::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp as Instant};

use super::ScheduleError;

/// An IANA zone.
#[derive(Clone, Debug)]
pub(super) struct Zone(TimeZone);

impl Zone {
    pub(super) fn named(name: &str) -> Result<Self, ScheduleError> {
        TimeZone::get(name).map(Self).map_err(|_| {
            let problem = format!("{name:?} is no IANA time zone: use for example Europe/Berlin or UTC");
            ScheduleError::new("time_zone", problem)
        })
    }

    /// What wall clocks show at a time.
    pub(super) fn wall(&self, at: Timestamp) -> DateTime {
        let at = instant(at);
        self.0.to_offset(at).to_datetime(at)
    }

    /// The latest that wall clocks have shown by a time, or a little more: after they were set back they have shown
    /// what they will show again.
    pub(super) fn latest_wall(&self, at: Timestamp) -> DateTime {
        let at = instant(at);
        let offset = self.0.to_offset(at);
        let wall = offset.to_datetime(at);
        match self.0.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Fold { before, after } if offset == after => {
                let back = i64::from(before.seconds() - after.seconds());
                wall.saturating_add(SignedDuration::from_secs(back))
            }
            AmbiguousOffset::Fold { .. }
            | AmbiguousOffset::Gap { .. }
            | AmbiguousOffset::Unambiguous { .. } => wall,
        }
    }

    /// When wall clocks show something for the first time; what they skip, they show when they have skipped it. None
    /// beyond the years that can be reckoned with.
    pub(super) fn first(&self, wall: DateTime) -> Option<Timestamp> {
        let at = match self.0.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok()?,
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok()?,
            AmbiguousOffset::Gap { after, .. } => {
                // By the offset that holds only after the gap, it is before the gap.
                let earlier = after.to_timestamp(wall).ok()?;
                self.0.following(earlier).next()?.timestamp()
            }
        };
        Some(Timestamp::from_millis(at.as_millisecond()))
    }

    pub(super) fn shown(&self, at: Timestamp) -> String {
        let at = instant(at);
        let shown = at.display_with_offset(self.0.to_offset(at)).to_string();
        match self.0.to_offset(at).is_zero() {
            true => shown.replace("+00:00", "Z"),
            false => shown,
        }
    }

    /// For people: to the minute, with the zone's name.
    pub(super) fn told(&self, at: Timestamp) -> String {
        let wall = self.wall(at).strftime("%Y-%m-%d %H:%M");
        match self.0.iana_name() {
            Some(name) => format!("{wall} ({name})"),
            None => wall.to_string(),
        }
    }
}

/// A time in RFC 3339, by UTC and to the second, for sentences about what has no zone.
pub(crate) fn utc(at: Timestamp) -> String {
    instant(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads a time in RFC 3339.
///
/// # Errors
/// What is wrong, with the text.
pub fn read_time(text: &str) -> Result<Timestamp, String> {
    let at = text.parse::<Instant>();
    at.map(|at| Timestamp::from_millis(at.as_millisecond()))
        .map_err(|_| format!("{text:?} is no time: use RFC 3339, for example 2030-01-01T09:00:00+01:00"))
}

/// Checks a date, as business hours except some.
///
/// # Errors
/// What is wrong, with the text.
pub fn read_date(text: &str) -> Result<(), String> {
    let date = text.parse::<Date>().ok();
    date.filter(|date| date.to_string() == text)
        .map(drop)
        .ok_or_else(|| format!("{text:?} is no date: use for example 2030-12-25"))
}

/// The same in the library's terms; what is beyond the years it reckons with, the nearest that is not.
fn instant(at: Timestamp) -> Instant {
    let nearest = if at.millis() < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    };
    Instant::from_millisecond(at.millis()).unwrap_or(nearest)
}
