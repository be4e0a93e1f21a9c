//! Any state: groups with records in any phase on any hosts.

use std::time::Duration;

use domain::phase::Remains;
use domain::report::Load;
use domain::{
    Capacity, Cause, Generation, Group, GroupState, HostState, Instance, LaunchHealth, Lost, Phase, Timestamp,
};
use planner::HostView;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::scene::{NOW, Scene, group, host, record, template, zone};

const ZONES: [&str; 3] = ["a", "b", "c"];
const HOSTS: [&str; 5] = ["h0", "h1", "h2", "h3", "gone"];

fn near() -> impl Strategy<Value = Timestamp> {
    (0_i64..=8).prop_map(|tens| Timestamp::from_millis(NOW.millis() + (tens - 4) * 10_000))
}

fn long_ago() -> impl Strategy<Value = Timestamp> {
    (0_u64..4).prop_map(|hundreds| NOW - Duration::from_secs(hundreds * 300))
}

fn cause() -> impl Strategy<Value = Cause> {
    select(vec![
        Cause::Stalled,
        Cause::LaunchFailed("no".into()),
        Cause::ScaleIn,
        Cause::Requested,
        Cause::Vanished,
        Cause::ZoneRemoved,
    ])
}

fn phase() -> impl Strategy<Value = Phase> {
    let remains = select(vec![Remains::MayRun, Remains::Dead]);
    prop_oneof![
        4 => near().prop_map(|deadline| Phase::Pending { deadline }),
        6 => long_ago().prop_map(|since| Phase::InService { since }),
        3 => (cause(), long_ago(), remains)
            .prop_map(|(cause, since, remains)| Phase::Terminating { cause, since, remains }),
        1 => cause().prop_map(|cause| Phase::Terminated { cause }),
    ]
}

fn lost() -> impl Strategy<Value = Option<Lost>> {
    let one = (long_ago(), any::<bool>()).prop_map(|(since, returned)| Lost { since, returned });
    option::weighted(0.3, one)
}

fn instances(first: u128) -> impl Strategy<Value = Vec<Instance>> {
    let one = (
        0_u32..8,
        select(HOSTS.to_vec()),
        select(ZONES.to_vec()),
        long_ago(),
        phase(),
        lost(),
    );
    vec(one, 0..9).prop_map(move |parts| {
        let numbered = (first..).zip(parts);
        numbered
            .map(|(id, (slot, host, zone, created, phase, lost))| {
                let mut record = record(id, slot, (host, zone), created, phase);
                // As the aggregate leaves it: a launch is given up with its host, and only who serves can return.
                record.lost = lost.filter(|lost| match record.phase {
                    Phase::Pending { .. } => false,
                    Phase::InService { .. } => true,
                    Phase::Terminating { .. } | Phase::Terminated { .. } => !lost.returned,
                });
                record
            })
            .collect()
    })
}

fn health() -> impl Strategy<Value = LaunchHealth> {
    let hosts = subsequence(HOSTS.to_vec(), 0..=3);
    (0_u32..8, hosts, option::of(long_ago()), 0_u64..3).prop_map(
        |(rounds, hosts, last_failure, generation)| LaunchHealth {
            rounds,
            hosts: hosts.into_iter().map(|name| name.parse().unwrap()).collect(),
            last_failure,
            template: Generation(generation),
            reason: "exited".into(),
        },
    )
}

fn any_group() -> impl Strategy<Value = Group> {
    let zones = subsequence(ZONES.to_vec(), 1..=3).prop_shuffle();
    let sizes = (0_u32..8).prop_flat_map(|max| (0..=max, Just(max)));
    let state = prop_oneof![
        6 => Just(GroupState::Started),
        1 => Just(GroupState::Stopped),
        1 => Just(GroupState::Paused),
    ];
    (
        zones,
        sizes,
        state,
        prop::bool::weighted(0.1),
        instances(1),
        health(),
    )
        .prop_map(
            |(zones, (desired, max), state, deleted, instances, launches)| Group {
                state,
                deleted,
                instances,
                launches,
                ..group(&zones, desired, max)
            },
        )
}

fn views() -> impl Strategy<Value = Vec<HostView>> {
    let capacity = (option::of(0_u32..6), option::of(0_u64..6), option::of(0_u32..6));
    let load = (0_u32..40, 0_u32..40);
    let flags = [0.2; 4].map(prop::bool::weighted);
    let state = prop_oneof![
        6 => Just(HostState::Active),
        1 => Just(HostState::Cordoned),
        2 => Just(HostState::Draining),
        1 => Just(HostState::Removed),
    ];
    let one = (subsequence(ZONES.to_vec(), 0..=3), capacity, load, flags, state);
    vec(one, 0..=4).prop_map(|parts| {
        let named = HOSTS.iter().zip(parts);
        named
            .map(|(name, (zones, figures, load, flags, state))| HostView {
                host: domain::Host {
                    state,
                    ..view(name, &zones, figures, load, flags).host
                },
                ..view(name, &zones, figures, load, flags)
            })
            .collect()
    })
}

type Figures = (Option<u32>, Option<u64>, Option<u32>);

fn view(name: &str, zones: &[&str], figures: Figures, load: (u32, u32), flags: [bool; 4]) -> HostView {
    let (instances, gib, vcpus) = figures;
    let [control, suspect, silent, long] = flags;
    let mut view = HostView {
        load: Load {
            cpu: f64::from(load.0),
            memory: f64::from(load.1),
            ..Load::default()
        },
        suspect,
        silent,
        lost: silent && long,
        ..host(name)
    };
    view.host.zones = zones.iter().map(|name| zone(name)).collect();
    view.host.capacity = Capacity {
        instances,
        memory_mib: gib.map(|gib| gib * 1_024),
        vcpus,
    };
    view.host.control = control;
    view
}

/// Any state at all.
pub fn any_scene() -> impl Strategy<Value = Scene> {
    let made_of = prop_oneof![
        5 => (1_u64..3, 1_u32..3).prop_map(|(gib, vcpu)| Ok(template(gib * 1_024, vcpu))),
        1 => Just(Err("launch_configuration lconf1 not found".to_owned())),
    ];
    let other = instances(500).prop_map(|instances| Group {
        instances,
        ..group(&["a"], 1, 9)
    });
    (any_group(), other, views(), made_of, prop::bool::weighted(0.15)).prop_map(
        |(group, other, hosts, template, frozen)| {
            Scene::of(&["a"], 0, 0).with(|scene| {
                scene.group = group;
                scene.others = vec![other];
                scene.hosts = hosts;
                scene.template = template;
                scene.frozen = frozen;
            })
        },
    )
}

/// Any state of a started group that can be served: one host serves every zone and has room without end.
pub fn any_servable_scene() -> impl Strategy<Value = Scene> {
    any_scene().prop_map(|scene| {
        let scene = scene.host("roomy", &[]);
        scene.with(|scene| {
            scene.group.state = GroupState::Started;
            scene.group.deleted = false;
            scene.frozen = false;
            scene.template = Ok(template(1_024, 1));
            scene
                .group
                .instances
                .retain(|i| !matches!(i.phase, Phase::Terminated { .. }));
        })
    })
}
