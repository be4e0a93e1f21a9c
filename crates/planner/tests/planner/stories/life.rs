//! Starting, scaling, healing, stopping.

use std::time::Duration;

use domain::phase::Remains;
use domain::{Cause, GroupState, Phase};

use crate::scene::{NOW, Scene, TIMEOUT, steps};

#[test]
fn a_started_group_gets_its_desired_capacity_and_then_rests() {
    let mut scene = Scene::of(&["a", "b"], 3, 4).host("h1", &["a"]).host("h2", &["b"]);
    let plan = scene.step();
    assert_eq!(
        steps(&plan),
        [
            "launch 0 on h1 for a",
            "launch 1 on h2 for b",
            "launch 2 on h1 for a"
        ]
    );
    assert_eq!(plan.reasons, ["launching 3: 0 of 3 instances are there"]);
    assert_eq!(plan.shortfall, None);
    assert_eq!(plan.recheck, Some(NOW + TIMEOUT), "the launches' deadline");
    assert_eq!(scene.group.instances[0].reason, "capacity was 0 of 3 instances");
    scene.settle();
    assert_eq!(scene.plan(), planner::Plan::default());
}

#[test]
fn a_dead_instance_holds_no_slot_and_is_replaced_at_once() {
    let died = Phase::Terminating {
        cause: Cause::Died {
            exit_code: Some(137),
            oom: false,
        },
        since: NOW,
        remains: Remains::Dead,
    };
    let scene = Scene::of(&["a"], 2, 2)
        .host("h1", &[])
        .serving("h1", "a")
        .in_phase("h1", "a", died);
    assert_eq!(steps(&scene.plan()), ["launch 1 on h1 for a"]);
}

#[test]
fn a_terminating_instance_that_may_still_run_keeps_its_slot() {
    let mut scene = Scene::of(&["a"], 2, 2)
        .host("h1", &[])
        .serving("h1", "a")
        .terminating("h1", "a", Remains::MayRun);
    let plan = scene.step();
    assert_eq!(steps(&plan), [""; 0]);
    assert_eq!(
        plan.reasons,
        ["1 launch waits for a free slot: max_size is 2, 1 instance is there and 1 terminating"]
    );
    assert_eq!(plan.shortfall, None, "it passes by itself");
    scene.settle();
    assert_eq!(steps(&scene.plan()), ["launch 1 on h1 for a"]);
}

#[test]
fn a_stalled_launch_is_cancelled_and_replaced_in_another_slot() {
    let late = Phase::Pending { deadline: NOW };
    let mut scene = Scene::of(&["a"], 1, 2)
        .host("h1", &[])
        .host("h2", &[])
        .in_phase("h1", "a", late);
    let plan = scene.step();
    assert_eq!(
        steps(&plan),
        [
            "end 1: not in service before its deadline",
            "launch 1 on h2 for a"
        ]
    );
    assert!(scene.group.launches.hosts.contains(&"h1".parse().unwrap()));
}

#[test]
fn a_stalled_launch_without_another_slot_is_replaced_when_it_is_gone() {
    let late = Phase::Pending { deadline: NOW };
    let mut scene = Scene::of(&["a"], 1, 1)
        .host("h1", &[])
        .host("h2", &[])
        .in_phase("h1", "a", late);
    assert_eq!(
        steps(&scene.step()),
        ["end 1: not in service before its deadline"]
    );
    assert_eq!(steps(&scene.plan()), [""; 0]);
    scene.settle();
    assert_eq!(
        steps(&scene.plan()),
        ["launch 0 on h2 for a"],
        "another host first"
    );
}

#[test]
fn a_launch_is_capacity_until_its_deadline_and_looked_at_then() {
    let scene = Scene::of(&["a"], 1, 2).host("h1", &[]).pending("h1", "a");
    let plan = scene.plan();
    assert_eq!(steps(&plan), [""; 0]);
    assert_eq!(plan.recheck, Some(NOW + TIMEOUT));
}

#[test]
fn scale_in_takes_the_oldest_of_the_fullest_zone() {
    let scene = Scene::of(&["a", "b"], 3, 9)
        .host("h1", &[])
        .serving("h1", "b")
        .serving("h1", "a")
        .serving("h1", "a")
        .serving("h1", "a")
        .serving("h1", "b");
    let plan = scene.plan();
    // a has three: its oldest. Then both have two, and the oldest of all is in b.
    assert_eq!(
        steps(&plan),
        [
            "end 2: more than the desired capacity",
            "end 1: more than the desired capacity"
        ]
    );
    assert_eq!(plan.reasons, ["terminating 2 of 5 instances: 3 are wanted"]);
}

