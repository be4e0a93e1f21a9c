//! The samples of one instance, oldest first.

use std::collections::VecDeque;
use std::time::Duration;

use domain::Timestamp;
use domain::report::Load;

/// Two samples of an instance that are closer than this are one that was told twice, by the bus or by two leaders that
/// both kept it. It also bounds a window's memory. Agents sample each second at most often.
pub const SPACING: Duration = Duration::from_millis(500);

/// A sample. Single precision holds figures to seven digits, in half of the memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub at: Timestamp,
    pub cpu: f32,
    pub memory: f32,
    pub network_in: Told,
    pub network_out: Told,
}

/// A figure that may not be told: then it is no number, which takes no room of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told(f32);

impl Told {
    fn new(figure: Option<f64>) -> Self {
        let sound = figure.and_then(sound);
        Self(sound.unwrap_or(f32::NAN))
    }

    pub fn get(self) -> Option<f32> {
        (!self.0.is_nan()).then_some(self.0)
    }
}

/// `None` for what is no load: not a number, infinite, or less than nothing.
fn sound(figure: f64) -> Option<f32> {
    let figure = figure as f32;
    (figure.is_finite() && figure >= 0.0).then_some(figure)
}

impl Point {
    /// `None` for a load that is none; a network's figure that is none counts as not told.
    pub fn new(at: Timestamp, load: Load) -> Option<Self> {
        Some(Self {
            at,
            cpu: sound(load.cpu)?,
            memory: sound(load.memory)?,
            network_in: Told::new(load.network_in),
            network_out: Told::new(load.network_out),
        })
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
