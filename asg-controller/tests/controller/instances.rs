//! Instances and activities.

use domain::{
    Activity, ActivityId, ActivityKind, ActivityStatus, ConfigName, Container, ContainerId, Generation,
    Group, GroupId, HostName, Ids, Instance, InstanceId, InstanceType, Phase, SystemIds, Template, Timestamp,
    TypeName, ZoneName,
};
use serde_json::{Value, json};
use store::update::{self, Verdict};

use crate::rig::{Rig, asg, lconf};

fn instance(group: &Group, slot: u32, phase: Phase) -> Instance {
    let id = InstanceId(SystemIds.fresh());
    Instance {
        id,
        slot,
        host: HostName::parse("host1").unwrap(),
        zone: ZoneName::parse("docker02").unwrap(),
        hostname: Instance::hostname(&group.name, id),
        template: Template {
            configuration: ConfigName::parse("lconf1").unwrap(),
            generation: Generation(1),
            image_id: "cirros".to_owned(),
            type_name: TypeName::parse("m1.small").unwrap(),
            limits: InstanceType {
                vcpu: 1,
                memory: 1024,
            },
            key: String::new(),
            metadata: serde_json::Map::new(),
            http_port: None,
            service_domain: "mydomain.net".to_owned(),
        },
        created: Timestamp::from_millis(1_600_000_000_999),
        reason: "too few".to_owned(),
        phase,
        container: None,
        lost: None,
    }
}

/// A started group of two: one launching, one in service.
async fn fleet(rig: &Rig) -> Group {
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /asgs", asg("a_1")).await.ok();
    rig.user01("PUT /asgs/a_1", json!({"desired_capacity": 2}))
        .await
        .ok();
    rig.user01("PUT /asgs/a_1/start", Value::Null).await.ok();
    let shown = rig.user01("GET /asgs/a_1", Value::Null).await.ok();
    let id: GroupId = shown["id"].as_str().unwrap().parse().unwrap();
    let written = update::group::<std::convert::Infallible>(rig.store.as_ref(), id, &SystemIds, |group| {
        let (now, later) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
        let pending = instance(group, 0, Phase::Pending { deadline: later });
        let mut running = instance(group, 1, Phase::InService { since: now });
        running.container = Some(Container {
            id: ContainerId::new("0123456789abcdef0123456789abcdef"),
            private_ip: "172.17.0.2".to_owned(),
            seen: None,
        });
        group.instances = vec![pending, running];
        Ok(Verdict::Commit)
    });
    written.await.unwrap().value
}

#[tokio::test]
async fn instances_are_shown_with_every_field() {
    let rig = Rig::start().await;
    let group = fleet(&rig).await;
    let shown = rig.user01("GET /asgs/a_1/instances", Value::Null).await.ok();
    let (pending, running) = (&group.instances[0], &group.instances[1]);
    let common = |instance: &Instance| {
        json!({
            "guid": instance.id.to_string(), "name": "a_1", "type": "container", "public_ip_address": "",
            "hostname": instance.hostname, "domain": "mydomain.net", "n_cpus": 1, "max_memory": 1024,
            "availability_zone": "docker02", "image_id": "cirros", "hourly_billing": true,
            "timestamp": 1_600_000_000, "host": "host1", "reason": "too few",
            "status": "STARTING", "lifecycle_state": "Pending", "instance_id": "", "private_ip_address": ""
        })
    };
    assert_eq!(shown[0], common(pending));
    let mut expected = common(running);
    for (field, value) in [
        ("status", "RUNNING"),
        ("lifecycle_state", "InService"),
        ("instance_id", "0123456789ab"),
        ("private_ip_address", "172.17.0.2"),
    ] {
        expected[field] = json!(value);
    }
    assert_eq!(shown[1], expected);
    assert!(running.hostname.starts_with("a-1-"), "{}", running.hostname);
    rig.stop().await;
}

