//! Values to store.

use domain::phase::Remains;
use domain::{
    AccountName, Activity, ActivityId, ActivityKind, ActivityStatus, Body, Capacity, Cause, ConfigName,
    Container, ContainerId, Decision, DecisionId, Document, EngineId, Generation, Group, GroupId, GroupName,
    GroupSpec, Host, HostName, HostState, Ids, Incarnation, Instance, InstanceId, InstanceType,
    LaunchConfiguration, Mark, Phase, Process, Rolled, Rollup, SystemIds, Template, Timestamp, TypeName,
    ZoneName,
};
use serde_json::{Map, Value};

/// An account's name.
#[must_use]
pub fn account(name: &str) -> AccountName {
    AccountName::parse(name).unwrap()
}

/// A group without instances, under a fresh id.
#[must_use]
pub fn group(of: &str, name: &str) -> Group {
    let spec = GroupSpec {
        availability_zones: vec![zone()],
        launch_configuration: ConfigName::parse("web").unwrap(),
        min_size: 0,
        max_size: 1_000,
        desired_capacity: 0,
        scale_out_cooldown: 60,
        scale_in_cooldown: 60,
        domain: "example.org".to_owned(),
        load_balancer: None,
        no_lb: true,
        scaling: domain::Scaling::default(),
    };
    Group::new(
        GroupId(SystemIds.fresh()),
        account(of),
        GroupName::parse(name).unwrap(),
        spec,
    )
}

/// A group with everything that a group can have.
#[must_use]
pub fn full_group(of: &str, name: &str) -> Group {
    let mut group = group(of, name);
    group.instances = vec![instance(&group, 0, "größe \"quoted\"\n"), instance(&group, 1, "")];
    group.outbox = vec![activity(group.id, 17, ActivityStatus::InProgress)];
    group.suspended = [Process::Launch, Process::AlarmNotification].into();
    group.decisions = vec![decision(group.id, 18)];
    group.last_scale_in = Some(Timestamp::from_millis(-1));
    let period = std::time::Duration::from_secs(60);
    group.pace.note(7, 9, period, Timestamp::from_millis(-1));
    group.launches.hosts.insert(host("host-1").name);
    group.remember(domain::CommitId(SystemIds.fresh()));
    group
}

/// An instance with some metadata.
#[must_use]
pub fn instance(group: &Group, slot: u32, metadata: &str) -> Instance {
    let id = InstanceId(SystemIds.fresh());
    Instance {
        id,
        slot,
        host: host("host-1").name,
        zone: zone(),
        hostname: Instance::hostname(&group.name, id),
        template: template(metadata),
        created: Timestamp::from_millis(1_700_000_000_123),
        reason: "desired capacity rose".to_owned(),
        phase: Phase::Terminating {
            cause: Cause::LaunchFailed("no such image".to_owned()),
            since: Timestamp::from_millis(0),
            remains: Remains::MayRun,
        },
        container: Some(Container {
            id: ContainerId::new("abc"),
            private_ip: "172.17.0.2".to_owned(),
            seen: Some(Mark {
                incarnation: Incarnation(SystemIds.fresh()),
                sequence: u64::MAX,
            }),
        }),
        lost: Some(domain::Lost {
            since: Timestamp::from_millis(1_700_000_000_123),
            returned: false,
        }),
    }
}

fn template(text: &str) -> Template {
    Template {
        configuration: ConfigName::parse("web").unwrap(),
        generation: Generation(3),
        image_id: "nginx:1.27".to_owned(),
        type_name: TypeName::parse("m1.small").unwrap(),
        limits: InstanceType { vcpu: 1, memory: 128 },
        key: String::new(),
        metadata: metadata(text),
        http_port: Some(80),
        service_domain: "example.org".to_owned(),
    }
}

fn metadata(text: &str) -> Map<String, Value> {
    let nested = serde_json::json!({ "text": text, "list": [1, -2.5, null, true, {}] });
    Map::from_iter([("nested".to_owned(), nested)])
}

fn zone() -> ZoneName {
    ZoneName::parse("zone-a").unwrap()
}

/// A launch configuration that nothing uses.
#[must_use]
pub fn configuration(of: &str, name: &str) -> Document {
    Document {
        account: account(of),
        generation: Generation(1),
        used_by: [].into(),
        body: Body::LaunchConfiguration(LaunchConfiguration {
            name: ConfigName::parse(name).unwrap(),
            image_id: "nginx:1.27".to_owned(),
            instances_type: TypeName::parse("m1.small").unwrap(),
            key: "key".to_owned(),
            metadata: metadata("text"),
        }),
    }
}

/// A load balancer that nothing uses.
#[must_use]
pub fn balancer(of: &str, name: &str) -> Document {
    let body = domain::LoadBalancer {
        name: domain::BalancerName::parse(name).unwrap(),
        lb_port: 80,
        instances_port: 8080,
        availability_zones: vec![zone()],
        protocol: "HTTP".to_owned(),
        options: vec!["option".to_owned()],
    };
    Document {
        body: Body::LoadBalancer(body),
        ..configuration(of, "unused")
    }
}

/// An activity that began at `start` milliseconds, under a fresh id.
#[must_use]
pub fn activity(group: GroupId, start: i64, status: ActivityStatus) -> Activity {
    Activity {
        id: ActivityId(SystemIds.fresh()),
        group,
        account: account("anna"),
        group_name: GroupName::parse("web").unwrap(),
        instance: None,
        kind: ActivityKind::Launch,
        status,
        description: "Launching an instance".to_owned(),
        cause: "desired capacity rose".to_owned(),
        message: String::new(),
        progress: 0,
        start: Timestamp::from_millis(start),
        end: None,
    }
}

/// A decision of `at` milliseconds that wished for nothing, under a fresh id.
#[must_use]
pub fn decision(group: GroupId, at: i64) -> Decision {
    Decision {
        id: DecisionId(SystemIds.fresh()),
        group,
        account: account("anna"),
        group_name: GroupName::parse("web").unwrap(),
        at: Timestamp::from_millis(at),
        before: 2,
        after: 3,
        min_size: 1,
        max_size: 10,
        in_service: 2,
        warming: 0,
        wishes: Vec::new(),
        clamps: Vec::new(),
        outcome: "2 to 3".to_owned(),
    }
}

/// The minute of a group that `at` milliseconds are in, without figures.
#[must_use]
pub fn rollup(group: GroupId, at: i64) -> Rollup {
    Rollup {
        group,
        at: Rollup::minute_of(Timestamp::from_millis(at)),
        desired: 3,
        in_service: 2,
        figures: Vec::new(),
    }
}

/// What was measured of a metric.
#[must_use]
pub fn rolled(source: &str, metric: &str, average: f64) -> Rolled {
    Rolled {
        source: source.to_owned(),
        metric: metric.to_owned(),
        reported: 2,
        average,
        maximum: average + 1.0,
        minimum: average - 1.0,
        sum: average * 2.0,
    }
}

/// A host.
#[must_use]
pub fn host(name: &str) -> Host {
    Host {
        name: HostName::parse(name).unwrap(),
        zones: vec![zone()],
        engine: EngineId::new("ENGINE:ID"),
        capacity: Capacity {
            instances: Some(10),
            ..Capacity::default()
        },
        labels: [("rack".to_owned(), "7".to_owned())].into(),
        control: false,
        cpus: 2,
        memory_mib: 4_096,
        state: HostState::Active,
    }
}
