//! What follows from a policy's metric, in EC2's kinds and the contract's.

use serde::{Deserialize, Serialize};

/// What follows from a policy's metric. The kinds are told apart by the fields that only one of them has, so that a
/// document of the contract, which names no kind, is a [`Threshold`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rule {
    /// One step up above an upper threshold, one down below a lower.
    Threshold(Threshold),
    /// As many as the forecast takes. It stands before target tracking, all of whose required fields it has.
    Predictive(Predictive),
    /// As many as bring the metric to its target.
    TargetTracking(TargetTracking),
    /// Steps that grow with the breach.
    Step(StepScaling),
    /// One adjustment, then a cooldown.
    Simple(SimpleScaling),
}

impl Rule {
    /// The kinds' names, as documents have them in `policy_type`.
    pub const TYPES: [&str; 5] = ["threshold", "target_tracking", "step", "simple", "predictive"];

    /// Which kind it is, one of [`Rule::TYPES`].
    #[must_use]
    pub fn policy_type(&self) -> &'static str {
        match self {
            Self::Threshold(_) => "threshold",
            Self::Predictive(_) => "predictive",
            Self::TargetTracking(_) => "target_tracking",
            Self::Step(_) => "step",
            Self::Simple(_) => "simple",
        }
    }
}

/// The contract's policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Instances added above the upper threshold; positive.
    pub scale_out_step: i32,
    /// Instances added below the lower threshold; negative.
    pub scale_in_step: i32,
    /// It adds while the metric is above this.
    pub upper_threshold: f64,
    /// It removes while the metric is below this.
    pub lower_threshold: f64,
}

/// EC2's predictive scaling: it adds ahead of the load that the group's own history forecasts, and never removes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Predictive {
    /// What each instance shall have of the load of the whole group; positive.
    pub target_value: f64,
    /// Seconds ahead of the load in which capacity is wished for. Stored documents always have it: it is what tells them
    /// from target tracking.
    pub scheduling_buffer_time: u32,
}

impl Predictive {
    /// EC2's `SchedulingBufferTime`, in seconds.
    pub const BUFFER: u32 = 300;
    /// EC2's longest, in seconds.
    pub const LONGEST_BUFFER: u32 = 3_600;
}

/// EC2's target tracking, with HPA's tolerance and Knative's panic window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetTracking {
    /// What the metric shall be; positive. Of a statistic that sums up, what each instance shall have of it.
    pub target_value: f64,
    /// Per cent of the target by which the metric may be off before anything follows.
    #[serde(default = "TargetTracking::default_tolerance")]
    pub tolerance: f64,
    /// It only adds.
    #[serde(default)]
    pub disable_scale_in: bool,
    /// Seconds of the short window in which a burst shows; 0 for none.
    #[serde(default = "TargetTracking::default_panic_window")]
    pub panic_window: u32,
    /// Per cent of the target in the short window that are a burst.
    #[serde(default = "TargetTracking::default_panic_threshold")]
    pub panic_threshold: f64,
}

impl TargetTracking {
    /// HPA's `--horizontal-pod-autoscaler-tolerance`, 0.1.
    #[must_use]
    pub fn default_tolerance() -> f64 {
        10.0
    }

    /// Knative's: a tenth of its stable window of 60 s.
    #[must_use]
    pub fn default_panic_window() -> u32 {
        6
    }

    /// Knative's `panic-threshold-percentage`.
    #[must_use]
    pub fn default_panic_threshold() -> f64 {
        200.0
    }
}

/// On which side of a threshold the metric is in breach of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// How an adjustment changes capacity: EC2's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdjustmentType {
    /// By so many instances.
    ChangeInCapacity,
    /// To so many instances.
    ExactCapacity,
    /// By so many per cent of the instances there are.
    PercentChangeInCapacity,
}

/// What the adjustments of a policy mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// How they change capacity.
    pub adjustment_type: AdjustmentType,
    /// Of [`AdjustmentType::PercentChangeInCapacity`]: at least so many instances; 0 for no such bound.
    #[serde(default)]
    pub min_adjustment_magnitude: u32,
}

/// EC2's step scaling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepScaling {
    /// What is breached.
    pub threshold: f64,
    /// On which side.
    pub comparison: Comparison,
    /// What the steps' figures mean.
    #[serde(flatten)]
    pub adjustment: Adjustment,
    /// The steps; they neither overlap nor leave gaps.
    pub step_adjustments: Vec<StepAdjustment>,
}

/// A step: what follows where the metric is that far from the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepAdjustment {
    /// Where it begins, from the threshold; none: at minus infinity. Above the threshold it belongs to the step.
    #[serde(default)]
    pub lower_bound: Option<f64>,
    /// Where it ends, from the threshold; none: at infinity. Below the threshold it belongs to the step.
    #[serde(default)]
    pub upper_bound: Option<f64>,
    /// Instances or per cent, as the policy's adjustment type says.
    pub scaling_adjustment: i32,
}

/// EC2's simple scaling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimpleScaling {
    /// What is breached.
    pub threshold: f64,
    /// On which side.
    pub comparison: Comparison,
    /// What the figure means.
    #[serde(flatten)]
    pub adjustment: Adjustment,
    /// Instances or per cent.
    pub scaling_adjustment: i32,
    /// Seconds after any change in capacity in which it does nothing; none: the group's cooldown.
    #[serde(default)]
    pub cooldown: Option<u32>,
}
