//! Hosts that are lost, and that return.

use domain::phase::Remains;
use domain::report::{ContainerFacts, ContainerState, Health};
use domain::{ContainerId, GroupId, InstallationId, Observation};

use crate::scene::{Scene, steps};

fn lose(scene: &mut Scene, host: &str) {
    let view = scene.on(host);
    (view.silent, view.lost) = (true, true);
}

/// The host speaks, and shows the record's container in this state.
fn comes_back(scene: &mut Scene, host: &str, record: usize, state: ContainerState) {
    let view = scene.on(host);
    (view.silent, view.lost) = (false, false);
    let instance = &scene.group.instances[record];
    let facts = ContainerFacts {
        installation: InstallationId(uuid::Uuid::nil()),
        group: GroupId(uuid::Uuid::nil()),
        record: instance.id,
        id: ContainerId::new("c0ffee"),
        name: instance.hostname.clone(),
        state,
        private_ip: String::new(),
        labels: Default::default(),
    };
    let (id, now) = (instance.id, scene.now);
    let seen = Observation::Container(Box::new(facts), None);
    assert_eq!(scene.group.observe(id, &seen, now), Ok(true));
}

const RUNS: ContainerState = ContainerState::Running(Health::None);

fn full_group() -> Scene {
    Scene::of(&["a"], 2, 2)
        .host("h1", &[])
        .host("h2", &[])
        .serving("h1", "a")
        .serving("h2", "a")
}

#[test]
fn a_silent_host_keeps_its_instances_and_a_lost_one_frees_their_slots() {
    let mut scene = full_group();
    scene.on("h1").silent = true;
    assert_eq!(steps(&scene.plan()), [""; 0]);
    lose(&mut scene, "h1");
    let plan = scene.step();
    assert_eq!(steps(&plan), ["lose 1", "launch 0 on h2 for a"]);
    assert_eq!(
        plan.reasons[0],
        "host h1 is lost: 1 instance there does not count any more"
    );
    let told = scene
        .group
        .outbox
        .iter()
        .any(|told| told.cause.starts_with("host h1 is lost"));
    assert!(told, "{:?}", scene.group.outbox);
    assert_eq!(
        scene.group.occupied(),
        2,
        "the ceiling holds for those that can be reached"
    );
}

#[test]
fn another_zone_takes_the_replacement_when_no_host_of_the_zone_is_left() {
    let mut scene = Scene::of(&["a", "b"], 2, 2)
        .host("h1", &["a"])
        .host("h2", &["b"])
        .serving("h1", "a")
        .serving("h2", "b");
    lose(&mut scene, "h1");
    assert_eq!(steps(&scene.plan()), ["lose 1", "launch 0 on h2 for b"]);
}

#[test]
fn nothing_is_lost_while_frozen() {
    let mut scene = full_group();
    lose(&mut scene, "h1");
    scene.frozen = true;
    assert_eq!(steps(&scene.plan()), [""; 0]);
}

#[test]
fn a_launch_under_way_is_given_up_with_its_host() {
    let mut scene = Scene::of(&["a"], 1, 1)
        .host("h1", &[])
        .host("h2", &[])
        .pending("h1", "a");
    lose(&mut scene, "h1");
    assert_eq!(steps(&scene.step()), ["lose 1", "launch 0 on h2 for a"]);
    assert_eq!(scene.group.instances[0].phase.status().as_str(), "STOPPING");
    assert_eq!(scene.group.launches.rounds, 0, "no fault of image or host");
}

#[test]
fn who_returns_before_the_replacement_serves_stays() {
    let mut scene = full_group();
    lose(&mut scene, "h1");
    scene.step();
    comes_back(&mut scene, "h1", 0, RUNS);
    let plan = scene.step();
    let cancelled = steps(&plan);
    assert_eq!(cancelled.len(), 2, "{cancelled:?}");
    assert!(cancelled[0].ends_with("a lost host returned, and the group has enough instances"));
    assert_eq!(cancelled[1], "keep 1");
    assert_eq!(
        (scene.group.in_service(), scene.group.instances[0].lost),
        (2, None)
    );
    assert_eq!(steps(&scene.plan()), [""; 0]);
}

#[test]
fn who_returns_after_its_replacement_serves_goes() {
    let mut scene = full_group();
    lose(&mut scene, "h1");
    scene.step();
    scene.settle();
    comes_back(&mut scene, "h1", 0, RUNS);
    assert_eq!(
        steps(&scene.step()),
        ["end 1: a lost host returned, and the group has enough instances"]
    );
    assert_eq!(scene.group.in_service(), 2);
    scene.settle();
    assert_eq!(scene.group.instances.len(), 2);
    assert_eq!(steps(&scene.plan()), [""; 0]);
}

#[test]
fn who_is_still_lacking_stays_whatever_was_replaced() {
    let mut scene = full_group();
    lose(&mut scene, "h1");
    scene.step();
    scene.settle();
    scene.group.spec.max_size = 3;
    scene.group.spec.desired_capacity = 3;
    comes_back(&mut scene, "h1", 0, RUNS);
    assert_eq!(steps(&scene.step()), ["keep 1"]);
}

#[test]
fn who_is_found_dead_ends_and_is_not_replaced_twice() {
    let mut scene = full_group();
    lose(&mut scene, "h1");
    scene.step();
    scene.settle();
    let dead = ContainerState::Exited {
        code: Some(137),
        oom: false,
    };
    comes_back(&mut scene, "h1", 0, dead);
    assert_eq!(steps(&scene.step()), [""; 0]);
    scene.settle();
    assert_eq!(scene.group.instances.len(), 2);
}

#[test]
fn a_stopped_group_waits_for_the_lost_host_and_a_started_one_does_not() {
    let mut scene = Scene::of(&["a"], 1, 1)
        .host("h1", &[])
        .host("h2", &[])
        .terminating("h1", "a", Remains::MayRun);
    assert_eq!(steps(&scene.plan()), [""; 0]);
    lose(&mut scene, "h1");
    assert_eq!(steps(&scene.step()), ["lose 1", "launch 0 on h2 for a"]);
    assert_eq!(
        scene.group.instances.len(),
        2,
        "its stop is asked for until it is confirmed"
    );
}
