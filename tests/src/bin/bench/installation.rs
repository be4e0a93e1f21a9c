//! A large installation, as the store and the decider see it: groups in service on hosts in three zones.

use std::collections::BTreeMap;

use domain::{
    Capacity, EngineId, Generation, Group, GroupId, GroupSpec, GroupState, Host, HostState, Instance,
    InstanceId, InstanceType, Phase, Template, Timestamp, ZoneName,
};
use uuid::Uuid;

/// How many groups.
pub const GROUPS: u128 = 10_000;
/// How many hosts.
pub const HOSTS: u32 = 100;
/// When everything in it began.
pub const BEGUN: Timestamp = Timestamp::from_millis(1_000_000_000);

/// A host with room, of one of the zones.
pub fn host(n: u32) -> Host {
    let name = host_name(n);
    Host {
        name: name.parse().expect("a name"),
        zones: vec![zone(n)],
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
    }
}

fn host_name(n: u32) -> String {
    format!("docker{n:03}")
}

fn zone(n: u32) -> ZoneName {
    format!("zone{}", n % 3).parse().expect("a name")
}

/// What all instances were made of.
pub fn template() -> Template {
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

/// A started group with all of its `size` instances in service.
pub fn group(n: u128, size: u32, template: &Template) -> Group {
    let spec = GroupSpec {
        availability_zones: (0..3).map(zone).collect(),
        launch_configuration: template.configuration.clone(),
        min_size: 1,
        max_size: 2 * size,
        desired_capacity: size,
        scale_out_cooldown: 60,
        scale_in_cooldown: 60,
        domain: "mydomain.net".to_owned(),
        load_balancer: None,
        no_lb: true,
        scaling: domain::Scaling::default(),
    };
    let name = format!("asg{n}").parse().expect("a name");
    let mut group = Group::new(
        GroupId(Uuid::from_u128(n)),
        "user01".parse().expect("a name"),
        name,
        spec,
    );
    group.state = GroupState::Started;
    group.instances = (0..size).map(|slot| instance(n, slot, template)).collect();
    group
}

fn instance(group: u128, slot: u32, template: &Template) -> Instance {
    let id = InstanceId(Uuid::from_u128(group * 1_000 + u128::from(slot)));
    let at = u32::try_from(group % u128::from(HOSTS)).unwrap_or_default() + slot;
    Instance {
        id,
        slot,
        host: host_name(at % HOSTS).parse().expect("a name"),
        zone: zone(at % HOSTS),
        hostname: format!("asg{group}-{slot:010x}"),
        template: template.clone(),
        created: BEGUN,
        reason: String::new(),
        phase: Phase::InService { since: BEGUN },
        container: None,
        lost: None,
    }
}
