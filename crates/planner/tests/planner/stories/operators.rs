//! Hosts that operators drain or remove.

use domain::phase::Remains;
use domain::{Cause, GroupState, HostState, Observation, Phase};

use crate::scene::{NOW, Scene, TIMEOUT, steps};

fn say(scene: &mut Scene, host: &str, state: HostState) {
    scene.on(host).host.state = state;
}

/// Two instances on h1, which is drained; h2 has room.
fn drained(max: u32) -> Scene {
    let mut scene = Scene::of(&["a"], 2, max)
        .host("h1", &[])
        .host("h2", &[])
        .serving("h1", "a")
        .serving("h1", "a");
    say(&mut scene, "h1", HostState::Draining);
    scene
}

#[test]
fn with_free_slots_a_drained_host_is_left_after_the_replacements_serve() {
    let mut scene = drained(4);
    let plan = scene.step();
    assert_eq!(steps(&plan), ["launch 2 on h2 for a", "launch 3 on h2 for a"]);
    assert_eq!(
        plan.reasons,
        ["launching 2: 0 of 2 instances are on hosts that are not drained"]
    );
    assert_eq!(plan.shortfall, None);
    assert_eq!(
        scene.group.instances[2].reason,
        "replaces an instance on host h1, which is drained"
    );
    assert_eq!(steps(&scene.plan()), [""; 0], "nobody goes before they serve");
    scene.settle();
    let plan = scene.step();
    assert_eq!(
        steps(&plan),
        ["end 1: its host is drained", "end 2: its host is drained"]
    );
    assert_eq!(
        plan.reasons,
        ["terminating 2 of 2 instances on drained hosts: its host is drained"]
    );
    scene.settle();
    assert_eq!(scene.plan(), planner::Plan::default());
    assert!(scene.group.instances.iter().all(|i| i.host.as_str() == "h2"));
}

#[test]
fn without_free_slots_a_drained_host_gives_one_at_a_time() {
    let mut scene = drained(2);
    for id in [1, 2] {
        assert_eq!(steps(&scene.step()), [format!("end {id}: its host is drained")]);
        assert_eq!(steps(&scene.step()), [""; 0], "its container may still run");
        scene.settle();
        assert_eq!(steps(&scene.step()), [format!("launch {} on h2 for a", id - 1)]);
        assert_eq!(
            steps(&scene.step()),
            [""; 0],
            "the next one waits for the replacement"
        );
        scene.settle();
    }
    assert_eq!(scene.plan(), planner::Plan::default());
}

#[test]
fn nobody_goes_from_a_drained_host_when_no_other_has_room() {
    for max in [2, 3] {
        let plan = drained(max)
            .with(|scene| scene.on("h2").host.capacity.instances = Some(0))
            .plan();
        assert_eq!(steps(&plan), [""; 0]);
        assert_eq!(plan.shortfall, None, "it has its capacity");
        let why = "no host of zone a has room for another instance: of 2 hosts 1 at the limit of instances, 1 draining";
        let stay = "2 instances on drained host h1 wait until other hosts take replacements";
        assert!(
            plan.reasons.ends_with(&[why.to_owned(), stay.to_owned()]),
            "{:?}",
            plan.reasons
        );
    }
}

#[test]
fn a_frozen_service_drains_nothing_and_a_paused_group_is_left_alone() {
    let frozen = drained(4).with(|scene| scene.frozen = true);
    assert_eq!(steps(&frozen.plan()), [""; 0]);
    let paused = drained(4).with(|scene| scene.group.state = GroupState::Paused);
    assert_eq!(paused.plan(), planner::Plan::default());
}

#[test]
fn a_drained_host_that_is_silent_keeps_what_it_has_until_it_is_lost() {
    let mut scene = drained(4);
    scene.on("h1").silent = true;
    scene.step();
    scene.settle();
    assert_eq!(steps(&scene.step()), [""; 0], "replaced, and no job reaches them");
    scene.on("h1").lost = true;
    assert_eq!(steps(&scene.step()), ["lose 1", "lose 2"]);

    let mut full = drained(2);
    full.on("h1").silent = true;
    let plan = full.plan();
    assert_eq!(steps(&plan), [""; 0]);
    let why = "2 instances on drained host h1 wait: it is silent";
    assert!(plan.reasons.contains(&why.to_owned()), "{:?}", plan.reasons);
}

#[test]
fn scale_in_takes_from_drained_hosts_first() {
    let mut scene = Scene::of(&["a"], 2, 4)
        .host("h1", &[])
        .host("h2", &[])
        .serving("h2", "a")
        .serving("h2", "a")
        .serving("h1", "a");
    scene.group.spec.desired_capacity = 2;
    say(&mut scene, "h1", HostState::Draining);
    assert_eq!(steps(&scene.plan()), ["end 3: its host is drained"]);
}

