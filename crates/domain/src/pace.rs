//! What policies changed of late: what rate limits look back on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A change that policies made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Desired capacity before it.
    pub before: u32,
}

/// A group's changes by policies within the periods of its rates, oldest first. They are stored with the group, in the
/// commit of the change itself, so that the next leader keeps to the same rates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pace(Vec<Change>);

impl Pace {
    /// A period's changes are told apart when they are further from each other than this part of it. So the document stays
    /// small, and a change counts by less than that too long, never too short.
    const PARTS: i64 = 128;

    /// Notes a change and drops what is older than `keep`.
    pub fn note(&mut self, before: u32, keep: Duration, now: Timestamp) {
        self.0.retain(|change| change.at.is_recent(keep, now));
        let part = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX) / Self::PARTS;
        let part_of = |at: Timestamp| at.millis().div_euclid(part.max(1));
        match self.0.last_mut() {
            _ if keep.is_zero() => {}
            Some(last) if part_of(last.at) == part_of(now) => last.at = now,
            _ => self.0.push(Change { at: now, before }),
        }
    }

    /// When they were.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> {
        self.0.iter().map(|change| change.at)
    }

    /// The same, to be set.
    pub fn times_mut(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        self.0.iter_mut().map(|change| &mut change.at)
    }

    /// The first change within the period that ends now.
    #[must_use]
    pub fn first_within(&self, period: Duration, now: Timestamp) -> Option<Change> {
        let mut changes = self.0.iter().copied();
        changes.find(|change| change.at.is_recent(period, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    fn before(pace: &Pace, period: u64, now: i64) -> Option<u32> {
        let first = pace.first_within(Duration::from_secs(period), at(now));
        first.map(|change| change.before)
    }

    #[test]
    fn the_first_change_within_a_period_is_found_until_it_is_past() {
        let mut pace = Pace::default();
        for (second, desired) in [(0, 1), (30, 2), (60, 3)] {
            pace.note(desired, HOUR, at(second));
        }
        let found = [59, 60, 89, 90, 120].map(|now| before(&pace, 60, now));
        assert_eq!(found, [Some(1), Some(2), Some(2), Some(3), None]);
        assert_eq!(before(&pace, 3_600, 3_599), Some(1));
    }

    #[test]
    fn what_no_period_reaches_is_dropped() {
        let mut pace = Pace::default();
        pace.note(1, HOUR, at(0));
        pace.note(2, Duration::from_secs(60), at(60));
        assert_eq!(before(&pace, 3_600, 60), Some(2));
        pace.note(3, Duration::ZERO, at(61));
        assert_eq!(pace, Pace::default());
    }

    #[test]
    fn what_a_clock_that_was_ahead_noted_holds_nothing_back_for_long() {
        let mut pace = Pace::default();
        pace.note(1, HOUR, at(10_000));
        assert_eq!(before(&pace, 60, 9_970), Some(1));
        assert_eq!(before(&pace, 60, 9_000), None);
        pace.note(2, HOUR, at(0));
        assert_eq!(before(&pace, 3_600, 0), Some(2));
    }

    #[test]
    fn many_changes_take_little_room_and_none_is_past_too_early() {
        let mut pace = Pace::default();
        for second in 0..3_000 {
            pace.note(second, HOUR, at(second.into()));
        }
        assert!(pace.0.len() < 130, "{}", pace.0.len());
        for now in 3_000..6_599 {
            let exact = u32::try_from((now - 3_599).max(0)).unwrap_or_default();
            let found = before(&pace, 3_600, now);
            let late = found.map(|found| exact.checked_sub(found));
            assert!(matches!(late, Some(Some(0..=28))), "{now}: {found:?} for {exact}");
        }
    }
}
