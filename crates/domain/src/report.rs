//! What agents and workers tell the health manager.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    AccountName, ContainerId, EngineId, GroupId, Host, HostName, Incarnation, InstallationId, InstanceId,
};

/// What a container's HEALTHCHECK says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The image has none.
    None,
    /// Not decided yet.
    Starting,
    /// It passes.
    Healthy,
    /// It failed as often as it may.
    Unhealthy,
}

/// A container's state at its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerState {
    /// Made, not started.
    Created,
    /// Its process lives (a paused one too).
    Running(Health),
    /// Its process ended.
    Exited {
        /// Exit code, when known.
        code: Option<i64>,
        /// Killed for its memory limit.
        oom: bool,
    },
    /// The container does not exist any more.
    Removed,
}

/// A container of ours as its engine shows it; ownership comes from its labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerFacts {
    /// The installation that made it.
    pub installation: InstallationId,
    /// Its group.
    pub group: GroupId,
    /// Its record.
    pub record: InstanceId,
    /// Its id.
    pub id: ContainerId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: ContainerState,
    /// Its address; empty when it has none.
    pub private_ip: String,
    /// All its labels.
    pub labels: BTreeMap<String, String>,
}

/// Who speaks, and in which order. Sequence numbers count every message of one life of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The host.
    pub host: HostName,
    /// Its engine.
    pub engine: EngineId,
    /// The agent's life.
    pub incarnation: Incarnation,
    /// Position in that life.
    pub sequence: u64,
}

/// Load of one instance or of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// CPU in per cent of the limit (of an instance type, or of the machine).
    pub cpu: f64,
    /// Memory in per cent of the limit.
    pub memory: f64,
    /// Bytes a second that an instance receives, where they can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_in: Option<f64>,
    /// Bytes a second that an instance sends, where they can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_out: Option<f64>,
}

/// Load of one instance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The group.
    pub group: GroupId,
    /// The instance.
    pub record: InstanceId,
    /// Its load.
    pub load: Load,
}

/// What a host agent says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromHost {
    /// Everything there is: registers the host, repairs what events missed.
    Report {
        /// The host itself.
        host: Box<Host>,
        /// The sequence number when the listing began: it proves absence only of containers whose last
        /// event came before.
        listed_from: u64,
        /// Every container of the installation, whatever its state.
        containers: Vec<ContainerFacts>,
    },
    /// Something happened to one container; its state now.
    Event(Box<ContainerFacts>),
    /// Loads, each sample interval.
    Samples {
        /// The host's own.
        host: Load,
        /// Its instances'.
        instances: Vec<Sample>,
    },
}

/// How a job ended, or how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The container was started. How it is now, its host's agent tells: two voices about one thing would need an order.
    Started,
    /// The launch was given up; its container, if there is one, is removed by the stop job of the failed record.
    Failed {
        /// Why, for people.
        reason: String,
        /// The host had no room: no fault of the image, try elsewhere.
        host_full: bool,
    },
    /// The container does not exist (any more).
    Gone,
    /// A stop was delivered so often that it is given up: by the bus, whether or not the engine ever answered.
    NotStopped {
        /// How often.
        deliveries: u32,
    },
    /// It is under way: the image is being pulled, or the engine failed and is tried again.
    Progress {
        /// Per cent.
        percent: u8,
        /// What the engine says.
        message: String,
    },
}

/// All that travels to the health manager.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// From an agent, in order.
    Host {
        /// Who and when.
        stamp: Stamp,
        /// What.
        body: FromHost,
    },
    /// From a worker, unordered: the record's phase decides what it still means.
    Job {
        /// Where the job ran.
        host: HostName,
        /// The group.
        group: GroupId,
        /// The record.
        record: InstanceId,
        /// What came of it.
        outcome: Outcome,
    },
    /// From a worker, unordered: the engine answers, whatever becomes of the host's agent.
    Engine {
        /// The host.
        host: HostName,
        /// Its engine, as it says itself.
        engine: EngineId,
    },
    /// From an account, unordered: a figure of a source whose figures are told.
    Figure {
        /// Whose it is.
        account: AccountName,
        /// The source.
        source: String,
        /// The metric.
        metric: String,
        /// The figure.
        value: f64,
    },
}
