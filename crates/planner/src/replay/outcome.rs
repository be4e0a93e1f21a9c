//! What a replay shows.

use domain::{Decision, Timestamp};

use crate::forecast::Measure;

/// What the policies would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// One for each time of the recording.
    pub steps: Vec<Step>,
    /// What that cost.
    pub capacity: Capacity,
    /// What the group really held cost, where that is recorded.
    pub held: Option<Capacity>,
    /// What became of each track's load, in the recording's order.
    pub loads: Vec<Load>,
    /// The decisions that changed something, the first [`Outcome::DECISIONS`] of them.
    pub decisions: Vec<Decision>,
}

impl Outcome {
    /// Decisions that are kept.
    pub const DECISIONS: usize = 1_000;
}

/// A simulated group at a time, before what was decided then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Instances that there were, in service or launched.
    pub desired: u32,
    /// Those in service.
    pub in_service: u32,
}

/// What a course of capacities cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Capacity {
    /// The least.
    pub least: u32,
    /// The most.
    pub most: u32,
    /// The mean over time.
    pub mean: f64,
    /// The sum over time.
    pub instance_hours: f64,
    /// Instances added.
    pub launched: u64,
    /// Instances removed.
    pub terminated: u64,
    /// How often it changed.
    pub changes: u64,
}

/// What became of a metric's load.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Of what.
    pub measure: Measure,
    /// What an instance carries; none where nothing says it.
    pub each: Option<f64>,
    /// With the policies.
    pub replayed: Carried,
    /// With what the group really held; none where that is not recorded.
    pub held: Option<Carried>,
    /// Minutes in which the instances had all that they can have, as agents measured it: the load may have been more.
    pub saturated_minutes: f64,
}

/// What became of a load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    /// Minutes of which anything is known.
    pub minutes: f64,
    /// What was missed; none where nothing says what an instance carries.
    pub missed: Option<Missed>,
}

/// Load above what the instances in service carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Missed {
    /// The share of all load, from 0 to 1.
    pub share: f64,
    /// Minutes in which there was any.
    pub minutes: f64,
}

/// A stretch of time of an outcome, with what was least and most in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// When it begins.
    pub at: Timestamp,
    /// Instances that there were.
    pub desired: (u32, u32),
    /// Those in service.
    pub in_service: (u32, u32),
    /// Desired capacity that was really held, where it is recorded.
    pub held: Option<(u32, u32)>,
    /// Of each track, in the recording's order; none where nothing is recorded.
    pub loads: Vec<Option<Level>>,
}

/// The load of a track over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
    /// The most of it at one time that the instances in service did not carry.
    pub missed: f64,
}
