//! Orphans, cooldowns and the ledger: the small deciders beside the plan.

use std::time::Duration;

use domain::{ContainerId, Need, Timestamp};
use planner::orphans::{Orphan, Verdict, decide};
use planner::{Direction, Ledger, cooldown_over};

use crate::scene::{NOW, Scene, group, host, record};

const WAIT: Duration = Duration::from_secs(60);

fn orphans(ages: &[u64]) -> Vec<Orphan> {
    let orphan = |(at, age): (usize, &u64)| Orphan {
        id: ContainerId::new(format!("c{at}")),
        since: NOW - Duration::from_secs(*age),
        runs: true,
    };
    ages.iter().enumerate().map(orphan).collect()
}

fn removed(ages: &[u64], of: usize) -> Option<(usize, Option<Timestamp>)> {
    match decide(&orphans(ages), of, WAIT, NOW) {
        Verdict::Decided { remove, recheck } => Some((remove.len(), recheck)),
        Verdict::Halt(_) => None,
    }
}

#[test]
fn an_orphan_is_removed_after_its_wait() {
    assert_eq!(removed(&[], 5), Some((0, None)));
    assert_eq!(removed(&[59], 1), Some((0, Some(NOW + Duration::from_secs(1)))));
    assert_eq!(
        removed(&[60], 1),
        Some((1, None)),
        "also the only container of a host"
    );
    assert_eq!(
        removed(&[60, 10, 20], 100),
        Some((1, Some(NOW + Duration::from_secs(40))))
    );
}

#[test]
fn too_many_orphans_halt_their_removal() {
    assert_eq!(
        removed(&[60; 2], 2),
        Some((2, None)),
        "a few are removed whatever their share"
    );
    assert_eq!(removed(&[60; 3], 15), Some((3, None)), "a fifth");
    assert_eq!(removed(&[60; 3], 14), None);
    assert_eq!(removed(&[60, 0, 0], 14), None, "those that wait are counted");
    assert_eq!(
        removed(&[59; 3], 3),
        Some((0, Some(NOW + Duration::from_secs(1)))),
        "no alarm before its time"
    );
    let Verdict::Halt(why) = decide(&orphans(&[60; 3]), 4, WAIT, NOW) else {
        panic!("three of four are too many")
    };
    assert!(
        why.starts_with("3 of 4 containers have no record, above 20 %"),
        "{why}"
    );
}

#[test]
fn what_does_not_run_is_removed_however_much_it_is() {
    let mut leftovers = orphans(&[60; 5]);
    for orphan in &mut leftovers {
        orphan.runs = false;
    }
    let Verdict::Decided { remove, .. } = decide(&leftovers, 5, WAIT, NOW) else {
        panic!("nothing is lost with them")
    };
    assert_eq!(remove.len(), 5);
}

#[test]
fn cooldowns_count_from_the_last_change_in_either_direction() {
    let ago = |seconds| Some(NOW - Duration::from_secs(seconds));
    let mut group = group(&["a"], 1, 2);
    let over = |group: &domain::Group| {
        (
            cooldown_over(group, Direction::Out, NOW),
            cooldown_over(group, Direction::In, NOW),
        )
    };
    assert_eq!(over(&group), (true, true), "nothing changed yet");
    group.last_scale_in = ago(500);
    for (since, expected) in [
        (59, (false, false)),
        (60, (true, false)),
        (119, (true, false)),
        (120, (true, true)),
    ] {
        group.last_scale_out = ago(since);
        assert_eq!(over(&group), expected, "{since} s after a scale-out");
    }
    (group.last_scale_out, group.last_scale_in) = (ago(500), ago(100));
    assert_eq!(over(&group), (true, false));
}

#[test]
fn a_change_of_a_clock_that_was_far_ahead_holds_nothing() {
    let mut group = group(&["a"], 1, 2);
    for (ahead, over) in [(60, false), (61, true), (3_600, true)] {
        group.last_scale_out = Some(NOW + Duration::from_secs(ahead));
        assert_eq!(
            cooldown_over(&group, Direction::Out, NOW),
            over,
            "{ahead} s ahead"
        );
    }
}

#[test]
fn the_ledger_gives_back_exactly_what_it_charged() {
    let scene = Scene::of(&["a"], 2, 9)
        .host("h1", &[])
        .serving("h1", "a")
        .pending("h1", "a")
        .pending("gone", "a");
    let empty = Ledger::new(scene.hosts.clone());
    let mut ledger = empty.clone();
    let mut huge = group(&["a"], 1, 1);
    for slot in 0..3 {
        let phase = domain::Phase::InService { since: NOW };
        let mut instance = record(500, slot, ("h1", "a"), NOW, phase);
        instance.template.limits = domain::InstanceType {
            vcpu: u32::MAX,
            memory: u64::MAX,
        };
        huge.instances.push(instance);
    }
    ledger.charge_group(&scene.group);
    let small = ledger.clone();
    let h1 = "h1".parse().unwrap();
    let taken = Need {
        instances: 2,
        memory_mib: 2_048,
        vcpus: 2,
    };
    assert_eq!(ledger.used(&h1), taken);
    ledger.charge_group(&huge);
    assert_eq!(ledger.used(&h1).memory_mib, u64::MAX);
    ledger.release_group(&huge);
    assert_eq!(ledger, small);
    ledger.release_group(&scene.group);
    assert_eq!(ledger, empty);
}

#[test]
fn charges_stay_when_hosts_come_and_go() {
    let scene = Scene::of(&["a"], 2, 9)
        .host("h1", &[])
        .serving("h1", "a")
        .serving("h2", "a");
    let mut ledger = scene.ledger();
    ledger.refresh(Vec::new());
    ledger.refresh(vec![host("h2"), host("h1"), host("h3")]);
    let mut fresh = Ledger::new(vec![host("h1"), host("h2"), host("h3")]);
    fresh.charge_group(&scene.group);
    assert_eq!(ledger, fresh);
    assert_eq!(ledger.used(&"h2".parse().unwrap()).instances, 1);
}
