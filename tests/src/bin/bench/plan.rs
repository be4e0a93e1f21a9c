//! The decider alone, on an installation of 10,000 groups and 100,000 instances.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::report::Load;
use domain::{
    Capacity, EngineId, Generation, Group, GroupId, GroupSpec, GroupState, Host, HostState, Instance,
    InstanceId, InstanceType, Phase, Template, Timestamp,
};
use planner::{HostView, Ledger, Settings, World, plan};
use uuid::Uuid;

use super::figures::Table;

const GROUPS: u128 = 10_000;
const EACH: u32 = 10;
const HOSTS: u32 = 100;
const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

/// Measures settled groups, groups that lost an instance, and the ledger that both need first.
pub fn run(table: &mut Table) {
    let (template, settings) = (
        template(),
        Settings {
            launch_timeout: Duration::from_secs(60),
        },
    );
    let groups: Vec<Group> = (0..GROUPS).map(|n| group(n, &template)).collect();
    let begun = Instant::now();
    let mut ledger = Ledger::new((0..HOSTS).map(host).collect());
    groups.iter().for_each(|group| ledger.charge_group(group));
    table.figure(
        "ledger of 100,000 instances from nothing",
        format!("{:.0} ms", millis(begun.elapsed())),
    );

    let short: Vec<Group> = groups.iter().map(without_one).collect();
    for (what, groups, steps) in [("nothing to do", &groups, 0), ("one instance short", &short, 1)] {
        let begun = Instant::now();
        let mut intents = 0;
        for group in groups {
            let world = World {
                group,
                template: Ok(&template),
                ledger: &ledger,
                frozen: false,
                settings: &settings,
                now: NOW,
            };
            intents += plan(&world).intents.len();
        }
        let took = begun.elapsed();
        assert_eq!(intents, steps * groups.len(), "what is measured is what is meant");
        let per_group = took.as_secs_f64() * 1e6 / f64::from(u32::try_from(groups.len()).unwrap_or(u32::MAX));
        let figure = format!("{:.0} ms, {per_group:.1} us per group", millis(took));
        table.figure(&format!("plan of 10,000 groups, {what}"), figure);
    }
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

fn host(n: u32) -> HostView {
    let name = format!("docker{n:03}");
    HostView {
        host: Host {
            name: name.parse().expect("a name"),
            zones: vec![zone(n).parse().expect("a name")],
            engine: EngineId::new(name),
            capacity: Capacity {
                instances: Some(2_000),
                ..Capacity::default()
            },
            labels: BTreeMap::new(),
            control: false,
            cpus: 64,
            memory_mib: 262_144,
            state: HostState::Active,
        },
        load: Load::default(),
        suspect: false,
        silent: false,
        lost: false,
    }
}

fn zone(n: u32) -> String {
    format!("zone{}", n % 3)
}

fn template() -> Template {
    Template {
        configuration: "lconf1".parse().expect("a name"),
        generation: Generation(1),
        image_id: "web".to_owned(),
        type_name: "m1.small".parse().expect("a name"),
        limits: InstanceType {
            vcpu: 1,
            memory: 1024,
        },
        key: "key".to_owned(),
        metadata: serde_json::Map::new(),
        http_port: None,
        service_domain: String::new(),
    }
}

fn group(n: u128, template: &Template) -> Group {
    let spec = GroupSpec {
        availability_zones: (0..3).map(|z| zone(z).parse().expect("a name")).collect(),
        launch_configuration: template.configuration.clone(),
        min_size: 1,
        max_size: 2 * EACH,
        desired_capacity: EACH,
        scale_out_cooldown: 60,
        scale_in_cooldown: 60,
        domain: "mydomain.net".to_owned(),
        load_balancer: None,
        no_lb: true,
    };
    let name = format!("asg{n}").parse().expect("a name");
    let mut group = Group::new(
        GroupId(Uuid::from_u128(n)),
        "user01".parse().expect("a name"),
        name,
        spec,
    );
    group.state = GroupState::Started;
    group.instances = (0..EACH).map(|slot| instance(n, slot, template)).collect();
    group
}

fn instance(group: u128, slot: u32, template: &Template) -> Instance {
    let id = InstanceId(Uuid::from_u128(group * 1_000 + u128::from(slot)));
    let at = u32::try_from(group % u128::from(HOSTS)).unwrap_or_default() + slot;
    Instance {
        id,
        slot,
        host: format!("docker{:03}", at % HOSTS).parse().expect("a name"),
        zone: zone(at % HOSTS).parse().expect("a name"),
        hostname: format!("asg{group}-{slot:010x}"),
        template: template.clone(),
        created: NOW,
        reason: String::new(),
        phase: Phase::InService { since: NOW },
        container: None,
        lost: None,
    }
}

fn without_one(group: &Group) -> Group {
    let mut group = group.clone();
    group.instances.pop();
    group
}
