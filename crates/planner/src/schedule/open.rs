//! How the time stands to a group's business hours.

use domain::Timestamp;

use super::{HORIZON, Timetable};

/// How the time stands to a group's business hours. What is not known to be open is closed to who acts in them only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Within them.
    Open,
    /// Outside them; when they begin.
    Closed(Timestamp),
    /// No schedule declares any.
    Undeclared,
    /// Nobody knows; why.
    Unknown(String),
}

/// How `now` stands to the business hours that schedules declare; with several, one that is open opens the group.
#[must_use]
pub fn hours<'a>(tables: impl IntoIterator<Item = &'a Timetable>, now: Timestamp) -> Hours {
    let mut first: Option<Timestamp> = None;
    for table in tables {
        let opens = match table.inside(now) {
            None => continue,
            Some(true) => return Hours::Open,
            Some(false) => table.next_after(now).map_or(now + HORIZON, |next| next.at),
        };
        first = Some(first.map_or(opens, |first| first.min(opens)));
    }
    first.map_or(Hours::Undeclared, Hours::Closed)
}
