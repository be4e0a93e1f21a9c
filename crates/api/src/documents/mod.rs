//! The documents of the REST interface, one file per kind, as they travel: plain values that tolerate what a newer
//! service may add, checked by the service and not here. Times are Unix seconds, except
//! in schedules, which are about wall clocks.

mod access;
mod activity;
mod answer;
mod balancer;
mod configuration;
mod decision;
mod group;
mod host;
mod instance;
mod instance_type;
mod policy;
mod replay;
mod rollup;
mod scaling;
mod schedule;
mod status;

pub use access::{Login, LoginAnswer};
pub use activity::Activity;
pub use answer::{DesiredCapacity, Failure, InstanceCount, Written};
pub use balancer::LoadBalancer;
pub use configuration::LaunchConfiguration;
pub use decision::{Clamp, Decision, Wish};
pub use group::Group;
pub use host::{Capacity, Host, Scheduled, scheduling};
pub use instance::Instance;
pub use instance_type::{InstanceType, InstanceTypes};
pub use policy::{Policy, StepAdjustment};
pub use replay::{
    PolicyOrName, Replay, ReplayRequest, ReplayedCapacity, ReplayedChange, ReplayedLevel, ReplayedLoad,
    ReplayedStretch,
};
pub use rollup::{Rolled, Rollup};
pub use scaling::{Figure, Pause, Processes, Rate};
pub use schedule::{Hours, Schedule, Sizes};
pub use status::{Component, Health, HostStatus, Round, Status};
