//! What a worker works with.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError};
use domain::{Capacity, HostName, InstallationId};
use engine::ContainerEngine;
use store::Store;

/// A worker's surroundings.
#[derive(Clone)]
pub struct Deps {
    /// The host whose jobs it takes.
    pub host: HostName,
    /// The installation whose containers count against the host's capacity.
    pub installation: InstallationId,
    /// That host's engine.
    pub engine: Arc<dyn ContainerEngine>,
    /// Where records are judged.
    pub store: Arc<dyn Store>,
    /// Where jobs come from and outcomes go.
    pub bus: Arc<dyn Bus>,
    /// Limits.
    pub settings: Settings,
}

/// Limits of a worker.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What the host offers; without a figure nothing is refused.
    pub capacity: Capacity,
    /// Creates and starts at once: measured, eight are a tenth faster than four, and more gain nothing.
    pub parallel_starts: usize,
    /// Images pulled at once.
    pub parallel_pulls: usize,
    /// Stops at once: they mostly wait for containers to end.
    pub parallel_stops: usize,
    /// Between two words that the engine answers; not zero.
    pub pulse: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            capacity: Capacity::default(),
            parallel_starts: 8,
            parallel_pulls: 2,
            parallel_stops: 16,
            pulse: Duration::from_secs(10),
        }
    }
}

/// Why a worker ended without being told to; its supervisor starts it again.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The queue could not be opened.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The queue ended.
    #[error("the bus closed the queue of jobs")]
    QueueClosed,
}
