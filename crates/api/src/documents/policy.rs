//! Scaling policies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A threshold policy of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Unique in its account.
    #[schema(example = "policy1", max_length = 128)]
    pub name: String,
    /// The group it moves; it must exist.
    #[schema(example = "asg1")]
    pub auto_scaling_group: String,
    /// What is measured.
    #[schema(example = "CPU")]
    pub metric: String,
    /// How samples become one figure.
    #[schema(example = "AVG")]
    pub statistic: String,
    /// Seconds looked back on.
    #[schema(example = 60)]
    pub sampling_window: u32,
    /// Seconds a threshold must be breached.
    #[schema(example = 120)]
    pub breach_duration: u32,
    /// Instances added above the upper threshold; positive.
    #[schema(example = 1)]
    pub scale_out_step: i32,
    /// Instances added below the lower threshold; negative.
    #[schema(example = -1)]
    pub scale_in_step: i32,
    /// Per cent.
    #[schema(example = 80)]
    pub upper_threshold: f64,
    /// Per cent; below the upper threshold.
    #[schema(example = 30)]
    pub lower_threshold: f64,
}

impl From<&domain::Policy> for Policy {
    fn from(stored: &domain::Policy) -> Self {
        Self {
            name: stored.name.to_string(),
            auto_scaling_group: stored.auto_scaling_group.to_string(),
            metric: stored.metric.clone(),
            statistic: stored.statistic.clone(),
            sampling_window: stored.sampling_window,
            breach_duration: stored.breach_duration,
            scale_out_step: stored.scale_out_step,
            scale_in_step: stored.scale_in_step,
            upper_threshold: stored.upper_threshold,
            lower_threshold: stored.lower_threshold,
        }
    }
}
