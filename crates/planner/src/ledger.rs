//! What the records of all groups take from each host.
//!
//! One ledger for all groups, charged and released group by group, so that planning one group costs nothing
//! for the others.

use std::collections::BTreeMap;

use domain::report::Load;
use domain::{Group, Host, HostName, HostState, Need, Phase};

/// A host as the leader knows it now.
#[derive(Clone, Debug, PartialEq)]
pub struct HostView {
    /// What it registered.
    pub host: Host,
    /// Its last sample, in per cent of the machine.
    pub load: Load,
    /// Launches keep failing on it: it comes last.
    pub suspect: bool,
    /// Its agent is not heard: it gets nothing new.
    pub silent: bool,
    /// It is silent for so long that what it has is replaced elsewhere; a removed one, that what it has ends.
    pub lost: bool,
}

/// The hosts and what is taken of them.
///
/// Every record takes room whose container may be alive, or may yet come alive: those that occupy a slot.
/// The room of a dead one is free, though its container waits to be removed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    accounts: BTreeMap<HostName, Account>,
}

/// One host's page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Account {
    /// The host; `None` while only records name it.
    view: Option<HostView>,
    used: Sum,
    /// The part of `used` that is not running yet and shows in no sample.
    coming: Sum,
}

/// Sums wide enough never to saturate, so that a release takes back exactly what was charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    instances: u64,
    memory_mib: u128,
    vcpus: u64,
}

impl Ledger {
    /// A ledger of these hosts with nothing charged.
    #[must_use]
    pub fn new(hosts: Vec<HostView>) -> Self {
        let mut ledger = Self::default();
        ledger.refresh(hosts);
        ledger
    }

    /// Takes the hosts as they are now; what is charged stays, also against hosts that are not known (any
    /// more).
    pub fn refresh(&mut self, hosts: Vec<HostView>) {
        for account in self.accounts.values_mut() {
            account.view = None;
        }
        for view in hosts {
            let name = view.host.name.clone();
            self.accounts.entry(name).or_default().view = Some(view);
        }
        self.accounts.retain(|_, account| !account.is_blank());
    }

    /// Counts a group's records against their hosts.
    pub fn charge_group(&mut self, group: &Group) {
        for instance in group.instances.iter().filter(|i| i.occupies_slot()) {
            let coming = matches!(instance.phase, Phase::Pending { .. });
            self.on(&instance.host, |account| account.charge(instance.need(), coming));
        }
    }

    /// Takes back what [`Ledger::charge_group`] counted for the same group.
    pub fn release_group(&mut self, group: &Group) {
        for instance in group.instances.iter().filter(|i| i.occupies_slot()) {
            let coming = matches!(instance.phase, Phase::Pending { .. });
            self.on(&instance.host, |account| account.release(instance.need(), coming));
        }
    }

    /// What is charged against a host.
    #[must_use]
    pub fn used(&self, host: &HostName) -> Need {
        self.accounts.get(host).map(Account::used).unwrap_or_default()
    }

    /// A host, if it is known.
    pub(crate) fn view(&self, host: &HostName) -> Option<&HostView> {
        self.accounts.get(host)?.view.as_ref()
    }

    /// Whether a host is known to be lost.
    pub(crate) fn is_lost(&self, host: &HostName) -> bool {
        self.view(host).is_some_and(|view| view.lost)
    }

    /// Whether what a host has is to go elsewhere.
    pub(crate) fn is_drained(&self, host: &HostName) -> bool {
        let view = self.view(host);
        view.is_some_and(|view| view.host.state == HostState::Draining)
    }

    /// The known hosts, by name, each with its page.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = (&HostView, &Account)> {
        let known = self.accounts.values();
        known.filter_map(|account| Some((account.view.as_ref()?, account)))
    }

    /// Changes a host's page, and drops it when nothing is left on it.
    fn on(&mut self, host: &HostName, change: impl FnOnce(&mut Account)) {
        // Only a host that is new here costs a copy of its name.
        if !self.accounts.contains_key(host) {
            self.accounts.insert(host.clone(), Account::default());
        }
        if let Some(account) = self.accounts.get_mut(host) {
            change(account);
            if account.is_blank() {
                self.accounts.remove(host);
            }
        }
    }
}

impl Account {
    /// What is charged against the host.
    pub(crate) fn used(&self) -> Need {
        self.used.need()
    }

    /// What of it is not running yet.
    pub(crate) fn coming(&self) -> Need {
        self.coming.need()
    }

    fn is_blank(&self) -> bool {
        self.view.is_none() && self.used == Sum::default()
    }

    fn charge(&mut self, need: Need, coming: bool) {
        self.used = self.used.plus(need);
        if coming {
            self.coming = self.coming.plus(need);
        }
    }

    fn release(&mut self, need: Need, coming: bool) {
        self.used = self.used.minus(need);
        if coming {
            self.coming = self.coming.minus(need);
        }
    }
}

impl Sum {
    fn plus(self, need: Need) -> Self {
        Self {
            instances: self.instances.saturating_add(need.instances.into()),
            memory_mib: self.memory_mib.saturating_add(need.memory_mib.into()),
            vcpus: self.vcpus.saturating_add(need.vcpus.into()),
        }
    }

    fn minus(self, need: Need) -> Self {
        Self {
            instances: self.instances.saturating_sub(need.instances.into()),
            memory_mib: self.memory_mib.saturating_sub(need.memory_mib.into()),
            vcpus: self.vcpus.saturating_sub(need.vcpus.into()),
        }
    }

    fn need(self) -> Need {
        Need {
            instances: u32::try_from(self.instances).unwrap_or(u32::MAX),
            memory_mib: u64::try_from(self.memory_mib).unwrap_or(u64::MAX),
            vcpus: u32::try_from(self.vcpus).unwrap_or(u32::MAX),
        }
    }
}
