//! The bus: jobs, nudges and reports, all of them hints. What is lost is sent again from the store's truth, so
//! at-least-once delivery and no order between senders is all that is asked of a back end.

pub mod conformance;
mod faulty;
mod memory;
mod nats;

use std::time::Duration;

use async_trait::async_trait;
use domain::{GroupId, HostName, Job, Message};
use serde::{Deserialize, Serialize};

pub use faulty::{Fault, FaultyBus, Hook, point};
pub use memory::{Limits, MemoryBus};
pub use nats::{Login, NatsBus, NatsLimits, NatsOptions, NatsTls, check_credentials};

/// An error of a bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// It did not happen; the bus cannot be reached, or its queue is full.
    #[error("the bus is unavailable: {0}")]
    Unavailable(String),
    /// It may have happened.
    #[error("the bus did not confirm: {0}")]
    Unknown(String),
}

/// The result of bus calls.
pub type Result<T> = std::result::Result<T, BusError>;

/// Which of a host's queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Launch jobs.
    Launch,
    /// Stop jobs.
    Stop,
}

impl Queue {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Launch, Self::Stop];

    /// The queue that a job belongs to.
    #[must_use]
    pub fn of(job: &Job) -> Self {
        match job.kind {
            domain::JobKind::Launch(_) => Self::Launch,
            domain::JobKind::Stop { .. } => Self::Stop,
        }
    }
}

/// "Look at this now": wakes who is concerned, carries nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nudge {
    /// A group's desired state changed.
    Group(GroupId),
    /// All agents shall report now: somebody took over, or reconnected.
    Report,
    /// Operators changed how hosts take part.
    Hosts,
    /// Policies or schedules were added, changed or deleted.
    Policies,
}

/// How a process says that it is there, and how it is. It has no order and no memory: the next one replaces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beacon {
    /// Component, machine and process, unique: `health-manager@node1/4711`.
    pub process: String,
    /// When it was sent by its sender's clock, in Unix seconds.
    pub sent: i64,
    /// What it has to show: a status board, for instance.
    pub snapshot: serde_json::Value,
}

/// A job in delivery: exactly one of the verbs ends it; dropped without one, it is delivered again.
#[async_trait]
pub trait Delivery: Send {
    /// The job.
    fn job(&self) -> &Job;
    /// It is done, for good or ill; its outcome was reported.
    async fn ack(self: Box<Self>) -> Result<()>;
    /// Give it to somebody again after `delay`.
    async fn retry(self: Box<Self>, delay: Duration) -> Result<()>;
    /// It takes longer; do not give it to another yet.
    async fn in_progress(&self) -> Result<()>;
}

/// Jobs of one host and queue; several receivers share them.
#[async_trait]
pub trait Jobs: Send {
    /// The next job; `None` when the bus closes.
    async fn next(&mut self) -> Option<Box<dyn Delivery>>;
}

/// A subscription: everything published after it was made.
#[async_trait]
pub trait Subscription<T: Send>: Send {
    /// The next item; `None` when the bus closes. A receiver that falls behind loses the oldest, and is told by
    /// [`Received::Lagged`], so that it can ask for full reports.
    async fn next(&mut self) -> Option<Received<T>>;
}

/// What a subscription gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Received<T> {
    /// An item.
    Item(T),
    /// Items were lost, or the connection was away.
    Lagged,
}

/// Jobs, nudges, reports and beacons.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Queues a job for the workers of its host. A message id seen lately is dropped.
    async fn send(&self, job: &Job) -> Result<()>;
    /// Receives the jobs of a host's queue.
    async fn jobs(&self, host: &HostName, queue: Queue) -> Result<Box<dyn Jobs>>;
    /// Drops the jobs that wait for a host, and what is kept to deliver them. Who receives there goes on, and gets what
    /// is sent from then on.
    async fn forget_host(&self, host: &HostName) -> Result<()>;
    /// Publishes a nudge.
    async fn nudge(&self, nudge: Nudge) -> Result<()>;
    /// Receives nudges.
    async fn nudges(&self) -> Result<Box<dyn Subscription<Nudge>>>;
    /// Publishes what a host has to say.
    async fn publish(&self, message: &Message) -> Result<()>;
    /// Receives what hosts say.
    async fn messages(&self) -> Result<Box<dyn Subscription<Message>>>;
    /// Publishes how this process is.
    async fn beacon(&self, beacon: &Beacon) -> Result<()>;
    /// Receives how processes are.
    async fn beacons(&self) -> Result<Box<dyn Subscription<Beacon>>>;
    /// Answers when the bus does: for health checks.
    async fn ping(&self) -> Result<()>;
}
