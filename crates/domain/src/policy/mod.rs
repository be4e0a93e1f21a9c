//! Scaling policies: what is measured, what follows from it, and what holds when nothing can be measured.

mod metric;
mod missing;
mod rule;

use serde::{Deserialize, Serialize};

use crate::{GroupName, PolicyName};

pub use metric::{LOOK_BACK, Metric, Statistic, UnknownName};
pub use missing::{OnMissing, UnknownMissing};
pub use rule::{
    Adjustment, AdjustmentType, Comparison, Predictive, Rule, SimpleScaling, StepAdjustment, StepScaling,
    TargetTracking, Threshold,
};

/// The source of what agents sample of a group's own instances.
pub const AGENT: &str = "agent";

fn agent() -> String {
    AGENT.to_owned()
}

/// A scaling policy of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Unique in its account.
    pub name: PolicyName,
    /// The group it moves.
    pub auto_scaling_group: GroupName,
    /// Where the metric comes from: [`AGENT`], or a source that the configuration declares under this name.
    #[serde(default = "agent")]
    pub source: String,
    /// For example `CPU`; what it may be, the source says.
    pub metric: String,
    /// How the instances' samples become one figure, for example `AVG`.
    pub statistic: String,
    /// Seconds looked back on. Predictive policies have none.
    #[serde(default)]
    pub sampling_window: u32,
    /// Seconds for which a threshold must be breached before anything follows.
    #[serde(default)]
    pub breach_duration: u32,
    /// What it wishes for while its metric says nothing.
    #[serde(default)]
    pub missing_data: OnMissing,
    /// It records what it would do and moves nothing.
    #[serde(default)]
    pub shadow: bool,
    /// It says nothing outside the group's business hours.
    #[serde(default)]
    pub business_hours_only: bool,
    /// What follows from the metric.
    #[serde(flatten)]
    pub rule: Rule,
}

impl Policy {
    /// Whether its metric is what agents sample of the group's instances.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.source == AGENT
    }
}

#[cfg(test)]
mod tests;
