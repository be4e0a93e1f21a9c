//! Launches that fail: another host, then backoff.

use std::time::Duration;

use domain::{Cause, Generation, LaunchHealth, Observation};

use crate::scene::{Scene, hosts_of, steps};

#[test]
fn after_a_first_failure_another_host_is_tried_at_once() {
    let mut scene = Scene::of(&["a"], 1, 2).host("h1", &[]).host("h2", &[]);
    assert_eq!(hosts_of(&scene.step()), ["h1"]);
    scene.fail_all("no such image");
    assert_eq!(hosts_of(&scene.step()), ["h2"]);
    scene.fail_all("no such image");
    let plan = scene.plan();
    assert_eq!(steps(&plan), [""; 0]);
    assert_eq!(plan.recheck, Some(scene.now + Duration::from_secs(10)));
    let why = "launches back off for 10 s from the last failure, after 2 failed in a row on h1, h2";
    assert_eq!(plan.shortfall.as_deref(), Some(why));
    let last = "the last failed launch: launch failed: no such image";
    assert!(plan.reasons.iter().any(|reason| reason == last), "{plan:?}");
}

#[test]
fn after_a_first_failure_a_control_host_is_tried_before_waiting() {
    let mut scene = Scene::of(&["a"], 1, 2)
        .host("h1", &[])
        .host_as("h2", &[], |h2| h2.host.control = true);
    scene.step();
    scene.fail_all("broken disk");
    assert_eq!(hosts_of(&scene.step()), ["h2"]);
}

#[test]
fn what_the_other_host_has_no_room_for_waits() {
    let mut scene = Scene::of(&["a"], 2, 3)
        .host("h1", &[])
        .host_as("h2", &[], |h2| h2.host.capacity.instances = Some(1))
        .with(|scene| scene.on("h2").load.cpu = 100.0)
        .with(|scene| scene.group.spec.desired_capacity = 1);
    assert_eq!(hosts_of(&scene.step()), ["h1"]);
    scene.fail_all("broken disk");
    scene.group.spec.desired_capacity = 2;
    let plan = scene.plan();
    assert_eq!(hosts_of(&plan), ["h2"]);
    assert!(plan.shortfall.is_some());
    assert_eq!(plan.recheck, Some(scene.now + Duration::from_secs(10)));
}

/// The pauses between rounds of launches that all fail, in seconds.
fn pauses(scene: &mut Scene, rounds: usize) -> Vec<u64> {
    let mut pauses = Vec::new();
    while pauses.len() < rounds {
        scene.step();
        scene.fail_all("exited with code 1");
        let plan = scene.plan();
        if plan.intents.is_empty() {
            let until = plan.recheck.unwrap();
            pauses.push(until.since(scene.now).as_secs());
            scene.wait(until.since(scene.now).as_secs() - 1);
            assert_eq!(steps(&scene.plan()), [""; 0], "one second early");
            scene.now = until;
        }
    }
    pauses
}

#[test]
fn pauses_double_from_10_to_300_seconds() {
    let doubling = [10, 20, 40, 80, 160, 300, 300];
    let mut only = Scene::of(&["a"], 3, 3).host("h1", &[]);
    assert_eq!(pauses(&mut only, 7), doubling, "its only host");
    let mut two = Scene::of(&["a"], 1, 3).host("h1", &[]).host("h2", &[]);
    assert_eq!(pauses(&mut two, 7), doubling, "two hosts, one after the other");
}

#[test]
fn a_host_that_can_take_nothing_is_no_other_host() {
    let mut scene = Scene::of(&["a"], 1, 3)
        .host("h1", &[])
        .host_as("h2", &[], |h2| h2.silent = true)
        .host_as("h3", &[], |h3| h3.host.capacity.instances = Some(0));
    assert_eq!(pauses(&mut scene, 2), [10, 20]);
}

