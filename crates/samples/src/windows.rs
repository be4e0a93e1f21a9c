//! The windows of all instances.

use std::collections::HashMap;
use std::time::Duration;

use domain::report::Load;
use domain::{InstanceId, Timestamp};

use crate::figure;
use crate::ring::{Point, Ring};
use crate::{Metric, Statistic};

/// The recent samples of every instance that has any.
#[derive(Clone, Debug)]
pub struct Windows {
    look_back: Duration,
    holds: Duration,
    fills: Duration,
    rings: HashMap<InstanceId, Ring>,
}

/// One figure of a group, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The figure, in the metric's unit as the agents tell it.
    pub value: f64,
    /// Instances that have a sample in the window, or one that still fills it, and told theirs until its end.
    pub reported: usize,
    /// Instances that were asked for.
    pub expected: usize,
    /// When the oldest sample in the window was taken: a window that is not full yet begins late.
    pub oldest: Timestamp,
    /// When the newest sample in the window was taken.
    pub newest: Timestamp,
}

impl Windows {
    /// What is kept for policies to look back on.
    pub const LOOK_BACK: Duration = domain::policy::LOOK_BACK;

    /// No samples yet; those older than `look_back` are dropped.
    #[must_use]
    pub fn new(look_back: Duration) -> Self {
        Self {
            look_back,
            holds: look_back,
            fills: Duration::ZERO,
            rings: HashMap::new(),
        }
    }

    /// An instance whose newest sample is older than this at a window's end fell silent: the window says nothing of it,
    /// whatever it told before.
    #[must_use]
    pub fn holding(mut self, holds: Duration) -> Self {
        self.holds = holds;
        self
    }

    /// In a window without a sample of an instance its last one counts until it is older than this: a window may be shorter
    /// than the time between two samples.
    #[must_use]
    pub fn filling(mut self, fills: Duration) -> Self {
        self.fills = fills;
        self
    }

    /// Keeps what an instance's load was at a time, in any order. False when it is not kept: it is too old, from the
    /// future, told already (see [`crate::SPACING`]), or not a load.
    pub fn push(&mut self, record: InstanceId, at: Timestamp, load: Load, now: Timestamp) -> bool {
        let from = now - self.look_back;
        let in_time = at > from && at <= now;
        let Some(point) = Point::new(at, load).filter(|_| in_time) else {
            return false;
        };
        let ring = self.rings.entry(record).or_default();
        ring.keep(from, now);
        ring.insert(point)
    }

    /// Drops an instance's samples: it ended.
    pub fn forget(&mut self, record: InstanceId) {
        self.rings.remove(&record);
    }

    /// Keeps the samples of those instances alone.
    pub fn retain(&mut self, known: impl Fn(InstanceId) -> bool) {
        self.rings.retain(|record, _| known(*record));
    }

    /// Drops what is too old, and what a clock that went back had told for a time still to come.
    pub fn sweep(&mut self, now: Timestamp) {
        let from = now - self.look_back;
        self.rings.retain(|_, ring| {
            ring.keep(from, now);
            !ring.is_empty()
        });
    }

    /// One figure of a group over the `window` that ends at `end`. `members` are the instances that count, each once.
    /// `end` may be in the past: whether a threshold was breached for some time shows in several readings. `None` when
    /// no member has a sample that counts there.
    #[must_use]
    pub fn statistic(
        &self,
        members: impl IntoIterator<Item = InstanceId>,
        metric: Metric,
        statistic: Statistic,
        window: Duration,
        end: Timestamp,
    ) -> Option<Reading> {
        let (mut samples, mut means) = (Vec::new(), Vec::new());
        let (mut expected, mut span) = (0, None);
        for record in members {
            expected += 1;
            let begun = samples.len();
            if self.is_silent(record, end) {
                continue;
            }
            for point in self.counted(record, window, end) {
                let Some(part) = figure::part(metric, point) else {
                    continue;
                };
                samples.push(part);
                let (oldest, newest) = span.unwrap_or((point.at, point.at));
                span = Some((point.at.min(oldest), point.at.max(newest)));
            }
            let own = samples.get(begun..).unwrap_or_default();
            if !own.is_empty() {
                means.push(own.iter().sum::<f64>() / own.len() as f64);
            }
        }
        let (oldest, newest) = span?;
        Some(Reading {
            value: figure::of(statistic, &mut samples, &means)?,
            reported: means.len(),
            expected,
            oldest,
            newest,
        })
    }

    /// An instance's samples in the `window` that ends at `end`, oldest first.
    pub(crate) fn within(
        &self,
        record: InstanceId,
        window: Duration,
        end: Timestamp,
    ) -> impl Iterator<Item = &Point> {
        let ring = self.rings.get(&record);
        ring.into_iter()
            .flat_map(move |ring| ring.within(end - window, end))
    }

    /// Those, or the last one before them where there are none.
    fn counted(&self, record: InstanceId, window: Duration, end: Timestamp) -> impl Iterator<Item = &Point> {
        let mut own = self.within(record, window, end).peekable();
        let last = match own.peek() {
            Some(_) => None,
            None => self.within(record, self.fills, end).last(),
        };
        own.chain(last)
    }

    /// Whether an instance told nothing for longer than a sample holds.
    fn is_silent(&self, record: InstanceId, end: Timestamp) -> bool {
        let mut last = self.within(record, self.holds, end);
        last.next().is_none()
    }

    /// How many instances have samples.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.rings.len()
    }

    /// How many samples there are.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.rings.values().map(Ring::len).sum()
    }

    /// When the newest of all samples was taken.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.rings.values().filter_map(Ring::newest).max()
    }
}

#[cfg(test)]
mod tests;