#[test]
fn of_two_as_old_the_one_not_in_service_goes_first() {
    let scene = Scene::of(&["a"], 1, 9)
        .host("h1", &[])
        .serving("h1", "a")
        .pending("h1", "a")
        .with(|scene| {
            scene.group.instances[1].created = scene.group.instances[0].created;
        });
    assert_eq!(steps(&scene.plan()), ["end 2: more than the desired capacity"]);
}

#[test]
fn instances_above_a_lowered_max_size_go_the_same_way() {
    let scene = Scene::of(&["a"], 1, 1)
        .host("h1", &[])
        .serving("h1", "a")
        .serving("h1", "a")
        .serving("h1", "a");
    assert_eq!(
        steps(&scene.plan()),
        [
            "end 1: more than the desired capacity",
            "end 2: more than the desired capacity"
        ]
    );
}

#[test]
fn a_stopped_group_ends_everything_that_does_not_end_already() {
    for (state, deleted) in [
        (GroupState::Stopped, false),
        (GroupState::Stopped, true),
        (GroupState::Started, true),
    ] {
        for frozen in [false, true] {
            let scene = Scene::of(&["a"], 3, 3)
                .host("h1", &[])
                .serving("h1", "a")
                .pending("h1", "a")
                .in_phase("h1", "a", Phase::Pending { deadline: NOW })
                .terminating("h1", "a", Remains::MayRun)
                .with(|scene| {
                    (scene.group.state, scene.group.deleted, scene.frozen) = (state, deleted, frozen);
                });
            let plan = scene.plan();
            let ends = [1, 2, 3].map(|id| format!("end {id}: the group was stopped"));
            assert_eq!(steps(&plan), ends);
            assert_eq!(
                plan.reasons,
                ["terminating all 3 instances: the group is stopped"]
            );
            assert_eq!(plan.recheck, None);
        }
    }
}

#[test]
fn a_paused_group_is_left_alone() {
    let late = Phase::Pending { deadline: NOW };
    for desired in [0, 3] {
        let scene = Scene::of(&["a"], desired, 3)
            .host("h1", &[])
            .serving("h1", "a")
            .serving("h1", "b")
            .in_phase("h1", "a", late.clone())
            .with(|scene| scene.group.state = GroupState::Paused);
        assert_eq!(scene.plan(), planner::Plan::default());
    }
}

#[test]
fn nothing_is_replaced_or_terminated_while_most_hosts_are_silent() {
    let short = Scene::of(&["a"], 2, 3)
        .host("h1", &[])
        .serving("h1", "a")
        .with(|scene| scene.frozen = true);
    let plan = short.plan();
    assert_eq!(steps(&plan), [""; 0]);
    let held = "more than half of the hosts are silent, so nothing is replaced or terminated";
    assert_eq!(
        plan.shortfall,
        Some(format!("{held}: capacity stays at 1 of 2 instances"))
    );

    let late = Phase::Pending {
        deadline: NOW - Duration::from_secs(1),
    };
    let ample = Scene::of(&["a"], 0, 3)
        .host("h1", &[])
        .serving("h1", "a")
        .in_phase("h1", "a", late)
        .with(|scene| scene.frozen = true);
    let plan = ample.plan();
    assert_eq!(steps(&plan), [""; 0]);
    assert_eq!(
        plan.reasons,
        [format!("{held}: 2 instances wait to be terminated")]
    );
    assert_eq!(
        plan.recheck, None,
        "a deadline that passed must not wake anybody again and again"
    );
}

#[test]
fn without_a_template_nothing_is_launched_but_surplus_still_goes() {
    let missing = |scene: &mut Scene| scene.template = Err("launch_configuration lconf1 not found".into());
    let short = Scene::of(&["a"], 2, 2)
        .host("h1", &[])
        .serving("h1", "a")
        .with(missing);
    let plan = short.plan();
    assert_eq!(steps(&plan), [""; 0]);
    let why = "cannot launch 1 missing instance: launch_configuration lconf1 not found";
    assert_eq!(plan.shortfall.as_deref(), Some(why));
    let ample = Scene::of(&["a"], 0, 2)
        .host("h1", &[])
        .serving("h1", "a")
        .with(missing);
    assert_eq!(steps(&ample.plan()), ["end 1: more than the desired capacity"]);
    assert_eq!(ample.plan().shortfall, None);
}

#[test]
fn a_second_record_in_a_slot_counts_against_the_ceiling() {
    // Dead, its slot given to 2, then started again by somebody.
    let scene = Scene::of(&["a"], 2, 2)
        .host("h1", &[])
        .terminating("h1", "a", Remains::MayRun)
        .serving("h1", "a")
        .with(|scene| scene.group.instances[1].slot = 0);
    assert_eq!(steps(&scene.plan()), [""; 0]);
}
