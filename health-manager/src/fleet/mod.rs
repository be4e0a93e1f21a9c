//! The hosts as their agents tell of them: who they are, how loaded, how long silent, and in which order they spoke.

mod hearing;
mod launches;
mod operators;
mod silence;
mod status;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use domain::report::Load;
use domain::{Host, HostName};
use planner::HostView;
use tokio::time::Instant;

use hearing::Heard;
pub(crate) use hearing::Hearing;

/// What a leader knows of the hosts.
pub(crate) struct Fleet {
    hosts: BTreeMap<HostName, Known>,
    /// Since when we listen without having missed anything.
    listening: Instant,
    /// Until when: what came while we did something else is not heard yet.
    listened: Instant,
    /// When we were frozen last, as far as anything changed since: till then it was us, and no host was getting lost.
    frozen_at: Instant,
    stale: Duration,
    /// From silent to lost.
    grace: Duration,
}

struct Known {
    host: Host,
    load: Load,
    failures: u32,
    /// Its worker refused a launch for want of room, which the ledger did not see: until then nothing more is tried.
    full_until: Option<Instant>,
    heard: Option<Heard>,
    /// When its engine last answered a worker.
    worked: Option<Instant>,
    /// That it is lost was told already.
    told_lost: bool,
    /// The store has it: a successor knows whom to miss. Until then it gets nothing.
    stored: bool,
}

impl Fleet {
    pub(crate) fn new(known: Vec<Host>, stale: Duration, grace: Duration) -> Self {
        let hosts = known
            .into_iter()
            .map(|host| (host.name.clone(), Known::new(host)))
            .collect();
        Self {
            hosts,
            listening: Instant::now(),
            listened: Instant::now(),
            frozen_at: Instant::now(),
            stale,
            grace,
        }
    }

    /// Registers a host from its report; whether that is news to be stored. How it takes part is the operators' word,
    /// which no report changes.
    pub(crate) fn register(&mut self, host: &Host) -> bool {
        self.note_frozen();
        let silent = self.is_silent(&host.name);
        match self.hosts.get_mut(&host.name) {
            // Until it is forgotten.
            Some(known) if known.is_removed() => false,
            Some(known) if known.is_as_told(host) => !known.stored,
            // Refused, see `hear`; an engine that was silent for long may be replaced by another.
            Some(known) if known.host.engine != host.engine && !silent => false,
            Some(known) => {
                let state = known.host.state;
                known.host = Host {
                    state,
                    ..host.clone()
                };
                true
            }
            None => {
                self.hosts.insert(host.name.clone(), Known::new(host.clone()));
                true
            }
        }
    }

    /// Whether the store took what a host registered; if not, its next report registers it again.
    pub(crate) fn note_stored(&mut self, host: &HostName, stored: bool) {
        if let Some(known) = self.hosts.get_mut(host) {
            known.stored = stored;
        }
    }

    /// The hosts as the planner sees them.
    pub(crate) fn views(&self) -> Vec<HostView> {
        let view = |known: &Known| HostView {
            host: known.as_placed(),
            load: known.load,
            suspect: known.is_suspect(),
            silent: self.misses(known) || known.heard.is_none() || !known.stored,
            lost: self.loses(known),
        };
        self.hosts.values().map(view).collect()
    }
}

impl Known {
    pub(super) fn new(host: Host) -> Self {
        Self {
            host,
            load: Load::default(),
            failures: 0,
            full_until: None,
            heard: None,
            worked: None,
            told_lost: false,
            stored: true,
        }
    }
}
