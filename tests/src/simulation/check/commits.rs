//! At every commit: slots below the ceiling (I1), no record dropped while its container lives (I3), nothing ended
//! by what was not seen (I4), no deposed leader heard (I6).

use domain::{
    Cause, ContainerFacts, ContainerState, Document, Group, GroupId, Health, Instance, Phase, Revision,
};
use tokio::time::Instant;

use super::super::life::Life;
use super::losses::ends_by_return;
use super::{Checks, Kept, State, lives};

fn figure(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Checks {
    /// The store took a new group.
    pub fn created(&self, life: &Life, group: &Group, revision: Revision) {
        self.trace.say(&life.name, || {
            format!("creates group {} {}", group.name, group.id)
        });
        let kept = Kept {
            ceiling: figure(group.spec.max_size),
            group: group.clone(),
            revision,
        };
        self.state().groups.insert(group.id, kept);
    }

    /// The store dropped a group.
    pub fn purged(&self, id: GroupId) {
        let gone = self.state().groups.remove(&id);
        if gone.is_some_and(|kept| !kept.group.is_finished()) {
            self.fail(
                "I3",
                &format!("group {id} was dropped with records or history left"),
            );
        }
    }

    /// The store took a document.
    pub fn documented(&self, document: Document) {
        let key = (
            document.body.kind(),
            document.account.clone(),
            document.body.name().to_owned(),
        );
        self.state().documents.insert(key, document);
    }

    /// The store took a change of a group.
    pub fn committed(&self, life: &Life, group: &Group, revision: Revision) {
        let mut state = self.state();
        state.counts.commits += 1;
        let Some(before) = state.groups.remove(&group.id) else {
            return self.fail_in(
                &mut state,
                "I5",
                &format!("group {} changed and was not there", group.name),
            );
        };
        self.tell(life, &before.group, group);
        self.check_leader(&mut state, life, &before.group, group);
        self.check_slots(&mut state, &before.group, group);
        self.check_orders(&mut state, life, &before.group, group);
        self.check_ended(&mut state, &before.group, group);
        self.check_scale_in(&mut state, &before.group, group);
        self.check_losses(&mut state, &before.group, group);
        note_change(&mut state, &before.group, group, &life.name);
        // A report so late that its record ended under an earlier leader brings the record back: adopted, it is new.
        for gone in before
            .group
            .instances
            .iter()
            .filter(|i| group.instance(i.id).is_none())
        {
            state.starts.remove(&gone.id);
        }
        let fresh = group
            .instances
            .iter()
            .filter(|i| before.group.instance(i.id).is_none());
        let now = Instant::now();
        state.launches.extend(fresh.map(|_| (group.id, now)));
        // Records above a lowered max_size may go on until they are ended.
        let ceiling = figure(group.spec.max_size).max(before.ceiling.min(group.occupied()));
        let kept = Kept {
            group: group.clone(),
            revision,
            ceiling,
        };
        state.groups.insert(group.id, kept);
    }

    fn tell(&self, life: &Life, before: &Group, after: &Group) {
        self.trace.say(&life.name, || {
            let phase = |group: &Group, i: &Instance| group.instance(i.id).map(|i| (i.phase.clone(), i.lost));
            let changed = after
                .instances
                .iter()
                .chain(before.instances.iter().filter(|i| after.instance(i.id).is_none()));
            let changed = changed.filter(|i| phase(before, i) != phase(after, i));
            let told = changed.map(|i| match phase(after, i) {
                Some((phase, lost)) => {
                    let lost = lost.map(|lost| format!(" {lost:?}")).unwrap_or_default();
                    format!("{} slot {} on {}: {phase:?}{lost}", i.hostname, i.slot, i.host)
                }
                None => format!("{} slot {} on {}: record dropped", i.hostname, i.slot, i.host),
            });
            format!(
                "commits {} r? {}/{} wanted {}: {}",
                after.name,
                after.generation,
                after.epoch,
                after.wanted(),
                told.collect::<Vec<_>>().join("; ")
            )
        });
    }

    fn check_leader(&self, state: &mut State, life: &Life, before: &Group, after: &Group) {
        let led = life.epoch();
        if after.epoch < before.epoch || led.is_some_and(|epoch| epoch < before.epoch) {
            let what = format!(
                "{} (leading under {led:?}) changed {} although epoch {} had raised it",
                life.name, before.name, before.epoch
            );
            self.fail_in(state, "I6", &what);
        }
    }

    fn check_slots(&self, state: &mut State, before: &Group, after: &Group) {
        let max = figure(after.spec.max_size);
        let fresh = after
            .instances
            .iter()
            .filter(|i| before.instance(i.id).is_none())
            .count();
        if fresh > 0 && after.occupied() > max {
            let what = format!(
                "{} records of {} hold slots, max_size is {max}",
                after.occupied(),
                after.name
            );
            self.fail_in(state, "I1", &what);
        }
        if let Err(wrong) = after.spec.check() {
            self.fail_in(state, "I1", &format!("{}: {wrong}", after.name));
        }
    }

    /// A slot is free only once the engine's container is dead; a record goes only once it is gone.
    fn check_ended(&self, state: &mut State, before: &Group, after: &Group) {
        let freed = before.instances.iter().filter(|i| i.occupies_slot()).filter(|i| {
            let now = after.instance(i.id);
            now.is_none_or(|now| !now.occupies_slot() && !now.is_lost())
        });
        let excused =
            |i: &&Instance| state.by_hand.contains(&i.id) || state.hosts.written_off.contains(&i.id);
        let freed: Vec<_> = freed.filter(|i| !excused(i)).collect();
        for record in freed {
            if self.container_of(record).is_some_and(|facts| lives(&facts)) {
                let what = format!(
                    "{} of {} lost its slot while its container lives",
                    record.hostname, after.name
                );
                self.fail_in(state, "I1/I4", &what);
            }
        }
        self.check_causes(state, before, after);
    }

    /// Nothing ends by what is not so: who is told dead, gone or ill is.
    fn check_causes(&self, state: &mut State, before: &Group, after: &Group) {
        for record in &after.instances {
            let Phase::Terminating { cause, .. } = &record.phase else {
                continue;
            };
            let was = before.instance(record.id).map(|i| &i.phase);
            if !matches!(was, Some(Phase::InService { .. })) || state.by_hand.contains(&record.id) {
                continue;
            }
            let seen = record.container.as_ref().map(|container| &container.id);
            let facts = self.container_of(record).filter(|facts| Some(&facts.id) == seen);
            let belied = facts.is_some_and(|facts| match cause {
                Cause::Died { .. } | Cause::Vanished => lives(&facts),
                Cause::Unhealthy => {
                    matches!(facts.state, ContainerState::Running(health) if health != Health::Unhealthy)
                }
                _ => false,
            });
            if belied {
                let what = format!(
                    "{} of {} was ended ({cause}) and is well",
                    record.hostname, after.name
                );
                self.fail_in(state, "I4", &what);
            }
        }
    }

    /// Scaling in leaves what is desired.
    fn check_scale_in(&self, state: &mut State, before: &Group, after: &Group) {
        let capacity = |i: &&Instance| {
            !i.is_lost() && matches!(i.phase, Phase::Pending { .. } | Phase::InService { .. })
        };
        let ended = after.instances.iter().filter(|i| {
            let now = matches!(
                &i.phase,
                Phase::Terminating {
                    cause: Cause::ScaleIn,
                    ..
                }
            );
            (now || ends_by_return(&i.phase)) && before.instance(i.id).as_ref().is_some_and(capacity)
        });
        let left = after.instances.iter().filter(capacity).count();
        if ended.count() > 0 && left < figure(after.wanted()) {
            let what = format!(
                "scaling {} in left {left} instances, {} are desired",
                after.name,
                after.wanted()
            );
            self.fail_in(state, "I2", &what);
        }
    }

    fn container_of(&self, record: &Instance) -> Option<ContainerFacts> {
        let engine = self.engines().iter().find(|(host, _)| *host == record.host);
        let containers = engine.map(|(_, engine)| engine.snapshot()).unwrap_or_default();
        containers.into_iter().find(|facts| facts.record == record.id)
    }
}

/// What is worth a commit once everything is as it should be: nothing but history and the epoch.
fn note_change(state: &mut State, before: &Group, after: &Group, who: &str) {
    if before.instances != after.instances || before.launches != after.launches {
        let what = format!("{who} changed its records");
        state.last_change.insert(after.id, (Instant::now(), what));
    }
}
