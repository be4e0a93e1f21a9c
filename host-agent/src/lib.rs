//! The host agent: registers its host, tells what happens to its containers at once, and repairs by full reports
//! what events missed.

mod agent;
mod load;
mod outbox;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError};
use domain::{Capacity, HostName, Ids, InstallationId, ZoneName};
use engine::{ContainerEngine, EngineError};
use telemetry::{ComponentState, StatusBoard};

pub use agent::run;

/// What the configuration says of the host.
#[derive(Clone, Debug)]
pub struct HostIdentity {
    /// Its name.
    pub name: HostName,
    /// The zones it serves; empty: every zone.
    pub zones: Vec<ZoneName>,
    /// Limits for placement.
    pub capacity: Capacity,
    /// Free key and value pairs.
    pub labels: BTreeMap<String, String>,
    /// Whether it is a control host.
    pub control: bool,
}

/// An agent's surroundings.
#[derive(Clone)]
pub struct AgentDeps {
    /// Its host.
    pub identity: HostIdentity,
    /// That host's engine.
    pub engine: Arc<dyn ContainerEngine>,
    /// Where it tells.
    pub bus: Arc<dyn Bus>,
    /// The installation whose containers it tells of.
    pub installation: InstallationId,
    /// Source of its incarnation.
    pub ids: Arc<dyn Ids>,
    /// Between full reports, at most.
    pub poller_interval: Duration,
    /// Between samples.
    pub sample_interval: Duration,
    /// Where operators see how the engine is.
    pub board: StatusBoard,
}

impl AgentDeps {
    /// Tells operators whether the engine answers.
    pub(crate) fn note_engine(&self, error: Option<&EngineError>) {
        let (state, message) = match error {
            Some(error) => (ComponentState::Degraded, error.to_string()),
            None => (ComponentState::Running, String::new()),
        };
        self.board
            .component(&format!("engine@{}", self.identity.name), state, message);
    }
}

/// Why an agent ended without being told to; its supervisor starts it again.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// It could not subscribe.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The bus ended.
    #[error("the bus closed the nudges")]
    BusClosed,
}
