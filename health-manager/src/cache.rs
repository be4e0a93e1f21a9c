//! The leader's copy of the aggregates, with what is derived from them: who runs where, and each host's ledger.
//!
//! A copy may be old; the compare-and-set finds out. All derived figures change with it, in one place.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Group, GroupId, HostName, Instance, InstanceId};
use planner::{HostView, Ledger};
use store::Versioned;

/// The aggregates and what is derived from them.
pub(crate) struct Cache {
    groups: BTreeMap<GroupId, Versioned<Group>>,
    by_host: BTreeMap<HostName, BTreeSet<(GroupId, InstanceId)>>,
    ledger: Ledger,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self {
            groups: BTreeMap::new(),
            by_host: BTreeMap::new(),
            ledger: Ledger::new(Vec::new()),
        }
    }

    /// Keeps a copy unless the one kept is as new.
    pub(crate) fn keep(&mut self, read: Versioned<Group>) -> bool {
        let id = read.value.id;
        if self
            .groups
            .get(&id)
            .is_some_and(|kept| kept.revision >= read.revision)
        {
            return false;
        }
        self.forget(id);
        self.ledger.charge_group(&read.value);
        for instance in &read.value.instances {
            let places = self.by_host.entry(instance.host.clone()).or_default();
            places.insert((id, instance.id));
        }
        self.groups.insert(id, read);
        true
    }

    /// Drops a group that the store does not have any more.
    pub(crate) fn forget(&mut self, id: GroupId) {
        let Some(old) = self.groups.remove(&id) else {
            return;
        };
        self.ledger.release_group(&old.value);
        for instance in &old.value.instances {
            if let Some(places) = self.by_host.get_mut(&instance.host) {
                places.remove(&(id, instance.id));
            }
        }
    }

    pub(crate) fn get(&self, id: GroupId) -> Option<&Versioned<Group>> {
        self.groups.get(&id)
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values().map(|kept| &kept.value)
    }

    pub(crate) fn ids(&self) -> Vec<GroupId> {
        self.groups.keys().copied().collect()
    }

    pub(crate) fn instance(&self, group: GroupId, record: InstanceId) -> Option<&Instance> {
        self.groups.get(&group)?.value.instance(record)
    }

    /// Every record kept.
    pub(crate) fn records(&self) -> BTreeSet<InstanceId> {
        let places = self.by_host.values().flatten();
        places.map(|(_, record)| *record).collect()
    }

    /// The hosts that records are on.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &HostName> {
        let taken = self.by_host.iter().filter(|(_, places)| !places.is_empty());
        taken.map(|(host, _)| host)
    }

    /// The records placed on a host.
    pub(crate) fn on_host(&self, host: &HostName) -> impl Iterator<Item = (GroupId, &Instance)> {
        let places = self.by_host.get(host).into_iter().flatten();
        places.filter_map(|(group, record)| Some((*group, self.instance(*group, *record)?)))
    }

    /// How many records are placed on a host.
    pub(crate) fn count_on(&self, host: &HostName) -> usize {
        self.by_host.get(host).map_or(0, BTreeSet::len)
    }

    /// The hosts' ledger, charged with every record kept; to be charged for the rest of a round with what it is about to record.
    pub(crate) fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Takes the hosts as they are now.
    pub(crate) fn see_hosts(&mut self, hosts: Vec<HostView>) {
        self.ledger.refresh(hosts);
    }
}
