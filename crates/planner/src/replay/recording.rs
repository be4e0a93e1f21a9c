//! What was recorded: the load of a group on a grid of times, and what it really held.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Rollup, Timestamp};

use crate::forecast::Measure;

/// A group's past on a grid of times. What came of it in between two times is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The first time.
    pub from: Timestamp,
    /// From one time to the next; not zero.
    pub step: Duration,
    /// How many times there are.
    pub times: usize,
    /// What was measured.
    pub tracks: Vec<Track>,
    /// What the group really had, where that is known.
    pub held: Vec<Option<Held>>,
}

/// A metric over the recording's times.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Which.
    pub measure: Measure,
    /// Its load before the recording's first time, oldest first: forecasts look back on it.
    pub earlier: Vec<(Timestamp, f64)>,
    /// One for each time; none where nothing was measured.
    pub points: Vec<Option<Point>>,
}

/// A metric at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The load of the whole group: of what agents measure the sum over its instances, else the figure.
    pub load: f64,
    /// Of what agents measure: the instances that it was of, so that `load / instances` is what each had.
    pub instances: u32,
    /// The highest of what was measured.
    pub highest: f64,
    /// The lowest.
    pub lowest: f64,
}

/// What a group had at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Desired capacity.
    pub desired: u32,
    /// Instances in service.
    pub in_service: u32,
}

impl Point {
    /// A figure of a group as a whole.
    #[must_use]
    pub fn whole(figure: f64) -> Self {
        Self {
            load: figure,
            instances: 1,
            highest: figure,
            lowest: figure,
        }
    }

    /// A minute of a measure.
    fn of(measure: &Measure, minute: &Rollup) -> Option<Self> {
        let rolled = minute.of(measure.source(), measure.metric())?;
        let (_, load) = measure.load(minute)?;
        Some(Self {
            load,
            instances: match measure.is_sampled() {
                true => minute.in_service.max(rolled.reported).max(1),
                false => 1,
            },
            highest: rolled.maximum,
            lowest: rolled.minimum,
        })
    }
}

impl Recording {
    /// Nothing yet, with room for a grid from `from` to before `to`.
    #[must_use]
    pub fn empty(from: Timestamp, to: Timestamp, step: Duration) -> Self {
        let step = step.max(Duration::from_millis(1));
        Self {
            from,
            step,
            times: places(since(from, to).div_ceil(millis(step))),
            tracks: Vec::new(),
            held: Vec::new(),
        }
    }

    /// The time at a place of the grid.
    #[must_use]
    pub fn at(&self, place: usize) -> Timestamp {
        self.from + self.step.saturating_mul(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The first place that is not before a time; beyond the last, it may be.
    pub(super) fn first_place(&self, at: Timestamp) -> usize {
        places(since(self.from, at).div_ceil(millis(self.step)))
    }

    /// The last place that is not after a time; `None` before the first.
    pub(super) fn last_place(&self, at: Timestamp) -> Option<usize> {
        (at >= self.from).then(|| places(since(self.from, at) / millis(self.step)))
    }

    /// Times in a window, of which there is one at least.
    pub(super) fn width(&self, window: Duration) -> usize {
        places(millis(window).div_ceil(millis(self.step)))
    }

    /// Takes what these minutes say of measures, and what the group held in them. A minute holds for each of the times
    /// in it; those of before the recording are what forecasts look back on.
    #[must_use]
    pub fn with_minutes(mut self, minutes: &[Rollup], measures: &[Measure]) -> Self {
        let by_time: BTreeMap<Timestamp, &Rollup> =
            minutes.iter().map(|minute| (minute.at, minute)).collect();
        let at = |place| by_time.get(&Rollup::minute_of(self.at(place))).copied();
        let grid: Vec<Option<&Rollup>> = (0..self.times).map(at).collect();
        let held = |minute: &Rollup| Held {
            desired: minute.desired,
            in_service: minute.in_service,
        };
        self.held = grid.iter().map(|minute| minute.map(held)).collect();
        let before = || {
            minutes
                .iter()
                .filter(|minute| minute.at < Rollup::minute_of(self.from))
        };
        let points = |measure| grid.iter().map(move |minute| Point::of(measure, (*minute)?));
        let tracks = measures.iter().map(|measure| Track {
            measure: measure.clone(),
            earlier: before().filter_map(|minute| measure.load(minute)).collect(),
            points: points(measure).collect(),
        });
        let tracks: Vec<Track> = tracks.collect();
        self.tracks.extend(tracks);
        self
    }

    /// Takes the figures of a metric of another source, one for each time.
    #[must_use]
    pub fn with_figures(mut self, measure: Measure, figures: Vec<Option<f64>>) -> Self {
        let points = figures.into_iter().map(|figure| figure.map(Point::whole));
        let points = points.take(self.times).collect();
        self.tracks.push(Track {
            measure,
            earlier: Vec::new(),
            points,
        });
        self
    }

    /// Whether anything was measured of something.
    #[must_use]
    pub fn knows(&self, measure: &Measure) -> bool {
        let of = self.tracks.iter().find(|track| track.measure == *measure);
        of.is_some_and(|track| track.points.iter().any(Option::is_some))
    }

    /// The same without the times at both ends at which nothing was measured; `None` when nothing was at all.
    #[must_use]
    pub fn trimmed(mut self) -> Option<Self> {
        let tracks = &self.tracks;
        let known = |place: &usize| {
            let mut points = tracks.iter().map(|track| track.points.get(*place));
            points.any(|point| point.is_some_and(Option::is_some))
        };
        let first = (0..self.times).find(known)?;
        let last = (first..self.times).rev().find(known)?;
        let times = last + 1 - first;
        self.from = self.at(first);
        self.times = times;
        for track in &mut self.tracks {
            track.points = cut(&track.points, first, times);
        }
        self.held = cut(&self.held, first, times);
        Some(self)
    }
}

/// Milliseconds; one at least. A replay divides by these more than it does anything else, and in 128 bits that is slow.
fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// Milliseconds from one time to another, or none.
fn since(from: Timestamp, at: Timestamp) -> u64 {
    u64::try_from(at.millis().saturating_sub(from.millis())).unwrap_or(0)
}

fn places(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn cut<T: Copy>(all: &[Option<T>], first: usize, times: usize) -> Vec<Option<T>> {
    let found = all.iter().skip(first).copied();
    found.chain(std::iter::repeat(None)).take(times).collect()
}
