//! The Docker hosts that this process serves: those of the configuration, or the local engine.

use anyhow::{Context, bail};
use config::{Config, DockerHost};
use domain::{HostName, InstallationId, NameError};
use engine::{Docker, DockerOptions, EngineError, EngineTls};
use host_agent::HostIdentity;

/// A host and its engine's address.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) identity: HostIdentity,
    pub(crate) address: String,
    tls: Option<config::EngineTls>,
}

/// Every host of the configuration; with none, the local engine, which serves every zone.
pub(crate) fn all(config: &Config) -> Result<Vec<Served>, NameError> {
    if config.hosts.is_empty() {
        return Ok(vec![local(config, this_machine()?)]);
    }
    Ok(config.hosts.iter().map(|host| configured(config, host)).collect())
}

/// The hosts that a process of its own serves. `named` are those of its command line; without any, this machine when
/// the configuration has a host of its name or none at all, otherwise every host with an engine's address.
pub(crate) fn chosen(config: &Config, named: &[HostName]) -> anyhow::Result<Vec<Served>> {
    let find = |name: &HostName| config.hosts.iter().find(|host| host.name == *name);
    if let [_, ..] = named {
        let serve = |name: &HostName| match find(name) {
            Some(host) => Ok(configured(config, host)),
            None if config.hosts.is_empty() => Ok(local(config, name.clone())),
            None => bail!(
                "--host {name}: expected one of the configuration's hosts: {}",
                names(config)
            ),
        };
        return named.iter().map(serve).collect();
    }
    let here = this_machine()?;
    if config.hosts.is_empty() {
        return Ok(vec![local(config, here)]);
    }
    if let Some(host) = find(&here) {
        return Ok(vec![configured(config, host)]);
    }
    let reachable = config.hosts.iter().filter(|host| host.engine.is_some());
    let reachable: Vec<Served> = reachable.map(|host| configured(config, host)).collect();
    (!reachable.is_empty()).then_some(reachable).with_context(|| {
        format!(
            "hosts: none is this machine ({here}) and none has an engine's address; say --host NAME, one of {}",
            names(config)
        )
    })
}

fn names(config: &Config) -> String {
    let names: Vec<&str> = config.hosts.iter().map(|host| host.name.as_str()).collect();
    names.join(", ")
}

fn configured(config: &Config, host: &DockerHost) -> Served {
    let engine = host.engine.clone();
    Served {
        identity: HostIdentity {
            name: host.name.clone(),
            zones: host.zones.clone(),
            capacity: host.capacity,
            labels: host.labels.clone(),
            control: host.control,
        },
        tls: host.tls.clone(),
        address: engine.unwrap_or_else(|| config.docker.daemon_url.clone()),
    }
}

/// The local engine under a name.
fn local(config: &Config, name: HostName) -> Served {
    Served {
        identity: HostIdentity {
            name,
            zones: Vec::new(),
            capacity: domain::Capacity::default(),
            labels: std::collections::BTreeMap::new(),
            control: false,
        },
        address: config.docker.daemon_url.clone(),
        tls: config.docker.tls.clone(),
    }
}

/// How a host's engine is used.
pub(crate) fn docker(
    config: &Config,
    host: &Served,
    installation: InstallationId,
) -> Result<Docker, EngineError> {
    Docker::connect(DockerOptions {
        address: host.address.clone(),
        tls: host.tls.clone().map(|files| EngineTls {
            ca: files.ca,
            cert: files.cert,
            key: files.key,
        }),
        ssh_config: config.docker.ssh_config.clone(),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn config(hosts: &[(&str, Option<&str>)]) -> Config {
        let host = |(name, engine): &(&str, Option<&str>)| DockerHost {
            engine: engine.map(str::to_owned),
            ..DockerHost::named(HostName::parse(name).unwrap())
        };
        Config {
            hosts: hosts.iter().map(host).collect(),
            ..Config::default()
        }
    }

    fn served(config: &Config, named: &[&str]) -> Vec<(String, String)> {
        let named: Vec<_> = named.iter().map(|name| HostName::parse(name).unwrap()).collect();
        let served = chosen(config, &named).unwrap();
        let pair = |host: Served| (host.identity.name.to_string(), host.address);
        served.into_iter().map(pair).collect()
    }

    #[test]
    fn this_machine_is_served_and_others_when_named_or_reachable() {
        let here = this_machine().unwrap().to_string();
        let local = config::DEFAULT_ENGINE.to_owned();
        let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(served(&config(&[]), &[]), [pair(&here, &local)]);
        assert_eq!(served(&config(&[]), &["other"]), [pair("other", &local)]);
        let two = config(&[("far1", Some("https://far1:2376")), ("far2", None)]);
        assert_eq!(served(&two, &[]), [pair("far1", "https://far1:2376")]);
        assert_eq!(served(&two, &["far2"]), [pair("far2", &local)]);
        let with_here = config(&[("far1", Some("https://far1:2376")), (&here, None)]);
        assert_eq!(served(&with_here, &[]), [pair(&here, &local)]);
    }

    #[test]
    fn a_host_that_nobody_knows_is_refused_by_name() {
        let name = [HostName::parse("far3").unwrap()];
        let refused = |hosts: &[(&str, Option<&str>)], named: &[HostName]| {
            chosen(&config(hosts), named).err().unwrap().to_string()
        };
        assert!(refused(&[("far1", None)], &name).contains("--host far3: expected one of"));
        assert!(refused(&[("far1", None)], &[]).contains("say --host NAME, one of far1"));
    }
}
