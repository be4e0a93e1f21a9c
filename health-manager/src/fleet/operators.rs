//! The operators' word about hosts, as the store keeps it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Capacity, EngineId, Host, HostName, HostState};

use super::{Fleet, Known};

impl Fleet {
    /// Takes in the hosts as they are stored just now, and the names of those that records are on; those whose part
    /// changed.
    pub(crate) fn heed(&mut self, stored: Vec<Host>, with_records: Vec<HostName>) -> Vec<HostName> {
        let names: BTreeSet<HostName> = stored.iter().map(|host| host.name.clone()).collect();
        let mut changed = Vec::new();
        for host in stored {
            let known = self.hosts.entry(host.name.clone());
            let known = known.or_insert_with(|| Known::new(host.clone()));
            if known.host.state != host.state {
                known.take_part(host.state);
                changed.push(host.name);
            }
        }
        self.miss(&names);
        // A host gets records only once it is stored: this one was removed and forgotten while a commit was under way.
        let forgotten = with_records.into_iter().filter(|name| !names.contains(name));
        for name in forgotten {
            if !self.hosts.contains_key(&name) {
                self.hosts.insert(name.clone(), Known::removed(name.clone()));
                changed.push(name);
            }
        }
        changed
    }

    /// Who is known and not stored (any more) is to register again; who says nothing cannot, and is not waited for.
    fn miss(&mut self, stored: &BTreeSet<HostName>) {
        let missing = self.hosts.values().filter(|known| !known.is_removed());
        let missing = missing.filter(|known| !stored.contains(&known.host.name));
        let missing: Vec<(HostName, bool)> = missing
            .map(|known| (known.host.name.clone(), self.misses(known)))
            .collect();
        for (name, silent) in missing {
            if silent {
                self.hosts.remove(&name);
            } else {
                self.note_stored(&name, false);
            }
        }
    }

    /// Hosts that were removed, and are known until the last record on them ended.
    pub(crate) fn removed(&self) -> impl Iterator<Item = &HostName> {
        let removed = self.hosts.values().filter(|known| known.is_removed());
        removed.map(|known| &known.host.name)
    }

    /// Whether containers without a record may be taken in: what the host told of them has to be so still, a successor
    /// has to know it, and it has to last.
    pub(crate) fn may_adopt(&self, host: &HostName) -> bool {
        let known = self.hosts.get(host);
        known.is_some_and(|known| known.stored && !known.is_removed() && !self.misses(known))
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
    /// A host of which nothing but the name is left.
    fn removed(name: HostName) -> Self {
        let mut known = Self::new(Host {
            name,
            zones: Vec::new(),
            engine: EngineId::new(""),
            capacity: Capacity::default(),
            labels: BTreeMap::new(),
            control: false,
            cpus: 0,
            memory_mib: 0,
            state: HostState::Removed,
        });
        known.stored = false;
        known
    }

    fn take_part(&mut self, state: HostState) {
        self.host.state = state;
        // Other times count for it now.
        self.told_lost = false;
    }

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
