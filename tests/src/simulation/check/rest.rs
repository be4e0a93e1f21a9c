//! At rest: alive is desired wherever there is room, and nothing else is there (I2, I3).

use std::collections::BTreeMap;

use domain::{ContainerFacts, Group, GroupId, Host, HostName, HostState, Instance, InstanceId, Need, Phase};
use tokio::time::Instant;

use super::hosts::{asks_a_person, removed_at_rest};
use super::truth::Broken;
use super::{Checks, State, lives};

/// What is missing until the service is as its users want it.
pub type Unrest = String;

impl Checks {
    /// Whether everything is as users want it, apart from `broken` groups; `hosts` are all that there are.
    ///
    /// # Errors
    /// What is not.
    pub fn at_rest(&self, hosts: &[Host], broken: &Broken) -> Result<(), Unrest> {
        let containers = self.containers();
        let state = self.state();
        let mut by_record: BTreeMap<InstanceId, Vec<(&HostName, &ContainerFacts)>> = BTreeMap::new();
        for (host, facts) in &containers {
            by_record.entry(facts.record).or_default().push((host, facts));
        }
        for kept in state
            .groups
            .values()
            .filter(|kept| !broken.contains(&kept.group.id))
        {
            group_at_rest(&kept.group, &state)?;
            for record in &kept.group.instances {
                if state.gone.contains(&record.host) {
                    lost_at_rest(record)?;
                    continue;
                }
                record_at_rest(
                    record,
                    by_record.get(&record.id).map_or(&[][..], Vec::as_slice),
                    hosts,
                )?;
            }
            enough(&state, &kept.group, hosts)?;
        }
        removed_at_rest(&state)?;
        let runs = |host: &HostName, id| {
            self.engines()
                .iter()
                .any(|(name, engine)| name == host && engine.runs(id))
        };
        if let Some((host, id)) = state.foreign.iter().find(|(host, id)| !runs(host, id)) {
            return Err(format!(
                "{} on {host}, which is not ours, was touched",
                id.short()
            ));
        }
        let known = |host: &HostName, facts: &ContainerFacts| {
            state.gone.contains(host)
                || asks_a_person(&state, host, &containers)
                || broken.contains(&facts.group)
                || state
                    .groups
                    .get(&facts.group)
                    .is_some_and(|kept| kept.group.instance(facts.record).is_some())
        };
        match containers.iter().find(|(host, facts)| !known(host, facts)) {
            Some((host, facts)) => Err(format!("{} on {host} has no record", facts.name)),
            None => Ok(()),
        }
    }

    /// Since when nothing was done about any group but the broken ones; and what was done last.
    #[must_use]
    pub fn last_change(&self, broken: &Broken) -> Option<(Instant, String)> {
        let state = self.state();
        let changes = state.last_change.iter().filter(|(id, _)| !broken.contains(id));
        let last = changes.max_by_key(|(_, (at, _))| *at);
        last.map(|(id, (at, what))| (*at, format!("group {}: {what}", name(&state, *id))))
    }

    /// How many launches of a group were recorded since.
    #[must_use]
    pub fn launches_since(&self, group: GroupId, since: Instant) -> usize {
        let state = self.state();
        state
            .launches
            .iter()
            .filter(|(of, at)| *of == group && *at >= since)
            .count()
    }

    /// The containers that live, which silence must not change (I4).
    #[must_use]
    pub fn living(&self, broken: &Broken) -> Vec<(HostName, ContainerFacts)> {
        let all = self.containers().into_iter();
        all.filter(|(_, facts)| lives(facts) && !broken.contains(&facts.group))
            .collect()
    }
}

fn name(state: &State, id: GroupId) -> String {
    state
        .groups
        .get(&id)
        .map_or_else(|| id.to_string(), |kept| kept.group.name.to_string())
}

fn group_at_rest(group: &Group, state: &State) -> Result<(), Unrest> {
    let known = group.instances.iter().filter(|i| !state.gone.contains(&i.host));
    let known = known.count();
    // A deleted group waits, hidden, for a host that is lost.
    if group.deleted && (known > 0 || group.instances.is_empty()) {
        return Err(format!(
            "deleted group {} is still there: {} records",
            group.name,
            group.instances.len()
        ));
    }
    if !group.outbox.is_empty() {
        return Err(format!("history of {} is not copied", group.name));
    }
    let wanted = usize::try_from(group.wanted()).unwrap_or(usize::MAX);
    if known > wanted {
        return Err(format!("{} has {known} records, {wanted} are wanted", group.name,));
    }
    Ok(())
}

/// On a host that is lost for good nothing counts any more.
fn lost_at_rest(record: &Instance) -> Result<(), Unrest> {
    let ends = matches!(record.phase, Phase::Terminating { .. });
    if record.is_lost() || ends {
        return Ok(());
    }
    Err(format!(
        "{} is on a lost host and {:?}",
        record.hostname, record.phase
    ))
}

fn record_at_rest(
    record: &Instance,
    containers: &[(&HostName, &ContainerFacts)],
    hosts: &[Host],
) -> Result<(), Unrest> {
    let name = &record.hostname;
    if !matches!(record.phase, Phase::InService { .. }) {
        return Err(format!("{name} is {:?}", record.phase));
    }
    let [(host, facts)] = containers else {
        return Err(format!("{name} has {} containers", containers.len()));
    };
    if **host != record.host || !lives(facts) {
        return Err(format!(
            "{name} is recorded on {}; its container on {host} is {:?}",
            record.host, facts.state
        ));
    }
    if !hosts
        .iter()
        .any(|host| host.name == record.host && host.serves(&record.zone))
    {
        return Err(format!(
            "{name} is in zone {}, which {} does not serve",
            record.zone, record.host
        ));
    }
    Ok(())
}

/// As many as wanted in the group's zones, on hosts that are not drained, or no host of these zones has room for one more.
fn enough(state: &State, group: &Group, hosts: &[Host]) -> Result<(), Unrest> {
    let wanted = usize::try_from(group.wanted()).unwrap_or(usize::MAX);
    let zones = &group.spec.availability_zones;
    let placed = group
        .instances
        .iter()
        .filter(|i| !i.is_lost() && zones.contains(&i.zone) && state.hosts.keeps(&i.host))
        .count();
    let Some(need) = state.need_of(group).filter(|_| placed < wanted) else {
        return Ok(());
    };
    let fits = |host: &&Host| {
        let used = state.used(&host.name);
        let takes = state.hosts.part(&host.name) == Some(HostState::Active);
        takes && zones.iter().any(|zone| host.serves(zone)) && host.capacity.fits(used, need)
    };
    match hosts.iter().find(fits) {
        Some(host) => Err(format!(
            "{} has {placed} of {wanted} instances in its zones and {} has room",
            group.name, host.name
        )),
        None => Ok(()),
    }
}

impl State {
    fn used(&self, host: &HostName) -> Need {
        let records = self.groups.values().flat_map(|kept| &kept.group.instances);
        records
            .filter(|i| i.host == *host)
            .fold(Need::default(), |used, i| used.plus(i.need()))
    }
}
