//! The simulated instances of a group.

use std::collections::VecDeque;
use std::time::Duration;

use domain::Timestamp;
use domain::policy::LOOK_BACK;

use super::recording::Recording;
use crate::scaling::Headcount;

/// Instances that come into service at the same time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cohort {
    pub(super) in_service: Timestamp,
    /// The first of the recording's places at which they are.
    pub(super) first: usize,
    pub(super) instances: u32,
}

/// A group's instances, oldest first. Each is in service a while after its launch, and gone at once when it is removed.
#[derive(Debug)]
pub(super) struct Crew {
    cohorts: VecDeque<Cohort>,
    delay: Duration,
    warmup: Duration,
}

impl Crew {
    /// So many that were in service for long.
    pub(super) fn begin(instances: u32, now: Timestamp, delay: Duration, warmup: Duration) -> Self {
        let long = now - (LOOK_BACK + warmup) * 2;
        let first = Cohort {
            in_service: long,
            first: 0,
            instances,
        };
        Self {
            cohorts: [first].into(),
            delay,
            warmup,
        }
    }

    /// Launches or removes what it takes to have so many. The oldest go first, as in a group.
    pub(super) fn resize(&mut self, to: u32, now: Timestamp, recording: &Recording) {
        let have = self.all();
        let mut surplus = have.saturating_sub(to);
        while surplus > 0
            && let Some(oldest) = self.cohorts.front_mut()
        {
            let gone = surplus.min(oldest.instances);
            oldest.instances -= gone;
            surplus -= gone;
            if oldest.instances == 0 {
                self.cohorts.pop_front();
            }
        }
        if to > have {
            self.cohorts.push_back(Cohort {
                in_service: now + self.delay,
                first: recording.first_place(now + self.delay),
                instances: to - have,
            });
        }
        self.forget_ages(now);
    }

    /// Those whose whole windows lie within their service differ no longer.
    fn forget_ages(&mut self, now: Timestamp) {
        let old = now - (LOOK_BACK + self.warmup);
        while let (Some(first), Some(second)) = (self.cohorts.front().copied(), self.cohorts.get_mut(1))
            && second.in_service < old
        {
            second.instances += first.instances;
            self.cohorts.pop_front();
        }
    }

    /// All, launched or in service.
    pub(super) fn all(&self) -> u32 {
        self.cohorts.iter().map(|cohort| cohort.instances).sum()
    }

    /// Those in service.
    pub(super) fn serving(&self, now: Timestamp) -> u32 {
        self.count(now)
    }

    /// Those whose samples count.
    pub(super) fn members(&self, now: Timestamp) -> impl Iterator<Item = Cohort> {
        let warm = now - self.warmup;
        let is_warm = move |cohort: &&Cohort| cohort.in_service <= warm;
        self.cohorts.iter().take_while(is_warm).copied()
    }

    /// As decisions count them.
    pub(super) fn headcount(&self, now: Timestamp) -> Headcount {
        let (all, in_service) = (self.all(), self.count(now - self.warmup));
        Headcount {
            in_service,
            warming: all - in_service,
            leaving: all,
        }
    }

    fn count(&self, since: Timestamp) -> u32 {
        let there = self
            .cohorts
            .iter()
            .take_while(|cohort| cohort.in_service <= since);
        there.map(|cohort| cohort.instances).sum()
    }
}
