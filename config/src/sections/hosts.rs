//! `hosts`: the known Docker hosts.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Capacity, HostName, ZoneName};

use super::engine::{self, EngineTls, Plain};
use crate::ConfigError;
use crate::yaml::{Section, values};

/// A Docker host as the configuration knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerHost {
    /// Its name, by which its agent and workers are known too.
    pub name: HostName,
    /// The zones that it serves; empty: every zone.
    pub zones: Vec<ZoneName>,
    /// Address of its engine; `None`: `docker.daemon_url` on that host.
    pub engine: Option<String>,
    /// Files for TLS to its engine; what `tls` of the host leaves out is `docker.tls`.
    pub tls: Option<EngineTls>,
    /// What it offers; without a figure there is no limit.
    pub capacity: Capacity,
    /// Free key and value pairs.
    pub labels: BTreeMap<String, String>,
    /// Whether it gets instances only when no other host has room.
    pub control: bool,
}

impl DockerHost {
    /// A host of which nothing but its name is said.
    #[must_use]
    pub fn named(name: HostName) -> Self {
        Self {
            name,
            zones: Vec::new(),
            engine: None,
            tls: None,
            capacity: Capacity::default(),
            labels: BTreeMap::new(),
            control: false,
        }
    }
}

/// `tls` are the files of hosts that name none.
pub(super) fn read(root: &Section<'_>, tls: Option<&EngineTls>) -> Result<Vec<DockerHost>, ConfigError> {
    let hosts = root.sections("hosts", |host| read_host(host, tls))?;
    let mut names = BTreeSet::new();
    if let Some(at) = hosts.iter().position(|host| !names.insert(&host.name))
        && let Some(twice) = root.get("hosts").map(|found| found.items()).transpose()?
        && let Some(host) = twice.get(at)
    {
        return Err(host.key("name").refused("a name that no other host has"));
    }
    Ok(hosts)
}

fn read_host(section: &Section<'_>, tls: Option<&EngineTls>) -> Result<DockerHost, ConfigError> {
    let name: HostName = section.required("name", "the host's name", values::name)?;
    let tls = engine::read_tls(section, tls.cloned())?;
    let plain = match section.or("insecure", false, values::flag)? {
        true => Plain::Insisted(name.as_str()),
        false => Plain::Refused,
    };
    Ok(DockerHost {
        engine: engine::read(section, "engine", tls.as_ref(), &plain)?,
        tls,
        name: name.clone(),
        zones: section.or("zones", Vec::new(), values::one_or_more(values::name))?,
        capacity: section.section("capacity", read_capacity)?,
        labels: read_labels(section)?,
        control: section.or("control", false, values::flag)?,
    })
}

fn read_capacity(section: &Section<'_>) -> Result<Capacity, ConfigError> {
    Ok(Capacity {
        instances: section.opt("instances", values::whole(0..=1_000_000))?,
        memory_mib: section.opt("memory_mib", values::whole(0..=1_073_741_824))?,
        vcpus: section.opt("vcpus", values::whole(0..=1_000_000))?,
    })
}

fn read_labels(section: &Section<'_>) -> Result<BTreeMap<String, String>, ConfigError> {
    let labels = section.get("labels").map(|found| found.entries()).transpose()?;
    let labels = labels.into_iter().flatten();
    labels
        .map(|(key, found)| Ok((key.to_owned(), found.parsed(values::text)?)))
        .collect()
}
