//! Processes that a user suspended.

use std::collections::BTreeMap;

use domain::report::{ContainerFacts, ContainerState, Health};
use domain::{ContainerId, InstallationId, Observation, Process};
use uuid::Uuid;

use crate::scene::{Scene, steps};

fn without(process: Process, desired: u32, max: u32) -> Scene {
    Scene::of(&["a"], desired, max)
        .host("h1", &[])
        .with(|scene| scene.group.suspended = [process].into())
}

#[test]
fn without_launch_a_short_group_stays_short_and_says_so() {
    let mut scene = without(Process::Launch, 3, 4).serving("h1", "a");
    let plan = scene.plan();
    let why = "Launch is suspended: 2 instances wait to be launched";
    assert_eq!(
        (steps(&plan), plan.reasons.as_slice()),
        (vec![], [why.to_owned()].as_slice())
    );
    assert_eq!(plan.shortfall.as_deref(), Some(why));
    scene.group.spec.desired_capacity = 0;
    assert_eq!(steps(&scene.plan()).len(), 1, "what is too many still goes");
    scene.group.spec.desired_capacity = 2;
    scene.group.suspended.clear();
    assert_eq!(steps(&scene.plan()), ["launch 1 on h1 for a"]);
}

#[test]
fn without_terminate_what_is_too_many_stays() {
    let mut scene = without(Process::Terminate, 1, 4)
        .serving("h1", "a")
        .serving("h1", "a");
    let plan = scene.plan();
    assert_eq!(steps(&plan), [""; 0]);
    assert_eq!(
        plan.reasons,
        ["Terminate is suspended: 1 instance waits to be terminated"]
    );
    scene.group.spec.desired_capacity = 3;
    assert_eq!(steps(&scene.plan()), ["launch 2 on h1 for a"]);
}

#[test]
fn without_terminate_no_instance_makes_room_for_its_replacement() {
    let drained = |scene: Scene| {
        let mut scene = scene.host("h2", &[]).serving("h1", "a").serving("h1", "a");
        scene.on("h1").host.state = domain::HostState::Draining;
        scene
    };
    let full = drained(Scene::of(&["a"], 2, 2).host("h1", &[]));
    assert_eq!(steps(&full.plan()).len(), 1, "one makes room: {:?}", full.plan());
    let kept = drained(without(Process::Terminate, 2, 2));
    assert_eq!(steps(&kept.plan()), [""; 0]);
}

#[test]
fn a_group_that_stops_ends_whatever_is_suspended() {
    let mut scene = without(Process::Terminate, 1, 1).serving("h1", "a");
    scene.group.state = domain::GroupState::Stopped;
    assert_eq!(steps(&scene.plan()).len(), 1);
}

/// What its agent says of a container that runs.
fn runs(scene: &Scene, health: Health) -> Observation {
    in_state(scene, ContainerState::Running(health))
}

fn in_state(scene: &Scene, state: ContainerState) -> Observation {
    let instance = &scene.group.instances[0];
    let facts = ContainerFacts {
        installation: InstallationId(Uuid::nil()),
        group: scene.group.id,
        record: instance.id,
        id: ContainerId::new("c1"),
        name: instance.hostname.clone(),
        state,
        private_ip: String::new(),
        labels: BTreeMap::new(),
    };
    Observation::Container(Box::new(facts), None)
}

#[test]
fn without_replacement_what_is_unhealthy_stays_in_service() {
    let mut scene = without(Process::ReplaceUnhealthy, 1, 1).serving("h1", "a");
    let (id, seen) = (scene.group.instances[0].id, runs(&scene, Health::Unhealthy));
    scene.group.observe(id, &seen, scene.now).unwrap();
    assert!(scene.group.instances[0].is_serving());
    scene.group.suspended.clear();
    scene.group.observe(id, &seen, scene.now).unwrap();
    assert!(!scene.group.instances[0].is_serving(), "told again, it goes");
}

#[test]
fn without_health_checks_what_runs_serves_whatever_they_say() {
    let mut scene = without(Process::HealthCheck, 2, 2)
        .serving("h1", "a")
        .pending("h1", "a");
    let ids: Vec<_> = scene.group.instances.iter().map(|i| i.id).collect();
    let unhealthy = runs(&scene, Health::Unhealthy);
    scene.group.observe(ids[0], &unhealthy, scene.now).unwrap();
    assert!(scene.group.instances[0].is_serving());
    let starting = runs(&scene, Health::Starting);
    scene.group.observe(ids[1], &starting, scene.now).unwrap();
    assert!(scene.group.instances[1].is_serving(), "a launch, too");
    let exited = ContainerState::Exited {
        code: Some(1),
        oom: false,
    };
    let exited = in_state(&scene, exited);
    scene.group.observe(ids[1], &exited, scene.now).unwrap();
    assert!(!scene.group.instances[1].is_serving(), "what died is gone");
    scene.group.suspended.clear();
    scene.group.observe(ids[0], &unhealthy, scene.now).unwrap();
    assert!(!scene.group.instances[0].is_serving(), "told again, it goes");
}

#[test]
fn without_rebalancing_instances_stay_in_zones_that_the_group_left() {
    let left = |suspended: &[Process]| {
        let scene = Scene::of(&["new"], 2, 3).host("h1", &[]);
        scene
            .serving("h1", "old")
            .serving("h1", "old")
            .with(|scene| scene.group.suspended = suspended.iter().copied().collect())
    };
    assert_eq!(steps(&left(&[]).plan()), ["launch 2 on h1 for new"]);
    let mut stays = left(&[Process::AzRebalance]);
    let plan = stays.plan();
    assert_eq!(steps(&plan), [""; 0]);
    let why = "AZRebalance is suspended: 2 instances stay in zones that the group does not use";
    assert_eq!(plan.reasons, [why]);
    stays.group.spec.desired_capacity = 3;
    assert_eq!(
        steps(&stays.plan()),
        ["launch 2 on h1 for new"],
        "what is added goes where the group is"
    );
    let mut drained = left(&[Process::AzRebalance]).host("h2", &[]);
    drained.on("h1").host.state = domain::HostState::Draining;
    assert_eq!(
        steps(&drained.plan()),
        ["launch 2 on h2 for new"],
        "a host that is drained is left"
    );
}
