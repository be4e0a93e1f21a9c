//! The configuration: `microscaler.yml` (contract 1.3), typed, checked and with every default in one place.
//!
//! [`load`] reads a file, [`find`] says which. A file with a wrong value is refused with its line, its path, the value
//! and what was expected; a key that nothing knows is a warning.

mod backends;
mod error;
mod files;
mod locate;
mod secret;
mod sections;
mod yaml;

use std::path::Path;

pub use backends::{Backends, BusKind, Deployment, StoreKind};
pub use error::ConfigError;
pub use locate::{LOOKED_AT, find};
pub use secret::{ApiKey, Secret};
pub use sections::agent::Agent;
pub use sections::authorization::Authorization;
pub use sections::autoscaler::Autoscaler;
pub use sections::controller::Controller;
pub use sections::database::{Database, Login};
pub use sections::docker::Docker;
pub use sections::engine::{DEFAULT_ENGINE, EngineTls};
pub use sections::health_manager::HealthManager;
pub use sections::history::History;
pub use sections::hosts::DockerHost;
pub use sections::instance_manager::InstanceManager;
pub use sections::instance_types::default_types;
pub use sections::instances::Instances;
pub use sections::load_balancer::LoadBalancer;
pub use sections::login_keys::RESERVED_ACCOUNTS;
pub use sections::metric_sources::{MetricSource, SourceKind, SourceLogin, SourceServer};
pub use sections::nats::{Nats, TlsFiles};
pub use sections::{Config, Driver};

/// A configuration file as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// What its author may not have meant; to be logged at each start.
    pub warnings: Vec<String>,
}

/// Reads a configuration file, or the agent's own with only `agent` and `docker`. What a file leaves out has its
/// default, except that `controller.address` is then every address of the machine.
///
/// # Errors
/// [`ConfigError`] when it cannot be read, is no YAML, or has a wrong value: the first one.
pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
    sections::read(&yaml::parse_file(path)?, None)
}

/// Like [`load`], and also checks that the store and the bus suit the deployment.
///
/// # Errors
/// Those of [`load`], and a store or bus that cannot work in this deployment.
pub fn load_for(path: &Path, deployment: Deployment) -> Result<Loaded, ConfigError> {
    sections::read(&yaml::parse_file(path)?, Some(deployment))
}

#[cfg(test)]
mod tests;
