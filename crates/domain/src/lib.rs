//! The model of microscaler in the vocabulary of EC2 Auto Scaling: groups and their instances, launch
//! configurations, load balancers, policies, hosts, activities, and what hosts report.
//!
//! Nothing here does I/O, reads a clock or draws a random number: times and identifiers come in through
//! [`Clock`] and [`Ids`], so that a whole service can run from one seed.

pub mod activity;
pub mod aggregate;
pub mod clock;
pub mod decision;
pub mod document;
pub mod group;
pub mod host;
pub mod ids;
pub mod instance;
pub mod job;
pub mod names;
pub mod pace;
pub mod phase;
pub mod policy;
pub mod report;
pub mod rollup;
pub mod scaling;
pub mod schedule;
pub mod time;

pub use activity::{Activity, ActivityKind, ActivityStatus};
pub use aggregate::desire::{Desire, DesireError};
pub use aggregate::intend::Intent;
pub use aggregate::observe::Observation;
pub use aggregate::scheduled::Scheduled;
pub use aggregate::spec::GroupPatch;
pub use clock::{Clock, Ids, SystemClock, SystemIds};
pub use decision::{Clamp, ClampKind, Decision, DecisionId, Wish};
pub use document::{Body, Document, Kind, LaunchConfiguration, LoadBalancer};
pub use group::{Group, GroupSpec, GroupState, LaunchHealth, MAX_GROUP_SIZE};
pub use host::{Capacity, Host, HostState, InstanceType, Need};
pub use ids::{
    ActivityId, CommitId, ContainerId, EngineId, Epoch, Generation, GroupId, Incarnation, InstallationId,
    InstanceId, Revision,
};
pub use instance::{Container, Instance, Lost, Mark, Template};
pub use job::{Job, JobKind};
pub use names::{
    AccountName, BalancerName, ConfigName, GroupName, HostName, NameError, PolicyName, ScheduleName,
    TypeName, ZoneName,
};
pub use pace::{Moved, Pace};
pub use phase::{Cause, Event, Illegal, Phase, Status};
pub use policy::Policy;
pub use report::{ContainerFacts, ContainerState, FromHost, Health, Message, Outcome, Sample, Stamp};
pub use rollup::{Rolled, Rollup};
pub use scaling::{Process, Rate, Scaling, Unset};
pub use schedule::Schedule;
pub use time::Timestamp;