#[test]
fn a_replacement_goes_to_the_zone_that_the_drained_host_leaves() {
    let mut scene = Scene::of(&["a", "b"], 4, 8)
        .host("h1", &["a"])
        .host("h2", &["a"])
        .host("h3", &["b"])
        .serving("h1", "a")
        .serving("h1", "a")
        .serving("h3", "b")
        .serving("h3", "b");
    say(&mut scene, "h1", HostState::Draining);
    assert_eq!(
        steps(&scene.plan()),
        ["launch 4 on h2 for a", "launch 5 on h2 for a"]
    );
}

#[test]
fn instances_that_leave_a_zone_and_those_that_leave_a_host_are_told_apart() {
    let mut scene = Scene::of(&["a"], 2, 4)
        .host("h1", &[])
        .host("h2", &[])
        .serving("h2", "old")
        .serving("h1", "a");
    say(&mut scene, "h1", HostState::Draining);
    let plan = scene.step();
    assert_eq!(
        plan.reasons,
        ["launching 2: 0 of 2 instances are in its zones, on hosts that are not drained"]
    );
    let reasons: Vec<_> = scene.group.instances.iter().map(|i| i.reason.as_str()).collect();
    assert_eq!(
        reasons[2..],
        [
            "replaces an instance in a zone that the group no longer uses",
            "replaces an instance on host h1, which is drained"
        ]
    );
    scene.settle();
    assert_eq!(
        steps(&scene.step()),
        [
            "end 1: the group no longer uses its zone",
            "end 2: its host is drained"
        ]
    );
}

#[test]
fn an_uncordoned_host_keeps_what_was_not_replaced_yet() {
    let mut scene = drained(3);
    assert_eq!(steps(&scene.step()), ["launch 2 on h2 for a"]);
    say(&mut scene, "h1", HostState::Active);
    assert_eq!(steps(&scene.step()), ["end 1: more than the desired capacity"]);
}

/// One instance on h1, which is removed, and one on h2.
fn removed() -> Scene {
    let mut scene = Scene::of(&["a"], 2, 2)
        .host("h1", &[])
        .host("h2", &[])
        .serving("h1", "a")
        .serving("h2", "a");
    say(&mut scene, "h1", HostState::Removed);
    scene
}

#[test]
fn on_a_removed_host_that_speaks_everything_is_terminated_and_replaced_when_slots_allow() {
    let mut scene = removed();
    let plan = scene.step();
    assert_eq!(steps(&plan), ["end 1: its host was removed"]);
    assert_eq!(
        plan.reasons[0],
        "host h1 was removed: 1 instance there is terminated"
    );
    assert_eq!(steps(&scene.step()), [""; 0], "its container may still run");
    scene.settle();
    assert_eq!(steps(&scene.step()), ["launch 0 on h2 for a"]);
}

#[test]
fn on_a_removed_host_that_says_nothing_records_end_at_once() {
    let pending = Phase::Pending {
        deadline: NOW + TIMEOUT,
    };
    let mut scene = removed()
        .in_phase("h1", "a", pending)
        .terminating("h1", "a", Remains::MayRun);
    scene.group.spec.max_size = 4;
    let view = scene.on("h1");
    (view.silent, view.lost) = (true, true);
    let plan = scene.step();
    assert_eq!(
        steps(&plan),
        [
            "write off 1",
            "write off 3",
            "write off 4",
            "launch 0 on h2 for a"
        ]
    );
    assert_eq!(
        plan.reasons[0],
        "host h1 was removed: 3 records there end at once, for it says nothing"
    );
    let told: Vec<_> = scene
        .group
        .outbox
        .iter()
        .filter(|told| told.message.contains("h1 was removed"))
        .collect();
    assert_eq!(told.len(), 3, "{:?}", scene.group.outbox);
    assert!(told.iter().all(|told| told.end.is_some()));
    assert_eq!(scene.group.instances.len(), 2);
}

#[test]
fn removal_heeds_neither_a_groups_state_nor_the_freeze() {
    for state in [GroupState::Started, GroupState::Stopped, GroupState::Paused] {
        for (lost, expected) in [(false, "end 1: its host was removed"), (true, "write off 1")] {
            let mut scene = removed().with(|scene| {
                scene.group.state = state;
                scene.frozen = true;
                scene.group.instances.truncate(1);
            });
            let view = scene.on("h1");
            (view.silent, view.lost) = (lost, lost);
            assert_eq!(steps(&scene.step()), [expected], "{state:?}");
            assert_eq!(steps(&scene.step()), [""; 0], "{state:?}");
        }
    }
}

#[test]
fn who_was_lost_before_its_host_was_removed_ends_with_it() {
    let mut scene = removed().with(|scene| {
        let id = scene.group.instances[0].id;
        scene.group.observe(id, &Observation::HostLost, NOW).unwrap();
    });
    assert_eq!(
        steps(&scene.plan()),
        ["end 1: its host was removed", "launch 0 on h2 for a"]
    );
    let view = scene.on("h1");
    (view.silent, view.lost) = (true, true);
    assert_eq!(steps(&scene.step()), ["write off 1", "launch 0 on h2 for a"]);
    let ended = scene
        .group
        .outbox
        .iter()
        .filter(|told| told.cause == Cause::HostRemoved.to_string());
    assert_eq!(ended.count(), 1);
}
