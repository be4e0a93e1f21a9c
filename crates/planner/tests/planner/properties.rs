//! What holds in any state.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::{Cause, Group, GroupState, HostState, Instance, Intent, Phase};
use planner::{Ledger, Plan};
use proptest::prelude::*;

use crate::scene::{Scene, steps};
use crate::states::{any_scene, any_servable_scene};

/// Rounds in which any group must have come to rest: strays of a full group go one in two rounds.
const ROUNDS: usize = 40;

fn capacity(group: &Group, scene: &Scene) -> usize {
    group
        .instances
        .iter()
        .filter(|i| i.is_capacity(scene.now))
        .count()
}

fn max(group: &Group) -> usize {
    group.spec.max_size as usize
}

fn is_kept(scene: &Scene) -> bool {
    scene.group.state == GroupState::Started && !scene.group.deleted && !scene.frozen
}

fn launches(plan: &Plan) -> impl Iterator<Item = (&domain::HostName, &domain::ZoneName)> {
    plan.intents.iter().filter_map(|intent| match intent {
        Intent::Launch { host, zone, .. } => Some((host, zone)),
        _ => None,
    })
}

fn ended(plan: &Plan) -> Vec<(domain::InstanceId, Cause)> {
    plan.intents
        .iter()
        .filter_map(|intent| match intent {
            Intent::Terminate { instance, cause } => Some((*instance, cause.clone())),
            _ => None,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_can_be_recorded_and_planning_again_yields_nothing(mut scene in any_scene()) {
        let plan = scene.plan();
        let recorded = scene.record(&plan);
        prop_assert_eq!(recorded, Ok(()));
        let again = scene.plan();
        prop_assert_eq!(steps(&again), Vec::<String>::new(), "after {:?}", steps(&plan));
    }

    #[test]
    fn no_plan_breaks_the_ceiling(mut scene in any_scene()) {
        let before = scene.group.occupied();
        let plan = scene.step();
        let occupied = scene.group.occupied();
        prop_assert!(occupied <= before.max(max(&scene.group)), "{occupied} after {before}");
        if is_kept(&scene) {
            let capacity = capacity(&scene.group, &scene);
            prop_assert!(capacity <= max(&scene.group), "{capacity}: {:?}", steps(&plan));
        }
    }

    #[test]
    fn the_order_of_records_decides_nothing(scene in any_scene(), seed in any::<u64>()) {
        let plan = scene.plan();
        prop_assert_eq!(&plan, &scene.plan(), "same input, same plan");
        let mut shuffled = scene.clone();
        let turn = usize::try_from(seed % 9).unwrap().min(shuffled.group.instances.len());
        shuffled.group.instances.rotate_left(turn);
        if seed % 2 == 0 {
            shuffled.group.instances.reverse();
        }
        let other = shuffled.plan();
        let told = |plan: &Plan| steps(plan).into_iter().collect::<BTreeSet<_>>();
        prop_assert_eq!(told(&plan), told(&other));
        prop_assert_eq!((plan.reasons, plan.shortfall, plan.recheck), (other.reasons, other.shortfall, other.recheck));
    }

    #[test]
    fn launches_go_where_there_is_room(mut scene in any_scene()) {
        let before = scene.ledger();
        let plan = scene.step();
        let after = scene.ledger();
        for (name, zone) in launches(&plan) {
            let view = scene.hosts.iter().find(|view| view.host.name == *name);
            prop_assert!(view.is_some(), "{name} is not known");
            let host = &view.unwrap().host;
            prop_assert!(!view.unwrap().silent && host.state == HostState::Active);
            prop_assert!(host.serves(zone) && scene.group.spec.availability_zones.contains(zone));
            let more = after.used(name).minus(before.used(name));
            prop_assert!(host.capacity.fits(before.used(name), more), "{name} takes {more:?}");
        }
    }

    #[test]
    fn only_a_started_group_changes_and_a_stopped_one_ends(scene in any_scene()) {
        let plan = scene.plan();
        let group = &scene.group;
        let on_removed = |i: &&Instance| state_of(&scene, i) == HostState::Removed;
        let alive = group.instances.iter();
        let alive = alive.filter(|i| matches!(i.phase, Phase::Pending { .. } | Phase::InService { .. }));
        let (removed, others): (Vec<_>, Vec<_>) = alive.partition(on_removed);
        let left: Vec<_> = ended(&plan).into_iter().filter(|(_, cause)| *cause != Cause::HostRemoved).collect();
        if group.state == GroupState::Stopped || group.deleted {
            let expected: Vec<_> = others.iter().map(|i| (i.id, Cause::GroupStopped)).collect();
            prop_assert_eq!(left, expected);
            prop_assert_eq!(launches(&plan).count(), 0);
        } else if !is_kept(&scene) {
            prop_assert_eq!(left, vec![]);
            let others = plan.intents.iter().filter(|intent| !matches!(intent, Intent::WriteOff { .. }));
            prop_assert_eq!(others.count() > 0, !ended(&plan).is_empty() && !removed.is_empty());
        }
    }

    #[test]
    fn what_is_on_a_removed_host_ends_and_what_says_nothing_ends_at_once(mut scene in any_scene()) {
        let before = scene.group.clone();
        scene.step();
        let view = |i: &Instance| scene.hosts.iter().find(|view| view.host.name == i.host);
        for old in before.instances.iter().filter(|i| !matches!(i.phase, Phase::Terminated { .. })) {
            let removed = view(old).filter(|view| view.host.state == HostState::Removed);
            let now = scene.group.instance(old.id);
            match removed {
                Some(view) if view.lost => prop_assert_eq!(now, None),
                Some(_) => prop_assert!(now.is_some_and(|i| matches!(i.phase, Phase::Terminating { .. })), "{now:?}"),
                None => prop_assert!(now.is_some(), "{old:?} was dropped"),
            }
        }
    }

    #[test]
    fn nobody_goes_from_a_drained_host_that_is_silent_but_for_the_ceiling(scene in any_scene()) {
        let plan = scene.plan();
        let silent = |name: &domain::HostName| scene.hosts.iter().any(|view| view.silent && view.host.name == *name);
        let drained = ended(&plan).into_iter().filter(|(_, cause)| *cause == Cause::HostDrained);
        let reached = drained.filter_map(|(id, _)| scene.group.instance(id)).filter(|i| silent(&i.host)).count();
        prop_assert!(reached == 0 || capacity(&scene.group, &scene) > max(&scene.group), "{:?}", steps(&plan));
    }

    #[test]
    fn what_is_missing_is_launched_or_explained(scene in any_scene()) {
        let plan = scene.plan();
        if group_is_short(&scene, &plan) {
            prop_assert!(!plan.reasons.is_empty());
        }
        if let Some(recheck) = plan.recheck {
            prop_assert!(recheck > scene.now, "a recheck in the past would never end");
        }
    }

    #[test]
    fn leaving_a_zone_or_a_host_costs_one_instance_in_service_at_most(mut scene in any_scene()) {
        let serving = scene.group.in_service();
        let wanted = scene.group.wanted() as usize;
        let had_slots = !scene.group.free_slots().is_empty();
        let within = scene.group.occupied() <= max(&scene.group);
        let plan = scene.step();
        let causes = ended(&plan);
        let loses = plan
            .intents
            .iter()
            .any(|intent| matches!(intent, Intent::Lose { .. } | Intent::WriteOff { .. }));
        if is_kept(&scene) && within && !loses && causes.iter().all(|(_, cause)| *cause == Cause::ZoneRemoved || *cause == Cause::HostDrained)
        {
            let cost = usize::from(!had_slots);
            let kept = scene.group.in_service();
            prop_assert!(kept + cost >= serving.min(wanted), "{kept} of {serving}: {:?}", steps(&plan));
        }
    }

    #[test]
    fn what_is_on_a_lost_host_leaves_its_slot_and_nothing_else_does(mut scene in any_scene()) {
        let before = scene.group.clone();
        let lost = |scene: &Scene, name: &domain::HostName| {
            scene.hosts.iter().any(|view| view.lost && view.host.name == *name)
        };
        scene.step();
        for instance in &scene.group.instances {
            let Some(old) = before.instance(instance.id) else { continue };
            if !old.is_lost() && instance.is_lost() {
                prop_assert!(is_kept(&scene) && lost(&scene, &instance.host), "{instance:?}");
            }
            let ends = state_of(&scene, instance) == HostState::Removed;
            if is_kept(&scene) && lost(&scene, &instance.host) && !ends {
                prop_assert!(!instance.occupies_slot(), "{instance:?}");
            }
            prop_assert!(!is_kept(&scene) || !instance.has_returned(), "nobody decided about {instance:?}");
        }
    }

    #[test]
    fn a_return_never_costs_capacity_that_is_wanted(mut scene in any_scene()) {
        let was = scene.group.clone();
        let plan = scene.step();
        let returned: Vec<_> = ended(&plan).into_iter().filter(|(_, cause)| *cause == Cause::HostReturned).collect();
        let left = capacity(&scene.group, &scene);
        prop_assert!(returned.is_empty() || left >= scene.group.wanted() as usize, "{left}: {:?}", steps(&plan));
        for (id, _) in returned {
            let gone = was.instance(id).unwrap();
            let serving = scene.group.in_service();
            prop_assert!(!gone.is_serving() || serving >= scene.group.wanted() as usize, "{serving}: {:?}", steps(&plan));
        }
    }

    #[test]
    fn the_ledger_returns_to_what_it_was(one in any_scene(), other in any_scene()) {
        let mut ledger = Ledger::new(one.hosts.clone());
        ledger.charge_group(&one.group);
        let before = ledger.clone();
        ledger.charge_group(&other.group);
        ledger.refresh(other.hosts.clone());
        ledger.refresh(one.hosts.clone());
        ledger.release_group(&other.group);
        prop_assert_eq!(&ledger, &before);
        ledger.release_group(&one.group);
        prop_assert_eq!(ledger, Ledger::new(one.hosts));
    }

    #[test]
    fn every_group_that_can_be_served_comes_to_rest(mut scene in any_servable_scene()) {
        let mut told = Vec::new();
        for _ in 0..ROUNDS {
            let plan = scene.step();
            told.push(steps(&plan));
            scene.settle();
            // Time passes, and nobody looks again before the plan asked to.
            let next = plan.recheck.filter(|_| plan.intents.is_empty());
            scene.now = next.unwrap_or(scene.now).max(scene.now + Duration::from_secs(1));
        }
        let group = &scene.group;
        let zones = &group.spec.availability_zones;
        // From a drained host that is silent nobody goes: it waits until it speaks or is lost.
        let waits = |i: &&Instance| {
            let silent = scene.hosts.iter().any(|view| view.silent && view.host.name == i.host);
            silent && state_of(&scene, i) == HostState::Draining
        };
        let known = || group.instances.iter().filter(|i| !i.is_lost() && !waits(i));
        let placed = known().filter(|i| zones.contains(&i.zone)).count();
        let held = group.instances.iter().filter(|i| !i.is_lost()).filter(waits).count();
        let wanted = (group.wanted() as usize).min(max(group).saturating_sub(held));
        prop_assert_eq!(placed, wanted, "{:?}", told);
        let serving = known().filter(|i| i.is_serving()).count();
        prop_assert_eq!((known().count(), serving), (placed, placed));
        let rest = scene.plan();
        prop_assert_eq!((rest.intents, rest.shortfall), (vec![], None));
    }
}

fn state_of(scene: &Scene, instance: &Instance) -> HostState {
    let view = scene.hosts.iter().find(|view| view.host.name == instance.host);
    view.map_or(HostState::Active, |view| view.host.state)
}

fn group_is_short(scene: &Scene, plan: &Plan) -> bool {
    let remaining = capacity(&scene.group, scene);
    scene.group.state == GroupState::Started
        && !scene.group.deleted
        && remaining + launches(plan).count() < scene.group.wanted() as usize
}
