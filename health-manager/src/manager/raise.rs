//! A new leader names its epoch in every group, so that nothing a leader before it still writes is taken: a few at a
//! time, and between them it rests, for what is asked of it meanwhile goes first.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::{Epoch, Group, GroupId};
use store::Versioned;
use tokio::time::Instant;

use super::Manager;

/// Groups at once, as many as a round raises of those in which nothing else is to be written.
pub(crate) const AT_ONCE: usize = 64;
/// It rests so many times as long as the last ones took: a slow store is not kept busy by this.
const RESTS: u32 = 4;
/// It rests at least so long.
const LEAST: Duration = Duration::from_millis(50);

/// The groups that are to be raised.
#[derive(Default)]
pub(crate) struct Raising {
    waiting: BTreeSet<GroupId>,
    /// When the next ones are due.
    due: Option<Instant>,
    /// When the present ones were begun.
    begun: Option<Instant>,
}

impl Raising {
    /// Those of a listing that name an earlier epoch.
    pub(super) fn listed(&mut self, groups: &[Versioned<Group>], epoch: Epoch) {
        let earlier = groups.iter().filter(|group| group.value.epoch < epoch);
        self.waiting = earlier.map(|group| group.value.id).collect();
        if !self.waiting.is_empty() && self.begun.is_none() {
            self.due.get_or_insert(Instant::now());
        }
    }

    /// When to go on.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// The next ones, if it is time.
    fn next(&mut self) -> BTreeSet<GroupId> {
        let now = Instant::now();
        if self.due.is_none_or(|due| due > now) {
            return BTreeSet::new();
        }
        (self.due, self.begun) = (None, Some(now));
        let rest = self.waiting.iter().nth(AT_ONCE).copied();
        let rest = rest.map_or_else(BTreeSet::new, |first| self.waiting.split_off(&first));
        std::mem::replace(&mut self.waiting, rest)
    }

    /// A round went by: if it raised something, the next ones wait.
    pub(super) fn went_by(&mut self) {
        if let Some(begun) = self.begun.take()
            && !self.waiting.is_empty()
        {
            self.due = Some(Instant::now() + (begun.elapsed() * RESTS).max(LEAST));
        }
    }
}

impl Manager {
    /// Decides about the next groups that name an earlier epoch; what is decided names ours.
    pub(super) fn raise_more(&mut self) {
        let next = self.raising.next();
        let earlier = |id: &GroupId| {
            self.cache
                .get(*id)
                .is_some_and(|kept| kept.value.epoch < self.epoch)
        };
        self.dirty.extend(next.into_iter().filter(earlier));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use domain::Revision;
    use store::conformance::fixtures;

    use super::*;

    fn groups(count: usize, epoch: u64) -> Vec<Versioned<Group>> {
        let named = |n| Versioned {
            revision: Revision(1),
            value: Group {
                epoch: Epoch(epoch),
                ..fixtures::full_group("user01", &format!("web{n}"))
            },
        };
        (0..count).map(named).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn all_are_raised_a_few_at_a_time_with_rests_between() {
        let mut raising = Raising::default();
        raising.listed(&groups(3, 7), Epoch(7));
        assert_eq!(raising.next_due(), None, "they name ours already");
        let mut left = BTreeSet::new();
        let earlier = groups(AT_ONCE * 2 + 5, 6);
        left.extend(earlier.iter().map(|group| group.value.id));
        raising.listed(&earlier, Epoch(7));
        for (count, took) in [(AT_ONCE, 300), (AT_ONCE, 0)] {
            tokio::time::sleep_until(raising.next_due().unwrap()).await;
            let next = raising.next();
            assert_eq!(next.len(), count);
            assert!(next.iter().all(|id| left.remove(id)), "none twice");
            assert!(raising.next().is_empty(), "not before these are written");
            tokio::time::advance(Duration::from_millis(took)).await;
            raising.went_by();
            let rest = raising.next_due().unwrap() - Instant::now();
            assert_eq!(rest, LEAST.max(Duration::from_millis(took) * RESTS));
        }
        tokio::time::sleep_until(raising.next_due().unwrap()).await;
        assert_eq!(raising.next(), left);
        raising.went_by();
        assert_eq!(raising.next_due(), None, "there are no more");
    }
}
