//! How the service is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A component of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Component {
    /// Its name, as supervisord lists it.
    #[schema(example = "healthmanager")]
    pub name: String,
    /// `starting`, `running`, `degraded`, `failed` or `stopped`.
    #[schema(example = "running")]
    pub state: String,
    /// Since when, in Unix seconds.
    pub since: i64,
    /// Why, for people; may be empty.
    pub message: String,
}

/// A known Docker host, in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostStatus {
    /// Its name.
    pub name: String,
    /// The zones it serves; empty: every zone.
    pub zones: Vec<String>,
    /// Its engine's id.
    pub engine: String,
    /// `up`, `silent`, `lost`, or `unknown` while no health manager is heard of it; of a host that is up but not
    /// active, `cordoned`, `draining` or `removed`.
    #[schema(example = "up")]
    pub state: String,
    /// `active`, `cordoned`, `draining` or `removed`.
    #[serde(default)]
    #[schema(example = "active")]
    pub scheduling: String,
    /// Whether it gets instances only when no other has room.
    pub control: bool,
    /// CPUs of the machine.
    pub cpus: u32,
    /// Memory of the machine in MiB.
    pub memory_mib: u64,
    /// CPU used, in per cent of the machine.
    pub cpu: f64,
    /// Memory used, in per cent of the machine.
    pub memory: f64,
    /// Instances that live there.
    pub instances: usize,
}

/// The last round of the health manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Round {
    /// When, in Unix seconds.
    pub at: i64,
    /// Under which leadership.
    pub epoch: u64,
    /// Groups looked at.
    pub groups: usize,
    /// Groups changed.
    pub changed: usize,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Whether replacements and terminations were frozen.
    pub frozen: bool,
    /// Why what was done was done; the last ones. Of the caller's own groups; the accounts that `controller.operators`
    /// names read everybody's, which begin with the account.
    pub reasons: Vec<String>,
}

/// Components, hosts and the last round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// `OK`.
    #[schema(example = "OK")]
    pub status: String,
    /// The service's version.
    pub version: String,
    /// The components of this process.
    pub components: Vec<Component>,
    /// Known hosts.
    pub hosts: Vec<HostStatus>,
    /// The last round; null until there was one.
    pub rounds: Option<Round>,
}

/// Whether the service works, for load balancers and monitors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `OK` or `DEGRADED`.
    #[schema(example = "OK")]
    pub status: String,
    /// Now, in Unix seconds.
    pub timestamp: i64,
    /// The components of this process.
    pub components: Vec<Component>,
}
