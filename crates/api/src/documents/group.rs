//! Autoscaling groups.

use domain::{Process, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rate;

/// The url of a group without a load balancer.
pub(crate) const NO_URL: &str = "N/A";

/// An autoscaling group. What the service adds is read-only: it may come back in an update and is ignored there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Unique in its account.
    #[schema(example = "asg1", max_length = 52)]
    pub name: String,
    /// Zones that its instances are spread over.
    #[schema(example = json!(["docker01", "docker02"]), min_items = 1)]
    pub availability_zones: Vec<String>,
    /// What new instances are made of; it must exist when the group starts.
    #[schema(example = "lconf1")]
    pub launch_configuration: String,
    /// Lower bound of desired_capacity.
    #[schema(example = 1)]
    pub min_size: u32,
    /// Upper bound of desired_capacity, and of the containers alive.
    #[schema(example = 4, maximum = 2000)]
    pub max_size: u32,
    /// Instances wanted while the group is started.
    #[schema(example = 1)]
    pub desired_capacity: u32,
    /// Seconds after a change in capacity in which policies may not add.
    #[schema(example = 60)]
    pub scale_out_cooldown: u32,
    /// Seconds after a change in capacity in which policies may not remove.
    #[schema(example = 60)]
    pub scale_in_cooldown: u32,
    /// DNS domain of the instances.
    #[schema(example = "mydomain.net")]
    pub domain: String,
    /// Load balancer in front; it must exist when the group starts. Setting it clears `no_lb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<String>,
    /// There is no load balancer; wins over one given with it.
    #[serde(default)]
    pub no_lb: bool,
    /// Seconds in service after which what is measured of an instance counts; 30 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 30, maximum = 3600)]
    pub instance_warmup: Option<u32>,
    /// Seconds back from now of which the highest wish of the policies holds before anything is removed; by default 300
    /// with a target tracking policy, and 0 without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 300, maximum = 3600)]
    pub scale_in_stabilization: Option<u32>,
    /// How fast policies may let it grow; at once by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_out_rate: Option<Rate>,
    /// How fast policies may let it shrink; at once by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_in_rate: Option<Rate>,
    /// Processes that a user suspended.
    #[serde(default)]
    #[schema(read_only, example = json!(["AlarmNotification"]))]
    pub suspended_processes: Vec<String>,
    /// Until then neither schedules nor policies do anything, in Unix seconds; left out where there is no such pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub paused_until: Option<i64>,
    /// `stopped`, `started` or `paused`.
    #[serde(default)]
    #[schema(read_only, example = "started")]
    pub state: String,
    /// Where the load balancer serves it; `N/A` without one.
    #[serde(default)]
    #[schema(read_only, example = "N/A")]
    pub url: String,
    /// When desired_capacity last went up, in Unix seconds; 0: never.
    #[serde(default)]
    #[schema(read_only)]
    pub last_scale_out_ts: i64,
    /// When desired_capacity last went down, in Unix seconds; 0: never.
    #[serde(default)]
    #[schema(read_only)]
    pub last_scale_in_ts: i64,
    /// Its identity, which a later group of the same name does not share.
    #[serde(default)]
    #[schema(read_only, format = "uuid")]
    pub id: String,
    /// Counts the changes of what users and policies ask; `If-Match` compares it.
    #[serde(default)]
    #[schema(read_only)]
    pub generation: u64,
}

impl Group {
    /// Fields that the service adds, and that an update may repeat.
    pub const READ_ONLY: [&str; 8] = [
        "suspended_processes",
        "paused_until",
        "state",
        "url",
        "last_scale_out_ts",
        "last_scale_in_ts",
        "id",
        "generation",
    ];

    /// The document of a group, in an installation whose load balancers serve under `balancer_domain`.
    #[must_use]
    pub fn of(group: &domain::Group, balancer_domain: &str) -> Self {
        let spec = &group.spec;
        let suspended = Process::ALL
            .into_iter()
            .filter(|process| group.is_suspended(*process));
        let seconds = |at: Option<Timestamp>| at.map_or(0, Timestamp::seconds);
        Self {
            name: group.name.to_string(),
            availability_zones: spec.availability_zones.iter().map(ToString::to_string).collect(),
            launch_configuration: spec.launch_configuration.to_string(),
            min_size: spec.min_size,
            max_size: spec.max_size,
            desired_capacity: spec.desired_capacity,
            scale_out_cooldown: spec.scale_out_cooldown,
            scale_in_cooldown: spec.scale_in_cooldown,
            domain: spec.domain.clone(),
            load_balancer: spec.load_balancer.as_ref().map(ToString::to_string),
            no_lb: spec.no_lb,
            instance_warmup: spec.scaling.instance_warmup,
            scale_in_stabilization: spec.scaling.scale_in_stabilization,
            scale_out_rate: spec.scaling.scale_out_rate.map(Rate::from),
            scale_in_rate: spec.scaling.scale_in_rate.map(Rate::from),
            suspended_processes: suspended.map(|process| process.as_str().to_owned()).collect(),
            paused_until: group.paused_until.map(Timestamp::seconds),
            state: group.state.as_str().to_owned(),
            url: url(group, balancer_domain),
            last_scale_out_ts: seconds(group.last_scale_out),
            last_scale_in_ts: seconds(group.last_scale_in),
            id: group.id.to_string(),
            generation: group.generation.0,
        }
    }
}

fn url(group: &domain::Group, balancer_domain: &str) -> String {
    match group.spec.load_balancer {
        Some(_) => format!(
            "{}.{}.{balancer_domain}",
            group.name,
            group.account.as_str().to_lowercase()
        ),
        None => NO_URL.to_owned(),
    }
}
