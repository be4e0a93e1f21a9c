//! What operators see: logs, metrics in the Prometheus text format, and the status of components and rounds.

mod logs;
mod metrics;
mod others;
mod shared;
mod status;

pub use logs::{Format, init};
pub use metrics::Metrics;
pub use status::{
    ComponentState, ComponentStatus, HostState, HostStatus, Reason, RoundStatus, Scheduling, Snapshot,
    StatusBoard,
};
