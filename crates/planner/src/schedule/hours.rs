//! When business hours begin and end.

use domain::Timestamp;
use domain::schedule::{BusinessHours, Day, TimeOfDay};
use jiff::civil::{Date, Time, Weekday};

use super::Occurrence;
use super::zone::Zone;

/// The smallest step of time.
const LEAST: std::time::Duration = std::time::Duration::from_millis(1);
/// Days looked through at most, [`super::HORIZON`] and a little.
const DAYS: usize = 5 * 366 + 4;
/// A day's hours begin or end at most so many days from where a wall clock shows its date: the day after when they are
/// overnight, and one more for a wall clock that is set about midnight.
const AROUND: i32 = 2;

/// Business hours in a zone.
#[derive(Clone, Debug)]
pub(super) struct Edges {
    hours: BusinessHours,
    zone: Zone,
}

impl Edges {
    pub(super) fn of(hours: &BusinessHours, zone: Zone) -> Self {
        Self {
            hours: hours.clone(),
            zone,
        }
    }

    pub(super) fn inside(&self, now: Timestamp) -> bool {
        let today = self.zone.wall(now).date();
        let mut around = days(today, -AROUND, 1).take(2 * AROUND.unsigned_abs() as usize);
        around.any(|date| {
            self.session(date)
                .is_some_and(|(open, close)| open <= now && now < close)
        })
    }

    /// The last edge after `after` and not after `now`.
    pub(super) fn last(&self, after: Timestamp, now: Timestamp) -> Option<Occurrence> {
        let today = self.zone.wall(now).date();
        let sessions = days(today, AROUND, -1)
            .take(DAYS)
            .filter_map(|date| self.session(date));
        let edges = sessions.flat_map(|(open, close)| [close, open]);
        let mut edges = edges
            .skip_while(|edge| *edge > now)
            .take_while(|edge| *edge > after);
        edges.find(|edge| self.is_edge(*edge)).map(|edge| self.at(edge))
    }

    /// The first edge after `after`.
    pub(super) fn next(&self, after: Timestamp) -> Option<Occurrence> {
        let today = self.zone.wall(after).date();
        let sessions = days(today, -AROUND, 1)
            .take(DAYS)
            .filter_map(|date| self.session(date));
        let mut edges = sessions.flat_map(|(open, close)| [open, close]);
        let next = edges.find(|edge| *edge > after && self.is_edge(*edge))?;
        Some(self.at(next))
    }

    fn at(&self, edge: Timestamp) -> Occurrence {
        let sizes = match self.inside(edge) {
            true => self.hours.inside,
            false => self.hours.outside,
        };
        Occurrence { at: edge, sizes }
    }

    /// Where one day's hours end and the next day's begin there is no edge.
    fn is_edge(&self, at: Timestamp) -> bool {
        self.inside(at) != self.inside(at - LEAST)
    }

    /// When the hours of a date begin and end; none when it has none.
    fn session(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let BusinessHours {
            hours,
            days,
            exceptions,
            ..
        } = &self.hours;
        if !days.contains(&day(date.weekday())) || exceptions.contains(&date.to_string()) {
            return None;
        }
        let until = match hours.are_overnight() {
            true => date.tomorrow().ok()?,
            false => date,
        };
        let open = self.zone.first(date.to_datetime(time(hours.start)?))?;
        let close = self.zone.first(until.to_datetime(time(hours.end)?))?;
        // Hours that a wall clock skips as a whole are none.
        (open < close).then_some((open, close))
    }
}

/// Days one after the other, or one before the other, from so many days after a date.
fn days(date: Date, from: i32, step: i32) -> impl Iterator<Item = Date> {
    let mut next = date.checked_add(jiff::Span::new().days(from)).ok();
    std::iter::from_fn(move || {
        let day = next?;
        next = match step > 0 {
            true => day.tomorrow().ok(),
            false => day.yesterday().ok(),
        };
        Some(day)
    })
}

fn time(time: TimeOfDay) -> Option<Time> {
    let (hour, minute) = (i8::try_from(time.hour()).ok()?, i8::try_from(time.minute()).ok()?);
    Time::new(hour, minute, 0, 0).ok()
}

fn day(weekday: Weekday) -> Day {
    match weekday {
        Weekday::Monday => Day::Mon,
        Weekday::Tuesday => Day::Tue,
        Weekday::Wednesday => Day::Wed,
        Weekday::Thursday => Day::Thu,
        Weekday::Friday => Day::Fri,
        Weekday::Saturday => Day::Sat,
        Weekday::Sunday => Day::Sun,
    }
}
