//! What the configuration says to the controller.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountName, HostName, InstanceType, TypeName, ZoneName};
use sources::Source;

/// Certificate and key, PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by its chain.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The kinds of declared sources of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricSource {
    /// A Prometheus server: metrics are queries.
    Prometheus,
    /// A figure of an HTTP server: metrics are labels.
    Http,
    /// Accounts tell the figures.
    Push,
}

/// Addresses, keys, limits.
#[derive(Clone)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Answers over TLS when set.
    pub tls: Option<TlsFiles>,
    /// Accounts and their API keys, each plain or as an argon2 hash (`$argon2id$...`).
    pub keys: BTreeMap<AccountName, String>,
    /// A login token ends when it was not used for this long.
    pub token_life: Duration,
    /// The token of the autoscaler's calls; without one there are none.
    pub autoscaler_token: Option<String>,
    /// The token with which other machines than this may read `/metrics`.
    pub metrics_token: Option<String>,
    /// Under this domain load balancers serve groups.
    pub balancer_domain: String,
    /// What instance documents say of billing.
    pub hourly_billing: bool,
    /// Known instance types.
    pub instance_types: BTreeMap<TypeName, InstanceType>,
    /// The declared sources of figures beside the agents, by name.
    pub metric_sources: BTreeMap<String, MetricSource>,
    /// Those of them that are servers.
    pub servers: BTreeMap<String, Arc<Source>>,
    /// Who may change hosts; `None`: every account.
    pub operators: Option<BTreeSet<AccountName>>,
    /// The zones of each configured host (none: every zone), which is known before its agent first reports.
    pub hosts_zones: BTreeMap<HostName, Vec<ZoneName>>,
    /// Bytes of a request's body at most.
    pub body_limit: usize,
    /// How long a graceful stop waits for accepted requests.
    pub stop_within: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 56785),
            tls: None,
            keys: BTreeMap::new(),
            token_life: Duration::from_secs(7200),
            autoscaler_token: None,
            metrics_token: None,
            balancer_domain: String::new(),
            hourly_billing: true,
            instance_types: BTreeMap::new(),
            metric_sources: BTreeMap::new(),
            servers: BTreeMap::new(),
            operators: None,
            hosts_zones: BTreeMap::new(),
            // The largest document, a load balancer with every option at its limit, has under 32 KiB.
            body_limit: 64 * 1024,
            stop_within: Duration::from_secs(30),
        }
    }
}

// Keys and tokens stay out of logs.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("tls", &self.tls)
            .field("accounts", &self.keys.keys())
            .field("token_life", &self.token_life)
            .finish_non_exhaustive()
    }
}
