//! How a Docker engine is reached and used.

use std::path::PathBuf;
use std::time::Duration;

use domain::InstallationId;

/// How a Docker engine is reached and used.
#[derive(Clone, Debug)]
pub struct DockerOptions {
    /// Whose containers are shown and touched.
    pub installation: InstallationId,
    /// `unix:///path`, `tcp://host:port` or `http://host:port`.
    pub address: String,
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

impl DockerOptions {
    /// The local engine's socket and the usual deadlines.
    #[must_use]
    pub fn local(installation: InstallationId) -> Self {
        Self {
            installation,
            address: "unix:///var/run/docker.sock".to_owned(),
            dns: Vec::new(),
            dns_search: Vec::new(),
            config_json: None,
            call_timeout: Duration::from_secs(30),
            pull_timeout: Duration::from_secs(600),
        }
    }
}
