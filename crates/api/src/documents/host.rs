//! Docker hosts.

use std::collections::BTreeMap;

use domain::HostState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a host offers to instances, counted in instance types. A missing figure is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capacity {
    /// Containers.
    pub instances: Option<u32>,
    /// Memory in MiB.
    pub memory_mib: Option<u64>,
    /// Virtual CPUs.
    pub vcpus: Option<u32>,
}

/// A known Docker host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Host {
    /// Its name.
    #[schema(example = "docker01")]
    pub name: String,
    /// `up`, `silent`, `lost`, or `unknown` while no health manager is heard of it; of a host that is up but not
    /// active, `cordoned`, `draining` or `removed`.
    #[schema(example = "up")]
    pub state: String,
    /// The operators' word: `active` takes new instances; `cordoned` keeps what it has; `draining` is emptied;
    /// `removed` ends what it has and is then forgotten.
    #[schema(example = "active")]
    pub scheduling: String,
    /// The zones it serves; empty: every zone.
    pub availability_zones: Vec<String>,
    /// Its engine's id.
    pub engine: String,
    /// Whether it gets instances only when no other has room.
    pub control: bool,
    /// Limits for placement.
    pub capacity: Capacity,
    /// Free key and value pairs.
    pub labels: BTreeMap<String, String>,
    /// CPUs of the machine.
    pub cpus: u32,
    /// Memory of the machine in MiB.
    pub memory_mib: u64,
    /// CPU used, in per cent of the machine; null while no health manager is heard of it.
    pub cpu: Option<f64>,
    /// Memory used, in per cent of the machine; null while no health manager is heard of it.
    pub memory: Option<f64>,
    /// Instances that live there, of all accounts; null while no health manager is heard of it.
    pub instances: Option<usize>,
    /// Whether the health manager drains it and has nothing left to do.
    pub drained: bool,
}

/// The answer to a change of how a host takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Scheduled {
    /// `OK`.
    #[schema(example = "OK")]
    pub status: String,
    /// `active`, `cordoned`, `draining` or `removed`.
    #[schema(example = "cordoned")]
    pub scheduling: String,
}

impl Scheduled {
    /// A change that was stored.
    #[must_use]
    pub fn ok(state: HostState) -> Self {
        Self {
            status: "OK".to_owned(),
            scheduling: scheduling(state).to_owned(),
        }
    }
}

/// The operators' word about a host, as documents say it.
#[must_use]
pub fn scheduling(state: HostState) -> &'static str {
    match state {
        HostState::Active => "active",
        HostState::Cordoned => "cordoned",
        HostState::Draining => "draining",
        HostState::Removed => "removed",
    }
}

impl From<domain::Capacity> for Capacity {
    fn from(known: domain::Capacity) -> Self {
        Self {
            instances: known.instances,
            memory_mib: known.memory_mib,
            vcpus: known.vcpus,
        }
    }
}
