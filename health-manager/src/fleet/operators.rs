//! The operators' word about hosts, as the store keeps it.

use domain::{Host, HostName, HostState};

use super::{Fleet, Known};

impl Fleet {
    /// Takes in the hosts as they are stored; those whose part in it changed. Who is not stored (any more) and was
    /// not removed has yet to be stored, or was dropped and will register again.
    pub(crate) fn heed(&mut self, stored: Vec<Host>) -> Vec<HostName> {
        let mut changed = Vec::new();
        for host in stored {
            let known = self
                .hosts
                .entry(host.name.clone())
                .or_insert_with(|| Known::new(host.clone()));
            if known.host.state != host.state {
                known.host.state = host.state;
                known.told_lost = false;
                changed.push(host.name);
            }
        }
        changed
    }

    /// Hosts that were removed, and are known until the last record on them ended.
    pub(crate) fn removed(&self) -> impl Iterator<Item = &HostName> {
        let removed = self.hosts.values().filter(|known| known.is_removed());
        removed.map(|known| &known.host.name)
    }

    /// Whether what a host has is to go elsewhere, or to end.
    pub(crate) fn is_left(&self, host: &HostName) -> bool {
        let state = self.hosts.get(host).map(|known| known.host.state);
        matches!(state, Some(HostState::Draining | HostState::Removed))
    }

    /// Knows a removed host no more: when it speaks again it registers as a new one.
    pub(crate) fn forget(&mut self, host: &HostName) {
        if self.hosts.get(host).is_some_and(Known::is_removed) {
            self.hosts.remove(host);
        }
    }
}

impl Known {
    pub(super) fn is_removed(&self) -> bool {
        self.host.state == HostState::Removed
    }

    /// Whether an agent tells of the host as it is known, apart from the operators' word.
    pub(super) fn is_as_told(&self, host: &Host) -> bool {
        let state = self.host.state;
        self.host
            == Host {
                state,
                ..host.clone()
            }
    }
}
