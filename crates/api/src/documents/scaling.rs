//! How a group lets policies move it, and what of it is suspended.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// At most so much within a period. With both figures, the larger of what they allow holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    /// Instances; this or `percent` is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 4, minimum = 1, maximum = 2000)]
    pub instances: Option<u32>,
    /// Per cent of what there was when the period began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 100, minimum = 1)]
    pub percent: Option<u32>,
    /// Seconds.
    #[schema(example = 60, minimum = 1, maximum = 3600)]
    pub period: u32,
}

impl From<domain::Rate> for Rate {
    fn from(rate: domain::Rate) -> Self {
        Self {
            instances: rate.instances,
            percent: rate.percent,
            period: rate.period,
        }
    }
}

/// The body of `PUT /asgs/{name}/suspend` and `PUT /asgs/{name}/resume`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Processes {
    /// `Launch`, `Terminate`, `HealthCheck`, `ReplaceUnhealthy`, `AZRebalance` (moving out of zones that the group does not
    /// name any more), `AlarmNotification` (what policies decide), `ScheduledActions`; empty or left out: all.
    #[serde(default)]
    #[schema(example = json!(["AlarmNotification"]))]
    pub processes: Vec<String>,
}

/// A figure that an account tells of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// What the metric is now.
    pub value: f64,
}

/// How long neither schedules nor policies do anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pause {
    /// Until then, in RFC 3339 or Unix seconds; null: no longer.
    #[schema(value_type = Option<String>, example = "2030-01-01T09:00:00+01:00")]
    pub until: serde_json::Value,
}
