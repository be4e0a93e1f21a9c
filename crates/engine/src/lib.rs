//! Container engines: one trait; Docker through its API, and a simulated one for seeded schedules.

mod docker;
mod error;
pub mod simulated;

use std::time::Duration;

use async_trait::async_trait;
use domain::job::LaunchSpec;
use domain::{ContainerFacts, ContainerId, EngineId, InstallationId, InstanceId};
use tokio::sync::mpsc;

pub use docker::{Docker, DockerOptions, EngineTls};
pub use error::EngineError;

/// The result of engine calls.
pub type Result<T> = std::result::Result<T, EngineError>;

/// What an engine says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// Its own id.
    pub id: EngineId,
    /// Name of the machine.
    pub name: String,
    /// CPUs.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Version, for people.
    pub version: String,
}

/// How far a pull is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullProgress {
    /// Per cent over all layers known so far.
    pub percent: u8,
    /// What the engine says.
    pub message: String,
}

/// An item of an engine's event stream.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineEvent {
    /// A container of the installation changed; its state now (inspected where the event does not carry it).
    Container(Box<ContainerFacts>),
    /// The stream was interrupted and resumed: what happened in between may be missing, list again.
    Resumed,
}

/// Resource use of one container, read as counters so that rates need no second read by the engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// CPU time used since its start.
    pub cpu: Duration,
    /// Memory in use, bytes, page cache that can be dropped left out.
    pub memory: u64,
    /// What went over its network since its start, where that can be read.
    pub network: Option<Traffic>,
}

/// What went over a container's network interfaces, the loopback left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes received.
    pub received: u64,
    /// Bytes sent.
    pub sent: u64,
}

impl Traffic {
    /// With another interface's.
    pub(crate) fn and(self, received: u64, sent: u64) -> Self {
        Self {
            received: self.received.saturating_add(received),
            sent: self.sent.saturating_add(sent),
        }
    }
}

/// A container engine. Every call has a deadline, and no container's call blocks another's.
/// Only containers labelled with `installation` are ever shown or touched.
#[async_trait]
pub trait ContainerEngine: Send + Sync {
    /// The engine's identity and size.
    async fn info(&self) -> Result<EngineInfo>;

    /// Makes the image available: pulls it when absent, telling progress. `Ok` when it is there.
    ///
    /// # Errors
    /// [`EngineError::NoImage`] when it is absent and cannot be pulled.
    async fn ensure_image(&self, image: &str, progress: mpsc::Sender<PullProgress>) -> Result<()>;

    /// Creates a container, not started. When the record's container exists already, adopts it and gives its id.
    ///
    /// # Errors
    /// [`EngineError::NameTaken`] when a container that is not the record's has the name.
    async fn create(&self, spec: &LaunchSpec) -> Result<ContainerId>;

    /// Starts a container; `Ok` when it runs already. An exited container is not started again:
    /// [`EngineError::Exited`].
    async fn start(&self, id: &ContainerId) -> Result<()>;

    /// SIGTERM, SIGKILL after `grace`, then removal with anonymous volumes; zero grace removes by force at once.
    /// `Ok` when it is gone, also when it was before.
    async fn remove(&self, id: &ContainerId, grace: Duration) -> Result<()>;

    /// The record's container, whatever its state.
    async fn find(&self, record: InstanceId) -> Result<Option<ContainerFacts>>;

    /// A container by id.
    async fn inspect(&self, id: &ContainerId) -> Result<Option<ContainerFacts>>;

    /// Every container of the installation, whatever its state.
    async fn list(&self, installation: InstallationId) -> Result<Vec<ContainerFacts>>;

    /// The installation's events from now on (die, start, health, destroy ...), resumed by itself when the
    /// connection breaks, for as long as the receiver lives. `Ok` once it listens, so that a listing made
    /// afterwards misses nothing.
    async fn events(&self, installation: InstallationId) -> Result<mpsc::Receiver<EngineEvent>>;

    /// Resource use of running containers; one that cannot be read is left out.
    async fn usage(&self, ids: &[ContainerId]) -> Result<Vec<(ContainerId, Usage)>>;

    /// CPU (per cent of all CPUs) since the last call and memory (per cent) of the machine, where it can be read.
    async fn host_load(&self) -> Result<domain::report::Load>;
}
