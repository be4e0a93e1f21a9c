//! How the time stands to a group's business hours.

use domain::Timestamp;

use super::{HORIZON, Timetable};

/// How the time stands to a group's business hours. What is not known to be open is closed to who acts in them only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Within them.
    Open,
    /// Outside them.
    Closed {
        /// When they begin.
        opens: Timestamp,
        /// The same for people: by the wall clocks of the schedule's zone.
        told: String,
    },
    /// No schedule declares any.
    Undeclared,
    /// Nobody knows; why.
    Unknown(String),
}

/// How `now` stands to the business hours that schedules declare; with several, one that is open opens the group.
#[must_use]
pub fn hours<'a>(tables: impl IntoIterator<Item = &'a Timetable>, now: Timestamp) -> Hours {
    let mut first: Option<(Timestamp, Option<&Timetable>)> = None;
    for table in tables {
        let (opens, by) = match table.inside(now) {
            None => continue,
            Some(true) => return Hours::Open,
            Some(false) => match table.next_after(now) {
                Some(next) => (next.at, Some(table)),
                None => (now + HORIZON, None),
            },
        };
        if first.is_none_or(|(first, _)| opens < first) {
            first = Some((opens, by));
        }
    }
    let Some((opens, by)) = first else {
        return Hours::Undeclared;
    };
    let told = by.map_or_else(
        || "do not begin within five years".to_owned(),
        |table| format!("begin at {}", table.wall(opens)),
    );
    Hours::Closed { opens, told }
}
