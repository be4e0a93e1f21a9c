//! What policies changed of late: what rate limits look back on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Changes that policies made, one or some that were close together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Change {
    /// When the first was.
    first: Timestamp,
    /// When the last was.
    last: Timestamp,
    /// Instances that they added.
    added: u32,
    /// Instances that they removed.
    removed: u32,
}

/// A group's changes by policies within the periods of its rates, oldest first. They are stored with the group, in the
/// commit of the change itself, so that the next leader keeps to the same rates. Only how much was changed is kept: what
/// users and schedules set in between is no part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pace(Vec<Change>);

/// Instances that policies added and removed within a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Added.
    pub added: u64,
    /// Removed.
    pub removed: u64,
}

impl Pace {
    /// A period's changes are told apart when they are further from each other than this part of it. So the document stays
    /// small.
    const PARTS: i64 = 128;

    /// Notes a change and drops what is older than `keep`.
    pub fn note(&mut self, before: u32, after: u32, keep: Duration, now: Timestamp) {
        self.0.retain(|change| change.last.is_recent(keep, now));
        if keep.is_zero() || before == after {
            return;
        }
        let part = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX) / Self::PARTS;
        let part_of = |at: Timestamp| at.millis().div_euclid(part.max(1));
        let change = Change {
            first: now,
            last: now,
            added: after.saturating_sub(before),
            removed: before.saturating_sub(after),
        };
        match self.0.last_mut() {
            Some(close) if part_of(close.last) == part_of(now) => close.join(change),
            _ => self.0.push(change),
        }
    }

    /// When they were.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> {
        self.0.iter().flat_map(|change| [change.first, change.last])
    }

    /// The same, to be set.
    pub fn times_mut(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let changes = self.0.iter_mut();
        changes.flat_map(|change| [&mut change.first, &mut change.last])
    }

    /// As a limit of growth counts the period that ends now: what was added until the last of those close together is past,
    /// what was removed until the first of them is.
    #[must_use]
    pub fn for_growth(&self, period: Duration, now: Timestamp) -> Moved {
        Moved {
            added: self.added(|change| change.last.is_recent(period, now)),
            removed: self.removed(|change| change.first.is_recent(period, now)),
        }
    }

    /// As a limit of shrinking counts it: the other way around.
    #[must_use]
    pub fn for_shrinking(&self, period: Duration, now: Timestamp) -> Moved {
        Moved {
            added: self.added(|change| change.first.is_recent(period, now)),
            removed: self.removed(|change| change.last.is_recent(period, now)),
        }
    }

    /// When some of it is past next.
    #[must_use]
    pub fn next_past(&self, period: Duration, now: Timestamp) -> Option<Timestamp> {
        let within = self.times().filter(|at| at.is_recent(period, now));
        within.min().map(|at| at + period)
    }

    fn added(&self, is_within: impl Fn(&Change) -> bool) -> u64 {
        let changes = self.0.iter().filter(|change| is_within(change));
        changes.map(|change| u64::from(change.added)).sum()
    }

    fn removed(&self, is_within: impl Fn(&Change) -> bool) -> u64 {
        let changes = self.0.iter().filter(|change| is_within(change));
        changes.map(|change| u64::from(change.removed)).sum()
    }
}

impl Change {
    fn join(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.added = self.added.saturating_add(other.added);
        self.removed = self.removed.saturating_add(other.removed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    /// Added and removed, as a limit of growth counts them.
    fn moved(pace: &Pace, period: u64, now: i64) -> (u64, u64) {
        let moved = pace.for_growth(Duration::from_secs(period), at(now));
        (moved.added, moved.removed)
    }

    #[test]
    fn changes_count_until_they_are_past() {
        let mut pace = Pace::default();
        for (second, before, after) in [(0, 1, 4), (30, 8, 6), (60, 2, 3)] {
            pace.note(before, after, HOUR, at(second));
        }
        let found = [59, 60, 89, 90, 120].map(|now| moved(&pace, 60, now));
        assert_eq!(found, [(4, 2), (1, 2), (1, 2), (1, 0), (0, 0)]);
        assert_eq!(moved(&pace, 3_600, 3_599), (4, 2));
        let next = [59, 60, 90, 120].map(|now| pace.next_past(Duration::from_secs(60), at(now)));
        assert_eq!(next, [Some(at(60)), Some(at(90)), Some(at(120)), None]);
    }

    #[test]
    fn what_no_period_reaches_is_dropped() {
        let mut pace = Pace::default();
        pace.note(1, 2, HOUR, at(0));
        pace.note(2, 5, Duration::from_secs(60), at(60));
        assert_eq!(moved(&pace, 3_600, 60), (3, 0));
        pace.note(5, 6, Duration::ZERO, at(61));
        assert_eq!(pace, Pace::default());
    }

    #[test]
    fn what_a_clock_that_was_ahead_noted_holds_nothing_back_for_long() {
        let mut pace = Pace::default();
        pace.note(1, 2, HOUR, at(10_000));
        assert_eq!(moved(&pace, 60, 9_970), (1, 0));
        assert_eq!(moved(&pace, 60, 9_000), (0, 0));
        pace.note(2, 4, HOUR, at(0));
        assert_eq!(moved(&pace, 3_600, 0), (2, 0));
    }

    #[test]
    fn many_changes_take_little_room_and_none_lets_a_limit_through() {
        let mut pace = Pace::default();
        for second in 0..3_000 {
            let (before, after) = if second % 3 == 0 { (4, 3) } else { (3, 4) };
            pace.note(before, after, HOUR, at(second));
        }
        assert!(pace.0.len() < 130, "{}", pace.0.len());
        for now in 3_000..6_700 {
            let since: i64 = (now - 3_599).clamp(0, 3_000);
            let removed = (since..3_000).filter(|second| second % 3 == 0).count() as u64;
            let added = 3_000 - since.unsigned_abs() - removed;
            let (growth, shrinking) = (pace.for_growth(HOUR, at(now)), pace.for_shrinking(HOUR, at(now)));
            for (most, exact, least) in [
                (growth.added, added, shrinking.added),
                (shrinking.removed, removed, growth.removed),
            ] {
                let is_close = least <= exact && exact <= most && most - least <= 28;
                assert!(is_close, "{now}: {exact}, {growth:?}, {shrinking:?}");
            }
        }
    }
}
