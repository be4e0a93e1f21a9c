//! The Docker hosts that this process serves: those of the configuration, or the local engine.

use config::Config;
use domain::{HostName, InstallationId, NameError};
use engine::{Docker, DockerOptions, EngineError};
use host_agent::HostIdentity;

/// A host and its engine's address.
pub(crate) struct Served {
    pub(crate) identity: HostIdentity,
    pub(crate) address: String,
}

/// The hosts of the configuration; with none, the local engine, which serves every zone.
pub(crate) fn served(config: &Config) -> Result<Vec<Served>, NameError> {
    if config.hosts.is_empty() {
        let identity = HostIdentity {
            name: this_machine()?,
            zones: Vec::new(),
            capacity: domain::Capacity::default(),
            labels: std::collections::BTreeMap::new(),
            control: false,
        };
        let address = config.docker.daemon_url.clone();
        return Ok(vec![Served { identity, address }]);
    }
    let served = |host: &config::DockerHost| Served {
        identity: HostIdentity {
            name: host.name.clone(),
            zones: host.zones.clone(),
            capacity: host.capacity,
            labels: host.labels.clone(),
            control: host.control,
        },
        address: host
            .engine
            .clone()
            .unwrap_or_else(|| config.docker.daemon_url.clone()),
    };
    Ok(config.hosts.iter().map(served).collect())
}

/// How a host's engine is used.
pub(crate) fn docker(
    config: &Config,
    address: &str,
    installation: InstallationId,
) -> Result<Docker, EngineError> {
    Docker::connect(DockerOptions {
        address: address.to_owned(),
        dns: config
            .docker
            .container_dns
            .iter()
            .map(ToString::to_string)
            .collect(),
        dns_search: config.docker.container_dns_search.clone(),
        config_json: config.docker.config_json.clone(),
        ..DockerOptions::local(installation)
    })
}

/// The machine's name where it can be one of ours.
fn this_machine() -> Result<HostName, NameError> {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    HostName::parse(told.trim()).or_else(|_| HostName::parse("localhost"))
}
