//! The samples of one instance, oldest first.

use std::collections::VecDeque;
use std::time::Duration;

use domain::Timestamp;
use domain::report::Load;

/// Two samples of an instance that are closer than this are one that was told twice, by the bus or by two leaders that
/// both kept it. It also bounds a window's memory. Agents sample each second at most often.
pub const SPACING: Duration = Duration::from_millis(500);

/// A sample. Single precision holds per cents to seven digits, in half of the memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub at: Timestamp,
    pub cpu: f32,
    pub memory: f32,
}

impl Point {
    /// `None` for a load that is none: not a number, infinite, or less than nothing.
    pub fn new(at: Timestamp, load: Load) -> Option<Self> {
        let (cpu, memory) = (load.cpu as f32, load.memory as f32);
        let sound = |part: f32| part.is_finite() && part >= 0.0;
        (sound(cpu) && sound(memory)).then_some(Self { at, cpu, memory })
    }
}

/// Samples in the order of their times, none closer to another than [`SPACING`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Ring(VecDeque<Point>);

impl Ring {
    /// Takes a sample in at its place, unless it is told already.
    pub fn insert(&mut self, point: Point) -> bool {
        let place = self.0.partition_point(|kept| kept.at < point.at);
        let before = place.checked_sub(1).and_then(|before| self.0.get(before));
        let told = before.is_some_and(|before| point.at.since(before.at) < SPACING)
            || self
                .0
                .get(place)
                .is_some_and(|after| after.at.since(point.at) < SPACING);
        if !told {
            self.0.insert(place, point);
        }
        !told
    }

    /// Drops what is not after `from`, and what is after `to`: a clock that went back had told it.
    pub fn keep(&mut self, from: Timestamp, to: Timestamp) {
        while self.0.front().is_some_and(|oldest| oldest.at <= from) {
            self.0.pop_front();
        }
        while self.0.back().is_some_and(|newest| newest.at > to) {
            self.0.pop_back();
        }
    }

    /// The samples after `from` and not after `to`, oldest first.
    pub fn within(&self, from: Timestamp, to: Timestamp) -> impl ExactSizeIterator<Item = &Point> {
        let begin = self.0.partition_point(|point| point.at <= from);
        let end = self.0.partition_point(|point| point.at <= to);
        self.0.range(begin..end.max(begin))
    }

    pub fn newest(&self) -> Option<Timestamp> {
        self.0.back().map(|point| point.at)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
