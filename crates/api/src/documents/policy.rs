//! Scaling policies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A scaling policy of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Unique in its account.
    #[schema(example = "policy1", max_length = 128)]
    pub name: String,
    /// The group it moves; it must exist.
    #[schema(example = "asg1")]
    pub auto_scaling_group: String,
    /// `threshold`, `target_tracking`, `step` or `simple`; left out, the fields tell.
    #[serde(default)]
    #[schema(example = "threshold")]
    pub policy_type: String,
    /// Where the metric comes from: `agent`, or a source of the configuration.
    #[serde(default)]
    #[schema(example = "agent")]
    pub source: String,
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
    /// What it wishes for while its metric says nothing: `hold`, `floor N` or `scale_out`.
    #[serde(default)]
    #[schema(example = "hold")]
    pub missing_data: String,
    /// It records what it would do and moves nothing.
    #[serde(default)]
    pub shadow: bool,
    /// What follows from the metric, as its `policy_type` has it.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub rule: domain::policy::Rule,
}

impl From<&domain::Policy> for Policy {
    fn from(stored: &domain::Policy) -> Self {
        Self {
            name: stored.name.to_string(),
            auto_scaling_group: stored.auto_scaling_group.to_string(),
            policy_type: stored.rule.policy_type().to_owned(),
            source: stored.source.clone(),
            metric: stored.metric.clone(),
            statistic: stored.statistic.clone(),
            sampling_window: stored.sampling_window,
            breach_duration: stored.breach_duration,
            missing_data: stored.missing_data.to_string(),
            shadow: stored.shadow,
            rule: stored.rule.clone(),
        }
    }
}