#[test]
fn after_two_hosts_failed_no_third_is_tried_before_the_pause_is_over() {
    let mut scene = Scene::of(&["a"], 2, 3).host("h1", &[]).host("h2", &[]);
    scene.step();
    scene.fail_all("exited with code 1");
    let scene = scene.host("h3", &[]);
    let plan = scene.plan();
    assert_eq!(steps(&plan), [""; 0]);
    assert_eq!(plan.recheck, Some(scene.now + Duration::from_secs(10)));
}

#[test]
fn after_the_pause_hosts_that_failed_come_after_the_others() {
    let mut scene = Scene::of(&["a"], 2, 3).host("h1", &[]).host("h2", &[]);
    scene.step();
    scene.fail_all("exited with code 1");
    scene.now = scene.plan().recheck.unwrap();
    let mut scene = scene.host_as("h3", &[], |h3| h3.load.cpu = 100.0);
    assert_eq!(hosts_of(&scene.step()), ["h3", "h3"]);
}

#[test]
fn a_stalled_launch_counts_before_its_replacement_is_placed() {
    let mut scene = Scene::of(&["a"], 1, 3).host_as("h1", &[], |h1| h1.load.cpu = 1.0);
    scene.step();
    scene.wait(60);
    let plan = scene.step();
    assert_eq!(steps(&plan), ["end 1001: not in service before its deadline"]);
    assert_eq!(
        plan.recheck,
        Some(scene.now + Duration::from_secs(10)),
        "its only host failed"
    );
}

/// A group in its first pause.
fn failing() -> Scene {
    let mut scene = Scene::of(&["a"], 1, 3).host("h1", &[]);
    scene.step();
    scene.fail_all("exited with code 1");
    assert_eq!(steps(&scene.plan()), [""; 0]);
    scene
}

#[test]
fn a_clock_that_goes_back_prolongs_no_pause_and_makes_no_launch_a_failed_one() {
    let mut scene = failing();
    scene.now = scene.now - Duration::from_secs(7_200);
    assert_eq!(hosts_of(&scene.plan()), ["h1"], "the pause is over");

    let mut scene = Scene::of(&["a"], 1, 3).host("h1", &[]).serving("h1", "a");
    scene.now = scene.now - Duration::from_secs(7_200);
    let (id, now) = (scene.group.instances[0].id, scene.now);
    let killed = Observation::Cancel(Cause::Vanished);
    scene.group.observe(id, &killed, now).unwrap();
    assert_eq!(scene.group.launches, LaunchHealth::default());
}

#[test]
fn a_changed_launch_configuration_is_tried_at_once() {
    let mut scene = failing();
    scene.template.as_mut().unwrap().generation = Generation(2);
    assert_eq!(hosts_of(&scene.step()), ["h1"]);
    scene.fail_all("exited with code 1");
    let until = scene.now + Duration::from_secs(10);
    assert_eq!(scene.plan().recheck, Some(until), "and counts from the start");
}

#[test]
fn another_launch_configuration_is_tried_at_once_though_it_is_younger() {
    struct Never;
    impl domain::Ids for Never {
        fn fresh(&self) -> uuid::Uuid {
            panic!("no id is needed")
        }
    }
    let mut scene = failing();
    scene.group.launches.template = Generation(7);
    let patch = domain::GroupPatch {
        launch_configuration: Some("lconf2".parse().unwrap()),
        ..domain::GroupPatch::default()
    };
    let now = scene.now;
    scene
        .group
        .desire(&domain::Desire::Update(patch), None, &Never, now)
        .unwrap();
    assert_eq!(hosts_of(&scene.step()), ["h1"]);
}

#[test]
fn ten_minutes_up_forgive_a_failure() {
    let mut scene = Scene::of(&["a"], 1, 3).host("h1", &[]).host("h2", &[]);
    scene.step();
    scene.fail_all("broken disk");
    assert_eq!(hosts_of(&scene.step()), ["h2"]);
    scene.settle();
    scene.group.spec.desired_capacity = 2;
    scene.wait(599);
    assert_eq!(hosts_of(&scene.plan()), ["h2"], "h1 failed");
    scene.wait(1);
    assert_eq!(hosts_of(&scene.plan()), ["h1"], "it has fewer of the group");
}