#[tokio::test]
async fn an_instance_is_terminated_by_any_of_its_names() {
    let rig = Rig::start().await;
    let group = fleet(&rig).await;
    let (guid, hostname) = (
        group.instances[0].id.to_string(),
        group.instances[1].hostname.clone(),
    );
    let path = |instance: &str, query: &str| format!("DELETE /asgs/a_1/instances/{instance}{query}");
    rig.expect(&[
        (&path("none", ""), Value::Null, 404, &["none", "not found", "a_1"]),
        (
            &path("0123456789ab", "?decrement=maybe"),
            Value::Null,
            422,
            &["decrement", "maybe", "true or false"],
        ),
        (
            &path("0123456789ab", "?decremnt=true"),
            Value::Null,
            422,
            &["decremnt"],
        ),
        (&path("0123456789ab", "?decrement=true"), Value::Null, 200, &[]),
        (
            &path(&hostname, ""),
            Value::Null,
            409,
            &["terminating already", "by a user"],
        ),
        (
            &path(&guid, "?decrement=true"),
            Value::Null,
            422,
            &["decrement", "min_size 1"],
        ),
        (&path(&guid, "?decrement=false"), Value::Null, 200, &[]),
    ])
    .await;
    let shown = rig.user01("GET /asgs/a_1", Value::Null).await.ok();
    assert_eq!(shown["desired_capacity"], 1);
    let instances = rig.user01("GET /asgs/a_1/instances", Value::Null).await.ok();
    for instance in instances.as_array().unwrap() {
        assert_eq!(instance["status"], "STOPPING");
        assert_eq!(instance["reason"], "terminated by a user");
    }
    rig.stop().await;
}

#[tokio::test]
async fn activities_come_in_pages_newest_first() {
    let rig = Rig::start().await;
    let group = fleet(&rig).await;
    let activity = |n: i64| Activity {
        id: ActivityId(SystemIds.fresh()),
        group: group.id,
        account: group.account.clone(),
        group_name: group.name.clone(),
        instance: (n == 2).then_some(group.instances[0].id),
        kind: ActivityKind::Launch,
        status: ActivityStatus::InProgress,
        description: format!("number {n}"),
        cause: "too few".to_owned(),
        message: String::new(),
        progress: 40,
        start: Timestamp::from_millis(n * 1000),
        end: (n == 1).then(|| Timestamp::from_millis(9000)),
    };
    let all: Vec<_> = (0..3).map(activity).collect();
    rig.store.put_activities(&all).await.unwrap();
    let page = async |query: &str| {
        let page = rig
            .user01(&format!("GET /asgs/a_1/activities{query}"), Value::Null)
            .await
            .ok();
        let entries = page.as_array().unwrap().clone();
        entries
            .iter()
            .map(|entry| entry["description"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(page("").await, ["number 2", "number 1", "number 0"]);
    assert_eq!(page("?skip=1&limit=1").await, ["number 1"]);
    assert!(page("?skip=3").await.is_empty());
    let shown = rig.user01("GET /asgs/a_1/activities", Value::Null).await.ok();
    let expected = json!({
        "activity_id": all[2].id.to_string(), "instance_id": group.instances[0].id.to_string(),
        "instance": group.instances[0].hostname, "kind": "launch", "status": "in_progress",
        "description": "number 2", "cause": "too few", "message": "", "progress": 40, "start_time": 2,
        "end_time": null
    });
    assert_eq!(shown[0], expected);
    assert_eq!(
        (
            &shown[1]["instance"],
            &shown[1]["instance_id"],
            &shown[1]["end_time"]
        ),
        (&json!(""), &Value::Null, &json!(9))
    );
    rig.expect(&[
        (
            "GET /asgs/a_1/activities?limit=0",
            Value::Null,
            422,
            &["limit", "0", "1000"],
        ),
        (
            "GET /asgs/a_1/activities?limit=1001",
            Value::Null,
            422,
            &["limit", "1001", "1000"],
        ),
        (
            "GET /asgs/a_1/activities?skip=-1",
            Value::Null,
            422,
            &["skip", "-1"],
        ),
        (
            "GET /asgs/a_1/activities?order=up",
            Value::Null,
            422,
            &["order", "up"],
        ),
        (
            "GET /asgs/none/activities",
            Value::Null,
            404,
            &["none", "not found"],
        ),
    ])
    .await;
    rig.stop().await;
}
