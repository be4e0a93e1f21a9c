//! Spreading over zones, and leaving those that a group no longer names.

use domain::Phase;

use crate::scene::{Scene, steps};

#[test]
fn each_launch_goes_to_the_emptiest_zone() {
    let scene = Scene::of(&["a", "b", "c"], 6, 9)
        .host("h1", &[])
        .serving("h1", "a")
        .serving("h1", "a")
        .serving("h1", "c");
    assert_eq!(
        steps(&scene.plan()),
        [
            "launch 3 on h1 for b",
            "launch 4 on h1 for b",
            "launch 5 on h1 for c"
        ]
    );
}

#[test]
fn a_zone_without_room_leaves_its_share_to_the_next_and_says_so() {
    let scene = Scene::of(&["a", "b"], 4, 9)
        .host_as("h1", &["a"], |h1| h1.host.capacity.instances = Some(1))
        .host("h2", &["b"]);
    let plan = scene.plan();
    assert_eq!(
        steps(&plan),
        [
            "launch 0 on h1 for a",
            "launch 1 on h2 for b",
            "launch 2 on h2 for b",
            "launch 3 on h2 for b"
        ]
    );
    assert_eq!(plan.shortfall, None);
    assert_eq!(
        plan.reasons.last().map(String::as_str),
        Some("no host of zone a has room for another instance: of 1 host 1 at the limit of instances")
    );
}

#[test]
fn a_zone_that_no_known_host_serves_is_named() {
    let scene = Scene::of(&["a", "nowhere"], 2, 9).host("h1", &["a"]);
    let plan = scene.plan();
    assert_eq!(steps(&plan), ["launch 0 on h1 for a", "launch 1 on h1 for a"]);
    assert!(
        plan.reasons.contains(&"no host serves zone nowhere".to_owned()),
        "{:?}",
        plan.reasons
    );
    let scene = Scene::of(&["nowhere"], 2, 9).host("h1", &["a"]);
    assert_eq!(
        scene.plan().shortfall.as_deref(),
        Some("no host serves zone nowhere")
    );
}

/// Two instances in `old`, which the group does not name any more.
fn moved(max: u32) -> Scene {
    Scene::of(&["new"], 2, max)
        .host("h1", &[])
        .serving("h1", "old")
        .serving("h1", "old")
}

#[test]
fn with_free_slots_replacements_come_first() {
    let mut scene = moved(3);
    assert_eq!(steps(&scene.step()), ["launch 2 on h1 for new"]);
    let launched = scene.group.instances.last().unwrap();
    assert_eq!(
        launched.reason,
        "replaces an instance in a zone that the group no longer uses"
    );
    assert_eq!(
        steps(&scene.plan()),
        [""; 0],
        "nobody goes before the replacement is in service"
    );
    scene.settle();
    assert_eq!(steps(&scene.step()), ["end 1: the group no longer uses its zone"]);
    scene.settle();
    assert_eq!(steps(&scene.step()), ["launch 0 on h1 for new"]);
    scene.settle();
    assert_eq!(steps(&scene.step()), ["end 2: the group no longer uses its zone"]);
    scene.settle();
    assert_eq!(scene.plan(), planner::Plan::default());
}

#[test]
fn without_free_slots_one_at_a_time_goes_first() {
    let mut scene = moved(2);
    for id in [1, 2] {
        assert_eq!(
            steps(&scene.step()),
            [format!("end {id}: the group no longer uses its zone")]
        );
        assert_eq!(steps(&scene.step()), [""; 0], "its container may still run");
        scene.settle();
        assert_eq!(steps(&scene.step()), [format!("launch {} on h1 for new", id - 1)]);
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
fn nobody_goes_for_a_replacement_that_has_no_host() {
    for max in [2, 3] {
        let plan = moved(max)
            .with(|scene| scene.on("h1").host.zones = vec![crate::scene::zone("old")])
            .plan();
        assert_eq!(steps(&plan), [""; 0]);
        assert_eq!(plan.shortfall, None, "it has its capacity, though elsewhere");
        assert!(
            plan.reasons.contains(&"no host serves zone new".to_owned()),
            "{:?}",
            plan.reasons
        );
    }
}

#[test]
fn surplus_in_other_zones_goes_at_once() {
    let scene = moved(5).with(|scene| scene.group.spec.desired_capacity = 1);
    assert_eq!(
        steps(&scene.plan()),
        [
            "end 1: the group no longer uses its zone",
            "launch 2 on h1 for new"
        ]
    );
}

#[test]
fn in_other_zones_launches_under_way_go_before_instances_in_service() {
    let late = Phase::Pending {
        deadline: crate::scene::NOW + crate::scene::TIMEOUT,
    };
    let scene = Scene::of(&["new"], 1, 5)
        .host("h1", &[])
        .serving("h1", "old")
        .in_phase("h1", "old", late);
    assert_eq!(
        steps(&scene.plan()),
        [
            "end 2: the group no longer uses its zone",
            "launch 2 on h1 for new"
        ]
    );
}

#[test]
fn a_lowered_ceiling_counts_instances_in_other_zones() {
    let scene = Scene::of(&["new"], 2, 2)
        .host("h1", &[])
        .serving("h1", "old")
        .serving("h1", "old")
        .pending("h1", "new")
        .pending("h1", "new");
    let ends = [1, 2].map(|id| format!("end {id}: the group no longer uses its zone"));
    assert_eq!(steps(&scene.plan()), ends);
}
