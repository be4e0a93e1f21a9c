//! Times that cron gives.
//!
//! Cron is asked about wall clocks only, as if they were never set; what that means in time, [`Zone`] says. The library
//! would tell jobs at fixed times from those at intervals, run the latter in both passes of an hour that comes twice and
//! drop them in one that is skipped; to set the same sizes again would undo what was changed in between.

use std::iter;

use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, Direction};
use domain::Timestamp;
use domain::schedule::ScheduledAction;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::ScheduleError;
use super::zone::Zone;

/// The smallest step of time.
const LEAST: std::time::Duration = std::time::Duration::from_millis(1);

#[derive(Clone, Debug)]
pub(super) struct Recurrence {
    cron: Cron,
    zone: Zone,
    start: Timestamp,
    end: Timestamp,
}

impl Recurrence {
    pub(super) fn of(action: &ScheduledAction, zone: Zone) -> Result<Self, ScheduleError> {
        let text = action.recurrence.as_deref().unwrap_or_default();
        Ok(Self {
            cron: parse(text)?,
            zone,
            start: action.start_time.unwrap_or(Timestamp::from_millis(i64::MIN)),
            end: action.end_time.unwrap_or(Timestamp::from_millis(i64::MAX)),
        })
    }

    /// The last after `after` and not after `now`.
    pub(super) fn last(&self, after: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let until = now.min(self.end);
        let begin = self.zone.latest_wall(until);
        let last = self.times(begin, Direction::Backward).find(|at| *at <= until)?;
        (last > after && last >= self.start).then_some(last)
    }

    /// The first after `after`.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after = after.max(self.start - LEAST);
        let begin = self.zone.wall(after);
        let next = self.times(begin, Direction::Forward).find(|at| *at > after)?;
        (next <= self.end).then_some(next)
    }

    /// The times at which wall clocks show what cron gives, from `begin` on.
    fn times(&self, begin: DateTime, direction: Direction) -> impl Iterator<Item = Timestamp> {
        let mut inclusive = true;
        let mut wall = begin.to_zoned(TimeZone::UTC).ok();
        let walls = iter::from_fn(move || {
            let from = wall.as_ref()?;
            let found = match direction {
                Direction::Forward => self.cron.find_next_occurrence(from, inclusive),
                Direction::Backward => self.cron.find_previous_occurrence(from, inclusive),
            };
            (wall, inclusive) = (found.ok(), false);
            wall.as_ref().map(|wall| wall.datetime())
        });
        walls.map_while(|wall| self.zone.first(wall))
    }
}

/// The fields of cron, as they stand.
const FIELDS: [&str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

fn parse(text: &str) -> Result<Cron, ScheduleError> {
    let refused = |why: &str| {
        let example = "use five fields of cron, for example \"0 9 * * mon-fri\"";
        ScheduleError::new("recurrence", format!("{text:?}: {why}: {example}"))
    };
    match text.split_whitespace().count() {
        5 => {}
        fields => return Err(refused(&format!("has {fields} field(s)"))),
    }
    parser().parse(text).map_err(|error| {
        let of = wrong(text).map_or_else(String::new, |(name, field)| format!("{name} {field:?}: "));
        refused(&format!("{of}{}", error.to_string().trim_end_matches('.')))
    })
}

fn parser() -> CronParser {
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
}

/// The first field that is wrong by itself.
fn wrong(text: &str) -> Option<(&'static str, &str)> {
    let mut each = FIELDS.into_iter().zip(text.split_whitespace()).enumerate();
    each.find_map(|(at, (name, field))| {
        let mut fields = ["*"; FIELDS.len()];
        *fields.get_mut(at)? = field;
        let alone = parser().parse(&fields.join(" "));
        alone.is_err().then_some((name, field))
    })
}
