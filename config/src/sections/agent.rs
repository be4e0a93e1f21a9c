//! `agent`: the agents on the hosts, and how they reach the bus.

use std::time::Duration;

use domain::policy::LOOK_BACK;

use crate::ConfigError;
use crate::yaml::{Found, Section, values};

/// The agents on the hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Between full reports, at most; events are told at once.
    pub poller_interval: Duration,
    /// Between samples of CPU and memory.
    pub sample_interval: Duration,
    /// Addresses of the NATS server, when it is the bus, or of the servers of one cluster; for every component, not the
    /// agents alone. There is at least one.
    pub nats: Vec<String>,
    /// Accepted from older files; the bus has its own subjects.
    pub nats_subject: Option<String>,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            poller_interval: Duration::from_secs(10),
            sample_interval: Duration::from_secs(5),
            nats: vec!["nats://localhost:4222".to_owned()],
            nats_subject: None,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Agent, ConfigError> {
    let default = Agent::default();
    // Policies look back so far at most: with fewer samples than one in that time there would never be a figure.
    let sampled = values::seconds_within(
        Duration::ZERO,
        LOOK_BACK,
        "seconds, above 0 and at most 900: policies look back 15 minutes",
    );
    Ok(Agent {
        poller_interval: section.or("poller_interval", default.poller_interval, values::seconds)?,
        sample_interval: section.or("sample_interval", default.sample_interval, sampled)?,
        nats: section
            .get("nats")
            .map_or(Ok(default.nats), |found| addresses(&found))?,
        nats_subject: section.opt("nats_subject", values::text)?,
    })
}

/// A list of addresses, or what NATS clients take: one text, with commas between them.
fn addresses(found: &Found<'_>) -> Result<Vec<String>, ConfigError> {
    let several = values::separated(',', values::server_text(&["nats", "tls"]));
    let Ok(items) = found.items() else {
        return found.parsed(several);
    };
    if items.is_empty() {
        return Err(found.refused("at least one address"));
    }
    let parsed: Result<Vec<_>, _> = items.iter().map(|item| item.parsed(&several)).collect();
    Ok(parsed?.concat())
}
