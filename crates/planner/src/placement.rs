//! Where launches go: the group's emptiest zone, and in it the host that rank puts first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::{HostName, HostState, Need, Template, ZoneName};

use crate::backoff::Backoff;
use crate::census::Census;
use crate::ledger::{Account, HostView};
use crate::{World, shortage};

/// Loads that differ by less, in per cent, are alike: below it samples tell of noise.
const LOAD_STEP: u64 = 10;
/// No sample counts for more, in per cent; above it there is only a broken one.
const HIGHEST_SAMPLE: f64 = 100_000.0;

/// Places one launch after the other, each seeing those before it.
pub(crate) struct Placement<'a> {
    need: Need,
    zones: Vec<Zone<'a>>,
    hosts: Vec<Candidate<'a>>,
}

struct Zone<'a> {
    name: &'a ZoneName,
    instances: usize,
    /// No host has room: room only shrinks while a plan is made.
    full: bool,
}

struct Candidate<'a> {
    view: &'a HostView,
    /// Launches of the group failed here.
    failed: bool,
    of_group: usize,
    used: Need,
    coming: Need,
    /// As [`Candidate::ranked`] leaves it.
    rank: Rank<'a>,
}

/// Best first. Suspect hosts come last of all; before them control hosts, which are taken when no other
/// host has room.
type Rank<'a> = (bool, bool, bool, usize, u64, Reverse<u64>, u32, &'a HostName);

impl<'a> Placement<'a> {
    pub(crate) fn new(
        world: &World<'a>,
        census: &Census<'a>,
        template: &Template,
        backoff: &Backoff<'_>,
    ) -> Self {
        let mut zones: Vec<Zone<'a>> = world
            .group
            .spec
            .availability_zones
            .iter()
            .map(Zone::new)
            .collect();
        let mut of_group: BTreeMap<&HostName, usize> = BTreeMap::new();
        for instance in census.each() {
            *of_group.entry(&instance.host).or_default() += 1;
        }
        // A stray is replaced in the zone where it counts no more.
        for instance in &census.placed {
            if let Some(zone) = zones.iter_mut().find(|zone| *zone.name == instance.zone) {
                zone.instances += 1;
            }
        }
        let hosts = world.ledger.hosts().filter(|(view, _)| takes_launches(view));
        let open = hosts.filter(|(view, _)| !backoff.bars(&view.host.name));
        let candidate = |(view, account): (&'a HostView, &Account)| {
            let name = &view.host.name;
            let of_group = of_group.get(name).copied().unwrap_or(0);
            Candidate::new(view, account, of_group, backoff.failed_on(name))
        };
        Self {
            need: Need::of(template.limits),
            hosts: open.map(candidate).collect(),
            zones,
        }
    }

    /// A place for one more instance, which is then taken; `None` when no zone of the group has room.
    ///
    /// The emptiest zone comes first, the earlier named one among equals. When it has no room the next one
    /// gets its share: short of a zone is better than short of an instance.
    pub(crate) fn take(&mut self) -> Option<(&'a ZoneName, &'a HostName)> {
        loop {
            let open = self.zones.iter_mut().filter(|zone| !zone.full);
            let zone = open.min_by_key(|zone| zone.instances)?;
            let need = self.need;
            let fitting = self.hosts.iter_mut().filter(|host| host.fits(zone.name, need));
            let Some(host) = fitting.min_by_key(|host| host.rank) else {
                zone.full = true;
                continue;
            };
            host.take(need);
            zone.instances += 1;
            return Some((zone.name, &host.view.host.name));
        }
    }

    /// Why there was no room, a sentence for each zone that had none.
    pub(crate) fn shortages(&self, world: &World<'_>) -> Vec<String> {
        let full = self.zones.iter().filter(|zone| zone.full);
        full.map(|zone| shortage::explain(world, zone.name, self.need, |host| self.used(host)))
            .collect()
    }

    fn used(&self, host: &HostName) -> Option<Need> {
        let candidate = self
            .hosts
            .iter()
            .find(|candidate| candidate.view.host.name == *host);
        candidate.map(|candidate| candidate.used)
    }
}

impl<'a> Zone<'a> {
    fn new(name: &'a ZoneName) -> Self {
        Self {
            name,
            instances: 0,
            full: false,
        }
    }
}

impl<'a> Candidate<'a> {
    fn new(view: &'a HostView, account: &Account, of_group: usize, failed: bool) -> Self {
        let unranked = (false, false, false, 0, 0, Reverse(0), 0, &view.host.name);
        let mut candidate = Self {
            view,
            failed,
            of_group,
            used: account.used(),
            coming: account.coming(),
            rank: unranked,
        };
        candidate.rank = candidate.ranked();
        candidate
    }

    fn fits(&self, zone: &ZoneName, need: Need) -> bool {
        self.view.host.serves(zone) && self.view.host.capacity.fits(self.used, need)
    }

    fn take(&mut self, need: Need) {
        self.of_group += 1;
        self.used = self.used.plus(need);
        self.coming = self.coming.plus(need);
        self.rank = self.ranked();
    }

    fn ranked(&self) -> Rank<'a> {
        let view = self.view;
        (
            view.suspect,
            view.host.control,
            self.failed,
            self.of_group,
            self.load() / LOAD_STEP,
            Reverse(self.free_memory()),
            self.used.instances,
            &view.host.name,
        )
    }

    /// CPU and memory in per cent of the machine, added up: as sampled, and what launches under way will
    /// add at the size of their types, which no sample shows yet.
    fn load(&self) -> u64 {
        let host = &self.view.host;
        let sampled = whole(self.view.load.cpu) + whole(self.view.load.memory);
        let coming = per_cent(self.coming.vcpus.into(), host.cpus.into())
            .saturating_add(per_cent(self.coming.memory_mib, host.memory_mib));
        coming.saturating_add(sampled)
    }

    /// Memory not yet taken, in MiB, of what the host offers or else of the machine's.
    fn free_memory(&self) -> u64 {
        let host = &self.view.host;
        let offered = host.capacity.memory_mib.unwrap_or(host.memory_mib);
        offered.saturating_sub(self.used.memory_mib)
    }
}

/// Whether a host gets new instances at all.
pub(crate) fn takes_launches(view: &HostView) -> bool {
    !view.silent && view.host.state == HostState::Active
}

fn per_cent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole).unwrap_or(0)
}

/// A sample in whole per cent; one that is no number counts as none.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(sample: f64) -> u64 {
    sample.clamp(0.0, HIGHEST_SAMPLE) as u64
}
