//! What a course of capacities cost, and what of the load it did not carry.

use std::time::Duration;

use domain::Policy;
use domain::policy::{Comparison, Rule};

use super::gauges::{FULL, saturates};
use super::outcome::{Capacity, Carried, Load, Missed, Step};
use super::recording::{Point, Recording, Track};
use crate::forecast::Measure;

/// Per cent of what it has that an instance has when it is as good as full: its figure is a mean over a minute.
const NEARLY_FULL: f64 = 98.0;

/// Counts capacities, step by step.
#[derive(Debug, Default)]
pub(super) struct Course {
    last: Option<u32>,
    launched: u64,
    terminated: u64,
    changes: u64,
    least: Option<u32>,
    most: u32,
    sum: u64,
    steps: u64,
}

impl Course {
    /// The next step's capacity.
    pub(super) fn step(&mut self, capacity: u32) {
        let before = self.last.replace(capacity).unwrap_or(capacity);
        self.launched += u64::from(capacity.saturating_sub(before));
        self.terminated += u64::from(before.saturating_sub(capacity));
        self.changes += u64::from(capacity != before);
        self.least = Some(self.least.map_or(capacity, |least| least.min(capacity)));
        self.most = self.most.max(capacity);
        self.sum += u64::from(capacity);
        self.steps += 1;
    }

    /// What it came to; `None` when there was no step.
    pub(super) fn end(&self, step: Duration) -> Option<Capacity> {
        let least = self.least?;
        Some(Capacity {
            least,
            most: self.most,
            mean: self.sum as f64 / self.steps as f64,
            instance_hours: self.sum as f64 * step.as_secs_f64() / 3600.0,
            launched: self.launched,
            terminated: self.terminated,
            changes: self.changes,
        })
    }
}

/// How much of a track an instance carries, where that is known.
pub(super) fn each(measure: &Measure, given: Option<f64>, policies: &[&Policy]) -> Option<f64> {
    if saturates(measure) {
        return Some(FULL);
    }
    let looking = policies.iter().filter(|policy| Measure::of(policy) == *measure);
    let told = looking.filter_map(|policy| told_by(&policy.rule));
    given.or_else(|| told.reduce(f64::max))
}

/// What a policy takes an instance to carry: its target, or what is too much.
fn told_by(rule: &Rule) -> Option<f64> {
    match rule {
        Rule::Threshold(rule) => Some(rule.upper_threshold),
        Rule::TargetTracking(rule) => Some(rule.target_value),
        Rule::Predictive(rule) => Some(rule.target_value),
        Rule::Step(rule) => (rule.comparison == Comparison::Above).then_some(rule.threshold),
        Rule::Simple(rule) => (rule.comparison == Comparison::Above).then_some(rule.threshold),
    }
    .filter(|each| *each > 0.0)
}

/// What became of a track's load.
pub(super) fn load(recording: &Recording, track: &Track, each: Option<f64>, steps: &[Step]) -> Load {
    let minutes = |steps: u32| f64::from(steps) * recording.step.as_secs_f64() / 60.0;
    let replayed = steps.iter().map(|step| Some(step.in_service));
    let held = recording.held.iter().map(|held| held.map(|held| held.in_service));
    let full = |point: &Point| point.load >= NEARLY_FULL * f64::from(point.instances);
    let saturated = track.points.iter().flatten().filter(|point| full(point)).count();
    let saturated = if saturates(&track.measure) { saturated } else { 0 };
    let held = Sum::of(track, each, held);
    Load {
        measure: track.measure.clone(),
        each,
        replayed: Sum::of(track, each, replayed).carried(each, minutes),
        held: (held.known > 0).then(|| held.carried(each, minutes)),
        saturated_minutes: minutes(u32::try_from(saturated).unwrap_or(u32::MAX)),
    }
}

/// What of a load is more than so many instances carry.
pub(super) fn missed(point: &Point, each: Option<f64>, serving: u32) -> f64 {
    each.map_or(0.0, |each| (point.load - each * f64::from(serving)).max(0.0))
}

/// A load over time, in steps.
#[derive(Default)]
struct Sum {
    load: f64,
    missed: f64,
    known: u32,
    short: u32,
}

impl Sum {
    /// A track while so many instances were in service at each of its times, as far as that is known.
    fn of(track: &Track, each: Option<f64>, serving: impl Iterator<Item = Option<u32>>) -> Self {
        let mut sum = Self::default();
        for (point, serving) in track.points.iter().zip(serving) {
            let (Some(point), Some(serving)) = (point, serving) else {
                continue;
            };
            let over = missed(point, each, serving);
            sum.load += point.load.max(0.0);
            sum.missed += over;
            sum.known += 1;
            // Rounding is no load.
            sum.short += u32::from(over > point.load * 1e-9);
        }
        sum
    }

    fn carried(&self, each: Option<f64>, minutes: impl Fn(u32) -> f64) -> Carried {
        let share = match self.load > 0.0 {
            true => self.missed / self.load,
            false => 0.0,
        };
        Carried {
            minutes: minutes(self.known),
            missed: each.map(|_| Missed {
                share,
                minutes: minutes(self.short),
            }),
        }
    }
}
