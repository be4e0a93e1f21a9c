//! How a Docker engine is reached and used.

use std::path::PathBuf;
use std::time::Duration;

use domain::InstallationId;

/// How a Docker engine is reached and used.
#[derive(Clone, Debug)]
pub struct DockerOptions {
    /// Whose containers are shown and touched.
    pub installation: InstallationId,
    /// `unix:///path`, `tcp://host:port`, `https://host:port`, `ssh://user@host`, or `http://host:port` for TCP that is
    /// plain whatever `tls` says.
    pub address: String,
    /// Makes `tcp://` and `https://` encrypted, with certificates on both sides.
    pub tls: Option<EngineTls>,
    /// The configuration file of ssh, instead of the user's and the machine's.
    pub ssh_config: Option<PathBuf>,
    /// DNS servers of the containers; empty: the engine's own.
    pub dns: Vec<String>,
    /// DNS search domains of the containers.
    pub dns_search: Vec<String>,
    /// A Docker `config.json` with registry credentials.
    pub config_json: Option<PathBuf>,
    /// Deadline of every call but pulls; a removal gets its grace on top.
    pub call_timeout: Duration,
    /// Deadline of a pull.
    pub pull_timeout: Duration,
}

/// PEM files of an engine's TLS. They are read for every new connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineTls {
    /// Who signed the engine's certificate; nobody else is trusted.
    pub ca: PathBuf,
    /// Our certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl DockerOptions {
    /// The local engine's socket and the usual deadlines.
    #[must_use]
    pub fn local(installation: InstallationId) -> Self {
        Self {
            installation,
            address: "unix:///var/run/docker.sock".to_owned(),
            tls: None,
            ssh_config: None,
            dns: Vec::new(),
            dns_search: Vec::new(),
            config_json: None,
            call_timeout: Duration::from_secs(30),
            pull_timeout: Duration::from_secs(600),
        }
    }
}
