//! Which host gets a launch, and what is said when none does.

use domain::report::Load;
use domain::{Capacity, HostState};

use crate::scene::NOW;
use crate::scene::{Scene, group, hosts_of, record, steps, template};
use domain::Phase;

fn load(cpu: f64, memory: f64) -> Load {
    Load {
        cpu,
        memory,
        ..Load::default()
    }
}

#[test]
fn the_host_with_fewest_of_the_group_comes_before_the_idle_one() {
    let scene = Scene::of(&["a"], 3, 9)
        .host("h1", &[])
        .host_as("h2", &[], |h2| h2.load = load(90.0, 90.0))
        .serving("h1", "a");
    assert_eq!(
        hosts_of(&scene.plan()),
        ["h2", "h1"],
        "then both have one, and h1 is idle"
    );
}

#[test]
fn the_less_loaded_host_comes_first_and_noise_does_not_count() {
    let busy = |scene: Scene, h1: Load, h2: Load| {
        let scene = scene
            .host_as("h1", &[], |h| h.load = h1)
            .host_as("h2", &[], |h| h.load = h2);
        hosts_of(&scene.plan())
    };
    let scene = || Scene::of(&["a"], 1, 1);
    assert_eq!(busy(scene(), load(30.0, 30.0), load(5.0, 20.0)), ["h2"]);
    assert_eq!(
        busy(scene(), load(2.0, 3.0), load(1.0, 3.0)),
        ["h1"],
        "alike, so by name"
    );
    assert_eq!(
        busy(scene(), load(f64::NAN, 50.0), load(f64::INFINITY, 0.0)),
        ["h1"]
    );
}

#[test]
fn launches_under_way_count_as_load_before_any_sample_shows_them() {
    let other = || {
        let mut other = group(&["a"], 1, 1);
        let pending = Phase::Pending { deadline: NOW };
        other.instances.push(record(77, 0, ("h1", "a"), NOW, pending));
        other
    };
    let scene = Scene::of(&["a"], 1, 1)
        .host("h1", &[])
        .host_as("h2", &[], |h2| {
            h2.load = load(20.0, 0.0);
            h2.host.memory_mib = 1_024;
        })
        .with(|scene| scene.others = vec![other()]);
    // h1 is idle, but a vcpu of four and a GiB of eight are on their way: 37 %.
    assert_eq!(hosts_of(&scene.plan()), ["h2"]);
}

#[test]
fn among_equals_the_host_with_most_memory_free_comes_first() {
    let scene = Scene::of(&["a"], 1, 1)
        .host("h1", &[])
        .host_as("h2", &[], |h2| h2.host.memory_mib = 16_384)
        .host_as("h3", &[], |h3| h3.host.capacity.memory_mib = Some(9_000));
    assert_eq!(hosts_of(&scene.plan()), ["h2"]);
}

#[test]
fn without_figures_of_memory_the_host_with_fewest_instances_comes_first() {
    let mut other = group(&["a"], 1, 1);
    other
        .instances
        .push(record(77, 0, ("h1", "a"), NOW, Phase::InService { since: NOW }));
    let unknown = |view: &mut planner::HostView| view.host.memory_mib = 0;
    let scene = Scene::of(&["a"], 1, 1)
        .host_as("h1", &[], unknown)
        .host_as("h2", &[], unknown)
        .with(|scene| scene.others = vec![other]);
    assert_eq!(hosts_of(&scene.plan()), ["h2"]);
}

#[test]
fn control_hosts_are_taken_only_when_no_other_has_room() {
    let scene = Scene::of(&["a"], 3, 9)
        .host_as("control", &[], |h| h.host.control = true)
        .host_as("h2", &[], |h2| {
            h2.load = load(100.0, 100.0);
            h2.host.capacity.instances = Some(2);
        });
    assert_eq!(hosts_of(&scene.plan()), ["h2", "h2", "control"]);
}

#[test]
fn suspect_hosts_come_last() {
    let scene = Scene::of(&["a"], 3, 9)
        .host_as("h1", &[], |h1| h1.suspect = true)
        .host_as("h2", &[], |h2| h2.host.capacity.instances = Some(1))
        .host_as("h3", &[], |h3| {
            h3.host.control = true;
            h3.host.capacity.instances = Some(1);
        });
    assert_eq!(hosts_of(&scene.plan()), ["h2", "h3", "h1"]);
}

#[test]
fn silent_and_cordoned_hosts_get_nothing_and_the_reason_counts_them() {
    let scene = Scene::of(&["a"], 2, 2)
        .host_as("h1", &[], |h1| h1.silent = true)
        .host_as("h2", &[], |h2| h2.host.state = HostState::Cordoned)
        .host_as("h3", &["b"], |_| ());
    let plan = scene.plan();
    assert_eq!(steps(&plan), [""; 0]);
    assert_eq!(
        plan.shortfall.as_deref(),
        Some("no host of zone a has room for another instance: of 2 hosts 1 silent, 1 cordoned")
    );
    assert_eq!(plan.recheck, None, "only news of the hosts changes it");
}

#[test]
fn no_host_is_filled_beyond_any_figure_and_the_reason_says_which_is_short() {
    let limited = |capacity: Capacity| {
        let scene = Scene::of(&["a"], 3, 3)
            .host_as("h1", &[], |h1| h1.host.capacity = capacity)
            .with(|scene| scene.template = Ok(template(1_024, 2)));
        let plan = scene.plan();
        (plan.intents.len(), plan.shortfall.unwrap_or_default())
    };
    let none = Capacity::default();
    let start = "no host of zone a has room for another instance: of 1 host 1";
    for (capacity, launched, short) in [
        (
            Capacity {
                instances: Some(2),
                ..none
            },
            2,
            "at the limit of instances",
        ),
        (
            Capacity {
                memory_mib: Some(2_047),
                ..none
            },
            1,
            "short of 1024 MiB of memory",
        ),
        (
            Capacity {
                memory_mib: Some(2_048),
                ..none
            },
            2,
            "short of 1024 MiB of memory",
        ),
        (
            Capacity {
                vcpus: Some(5),
                ..none
            },
            2,
            "short of 2 vcpus",
        ),
    ] {
        assert_eq!(limited(capacity), (launched, format!("{start} {short}")));
    }
}

#[test]
fn room_is_taken_by_what_may_be_alive_of_every_group() {
    let scene = |phase: Phase| {
        let mut other = group(&["a"], 1, 1);
        other.instances.push(record(77, 0, ("h1", "a"), NOW, phase));
        let scene = Scene::of(&["a"], 1, 1)
            .host_as("h1", &[], |h1| h1.host.capacity.instances = Some(1))
            .with(|scene| scene.others = vec![other]);
        scene.plan().intents.len()
    };
    let ending = |remains| Phase::Terminating {
        cause: domain::Cause::Unhealthy,
        since: NOW,
        remains,
    };
    assert_eq!(scene(Phase::InService { since: NOW }), 0);
    assert_eq!(
        scene(Phase::Pending { deadline: NOW }),
        0,
        "even past its deadline"
    );
    assert_eq!(scene(ending(domain::phase::Remains::MayRun)), 0);
    assert_eq!(scene(ending(domain::phase::Remains::Dead)), 1);
}
