//! What the clock asks of a group, and when: scheduled actions and business hours.
//!
//! Pure: the time comes in. One rule for the days on which wall clocks are set: what a wall clock skips happens at the
//! first moment after that, and what it shows twice happens the first time; so everything happens once.

mod due;
mod hours;
mod open;
mod recurrence;
mod zone;

use std::time::Duration;

use domain::schedule::{Rule, Schedule, Sizes};
use domain::{ScheduleName, Timestamp};

use hours::Edges;
use recurrence::Recurrence;
use zone::Zone;

pub use due::{Due, counts_from, due};
pub use open::{Hours, hours};
pub(crate) use zone::utc;
pub use zone::{read_date, read_time};

/// Nothing is looked for further ahead or back: five years.
pub const HORIZON: Duration = Duration::from_secs(5 * 366 * 24 * 3600);

/// Why a schedule cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ScheduleError {
    /// The field.
    pub field: &'static str,
    /// What is wrong, with the value.
    pub problem: String,
}

impl ScheduleError {
    fn new(field: &'static str, problem: String) -> Self {
        Self { field, problem }
    }
}

/// A time at which a schedule sets something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// When.
    pub at: Timestamp,
    /// What; nothing at an edge of business hours for which nothing is given.
    pub sizes: Sizes,
}

/// A schedule, ready to be asked for times.
#[derive(Clone, Debug)]
pub struct Timetable {
    /// Its name.
    pub name: ScheduleName,
    /// When it was made, or changed last.
    pub changed: Timestamp,
    /// The zone it goes by.
    zone: Zone,
    course: Course,
}

#[derive(Clone, Debug)]
enum Course {
    Once {
        at: Timestamp,
        sizes: Sizes,
    },
    Again {
        recurrence: Box<Recurrence>,
        sizes: Sizes,
    },
    Hours(Edges),
}

impl Timetable {
    /// Reads a schedule.
    ///
    /// # Errors
    /// [`ScheduleError`] names the field that cannot be followed, and its value.
    pub fn of(schedule: &Schedule) -> Result<Self, ScheduleError> {
        let zone = Zone::named(&schedule.time_zone)?;
        let course = match &schedule.rule {
            Rule::Hours(hours) => Course::Hours(Edges::of(hours, zone.clone())),
            Rule::Action(action) => match (&action.recurrence, action.start_time) {
                (Some(_), _) => Course::Again {
                    recurrence: Box::new(Recurrence::of(action, zone.clone())?),
                    sizes: action.sizes,
                },
                (None, Some(at)) => Course::Once {
                    at,
                    sizes: action.sizes,
                },
                (None, None) => {
                    let problem = "is required where there is no start_time".to_owned();
                    return Err(ScheduleError::new("recurrence", problem));
                }
            },
        };
        Ok(Self {
            name: schedule.name.clone(),
            changed: schedule.changed,
            zone,
            course,
        })
    }

    /// The last occurrence after `after` and not after `now`.
    #[must_use]
    pub fn last_before(&self, after: Timestamp, now: Timestamp) -> Option<Occurrence> {
        match &self.course {
            Course::Once { at, sizes } => occurrence(*at, *sizes).filter(|_| after < *at && *at <= now),
            Course::Again { recurrence, sizes } => occurrence(recurrence.last(after, now)?, *sizes),
            Course::Hours(edges) => edges.last(after, now),
        }
    }

    /// The first occurrence after `after`, if there is one within [`HORIZON`].
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Occurrence> {
        let next = match &self.course {
            Course::Once { at, sizes } => occurrence(*at, *sizes).filter(|_| after < *at),
            Course::Again { recurrence, sizes } => occurrence(recurrence.next(after)?, *sizes),
            Course::Hours(edges) => edges.next(after),
        };
        next.filter(|next| next.at <= after + HORIZON)
    }

    /// Whether it has business hours and `now` is within them; none where it has none.
    #[must_use]
    pub fn inside(&self, now: Timestamp) -> Option<bool> {
        match &self.course {
            Course::Once { .. } | Course::Again { .. } => None,
            Course::Hours(edges) => Some(edges.inside(now)),
        }
    }

    /// A time as its zone's wall clocks show it: RFC 3339, to the second.
    #[must_use]
    pub fn shown(&self, at: Timestamp) -> String {
        self.zone.shown(at)
    }

    /// The same within a sentence: to the minute, with the zone's name.
    pub(crate) fn wall(&self, at: Timestamp) -> String {
        self.zone.told(at)
    }
}

fn occurrence(at: Timestamp, sizes: Sizes) -> Option<Occurrence> {
    Some(Occurrence { at, sizes })
}
