//! Policies tried on what was recorded.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Policy, Rate};

/// The body of `POST /asgs/{name}/replays`. Bounds that are left out are the group's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayRequest {
    /// Names of the group's policies, or policies as `POST /policies` takes them (`auto_scaling_group` may be left out). A
    /// shadow policy acts here.
    #[schema(value_type = Vec<PolicyOrName>, min_items = 1, max_items = 16)]
    pub policies: Vec<serde_json::Value>,
    /// When it begins, in Unix seconds or RFC 3339; a week before `to` unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "2030-01-01T00:00:00Z")]
    pub from: Option<serde_json::Value>,
    /// When it ends; now unless set. 35 days after `from` at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "2030-01-08T00:00:00Z")]
    pub to: Option<serde_json::Value>,
    /// Seconds from one decision to the next; 10 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 10, minimum = 1, maximum = 3600)]
    pub step: Option<u32>,
    /// `rollups` (unless set): the group's own recorded minutes. A source of type prometheus: what the policies that look at
    /// it ask for is asked there over the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "rollups")]
    pub source: Option<String>,
    /// Capacity at its begin; what the group held then, or holds now, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Seconds from a decision to what it launches being in service; 10 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 10, maximum = 3600)]
    pub launch_delay: Option<u32>,
    /// What an instance carries of a metric that is not in per cent of it; unless set, the highest target or upper threshold
    /// of the policies that look at the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_capacity: Option<f64>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_size: Option<u32>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_size: Option<u32>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_out_cooldown: Option<u32>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_in_cooldown: Option<u32>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_warmup: Option<u32>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_in_stabilization: Option<u32>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_out_rate: Option<Rate>,
    /// Instead of the group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_in_rate: Option<Rate>,
}

/// A policy, or the name of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PolicyOrName {
    /// One of the group's.
    Name(String),
    /// One that need not exist.
    Policy(Box<Policy>),
}

/// What policies would have done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Replay {
    /// The group.
    #[schema(example = "asg1")]
    pub group: String,
    /// The policies, by name.
    pub policies: Vec<String>,
    /// When it begins, in Unix seconds: the first time of which anything is recorded.
    pub from: i64,
    /// When it ends.
    pub to: i64,
    /// Seconds from one decision to the next.
    pub step: u32,
    /// Capacity at its begin.
    pub start: u32,
    /// The capacity that the policies would have held.
    pub capacity: ReplayedCapacity,
    /// The desired capacity that the group really had in the minutes that are recorded; null where none is.
    pub held: Option<ReplayedCapacity>,
    /// What became of the load, by metric.
    pub loads: Vec<ReplayedLoad>,
    /// The decisions that changed something, oldest first; the first 1,000 of `capacity.changes`.
    pub changes: Vec<ReplayedChange>,
    /// Its course in at most 2,000 stretches of equal length, with what was least and most in each.
    pub series: Vec<ReplayedStretch>,
}

/// What a course of capacities came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedCapacity {
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

/// What became of the load of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedLoad {
    /// Where it comes from.
    #[schema(example = "agent")]
    pub source: String,
    /// The metric.
    #[schema(example = "CPU")]
    pub metric: String,
    /// What an instance carries of it; null where nothing says it, so that nothing is known to be missed.
    pub instance_capacity: Option<f64>,
    /// Load above what the instances in service carry, in per cent of all load.
    pub missed_percent: Option<f64>,
    /// Minutes in which there was any.
    pub missed_minutes: Option<f64>,
    /// The same with what the group really had.
    pub held_missed_percent: Option<f64>,
    /// Minutes of that.
    pub held_missed_minutes: Option<f64>,
    /// Minutes of which anything is recorded.
    pub recorded_minutes: f64,
    /// Minutes in which the instances were measured full: the load may have been more than is recorded.
    pub saturated_minutes: f64,
}

/// A decision that changed something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedChange {
    /// When, in Unix seconds.
    pub at: i64,
    /// Capacity before.
    pub before: u32,
    /// Capacity after.
    pub after: u32,
    /// What came of it, in one sentence.
    pub outcome: String,
}

/// A stretch of time: the least and the most of each figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedStretch {
    /// When it begins, in Unix seconds.
    pub at: i64,
    /// Instances that there would have been.
    pub desired: [u32; 2],
    /// Of them in service.
    pub in_service: [u32; 2],
    /// The desired capacity that the group really had; null where that is not recorded.
    pub held: Option<[u32; 2]>,
    /// The load of the whole group, in the order of `loads`; null where nothing is recorded.
    pub loads: Vec<Option<ReplayedLevel>>,
}

/// The load of a metric over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedLevel {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
    /// The most of it at one time that the instances in service did not carry.
    pub missed: f64,
}
