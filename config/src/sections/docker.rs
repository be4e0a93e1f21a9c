//! `docker`: the local engine, and what containers get on every one.

use std::net::IpAddr;
use std::path::PathBuf;

use super::engine::{self, DEFAULT_ENGINE, EngineTls, Plain};
use crate::ConfigError;
use crate::yaml::values::{self, Parsed};
use crate::yaml::{Node, Section};

/// The local engine, and what containers get on every one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docker {
    /// Address of the local engine: `unix:///path`, `tcp://host:port`, `http://host:port`, `https://host:port` or
    /// `ssh://user@host`.
    pub daemon_url: String,
    /// Files for TLS of every engine whose host names no others: `tls`, or those of the directory `cert_path`.
    pub tls: Option<EngineTls>,
    /// The configuration file of ssh; `None`: the user's and the machine's.
    pub ssh_config: Option<PathBuf>,
    /// DNS servers of containers; empty: the engine's own.
    pub container_dns: Vec<IpAddr>,
    /// DNS search domains of containers.
    pub container_dns_search: Vec<String>,
    /// A Docker `config.json` with the credentials of registries.
    pub config_json: Option<PathBuf>,
}

impl Default for Docker {
    fn default() -> Self {
        Self {
            daemon_url: DEFAULT_ENGINE.to_owned(),
            tls: None,
            ssh_config: None,
            container_dns: Vec::new(),
            container_dns_search: Vec::new(),
            config_json: None,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Docker, ConfigError> {
    let default = Docker::default();
    let lines = section.or("container_dns", Vec::new(), values::one_or_more(resolver_lines))?;
    let (mut container_dns, mut container_dns_search) = (Vec::new(), Vec::new());
    for line in lines.into_iter().flatten() {
        match line {
            Resolver::Server(address) => container_dns.push(address),
            Resolver::Search(domain) => container_dns_search.push(domain),
        }
    }
    let search = values::one_or_more(values::filled);
    container_dns_search.extend(section.or("container_dns_search", Vec::new(), search)?);
    let directory = section.opt("cert_path", values::path)?;
    let tls = engine::read_tls(section, directory.as_deref().map(EngineTls::within))?;
    let daemon_url = engine::read(section, "daemon_url", tls.as_ref(), &Plain::Warned)?;
    Ok(Docker {
        daemon_url: daemon_url.unwrap_or(default.daemon_url),
        tls,
        ssh_config: section.opt("ssh_config", values::path)?,
        container_dns,
        container_dns_search,
        config_json: section.opt("config_json", values::path)?,
    })
}

enum Resolver {
    Server(IpAddr),
    Search(String),
}

/// An address. Files for early engines hold more in this value, as resolv.conf does: an address, and on a line of its
/// own `search` and domains.
fn resolver_lines(node: &Node) -> Parsed<Vec<Resolver>> {
    let expected = "the IP address of a DNS server";
    let text = values::filled(node).map_err(|_| expected.to_owned())?;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("search ") {
            Some(domains) => found.extend(domains.split_whitespace().map(|d| Resolver::Search(d.to_owned()))),
            None => found.push(Resolver::Server(line.parse().map_err(|_| expected.to_owned())?)),
        }
    }
    Ok(found)
}
