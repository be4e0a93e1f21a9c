//! Docker hosts: who sees them, who changes them, and what stands in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use asg_controller::Settings;
use bus::{Bus, Nudge, Received};
use domain::{AccountName, Capacity, EngineId, Host, HostName, HostState, ZoneName};
use serde_json::{Value, json};
use store::MemoryStore;
use telemetry::{HostState as Seen, HostStatus, Scheduling};

use crate::rig::{Rig, asg, but, settings};

/// A host, registered.
pub fn host(name: &str, zone: &str) -> Host {
    Host {
        name: HostName::parse(name).unwrap(),
        zones: vec![ZoneName::parse(zone).unwrap()],
        engine: EngineId::new("E1"),
        capacity: Capacity {
            memory_mib: Some(2048),
            ..Capacity::default()
        },
        labels: BTreeMap::from([("disk".to_owned(), "ssd".to_owned())]),
        control: false,
        cpus: 2,
        memory_mib: 4096,
        state: HostState::Active,
    }
}

/// What the leader tells of a host.
pub fn seen(name: &str, state: Seen, scheduling: Scheduling, instances: usize) -> HostStatus {
    HostStatus {
        name: name.to_owned(),
        zones: Vec::new(),
        engine: "E1".to_owned(),
        state,
        scheduling,
        control: false,
        cpus: 2,
        memory_mib: 4096,
        cpu: 12.5,
        memory: 50.0,
        instances,
    }
}

/// A controller that knows a host, whose operators are these.
async fn rig(operators: Option<&[&str]>) -> Rig {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| AccountName::parse(name).unwrap())
            .collect()
    };
    let settings = Settings {
        operators: operators.map(names),
        ..settings()
    };
    let rig = Rig::with(settings, Arc::new(MemoryStore::new())).await;
    rig.store.put_host(&host("host1", "docker01")).await.unwrap();
    rig
}

async fn stored(rig: &Rig) -> HostState {
    rig.store.hosts().await.unwrap().first().unwrap().state
}

/// Every request about a host.
const WRITES: [&str; 4] = [
    "PUT /hosts/host1/cordon",
    "PUT /hosts/host1/drain",
    "PUT /hosts/host1/uncordon",
    "DELETE /hosts/host1?force=true",
];

#[tokio::test]
async fn everybody_sees_hosts_and_operators_change_them() {
    for (operators, may) in [
        (None, &["user01", "User02"][..]),
        (Some(&["user01"][..]), &["user01"]),
        (Some(&["user01", "User02"]), &["user01", "User02"]),
        (Some(&[]), &[]),
    ] {
        let rig = rig(operators).await;
        for user in ["user01", "User02"] {
            for read in ["GET /hosts", "GET /hosts/host1"] {
                rig.call(user, read, &Value::Null).await.ok();
            }
            for write in WRITES {
                rig.store
                    .remove_host(&host("host1", "docker01").name)
                    .await
                    .unwrap();
                rig.store.put_host(&host("host1", "docker01")).await.unwrap();
                let answer = rig.call(user, write, &Value::Null).await;
                if may.contains(&user) {
                    answer.ok();
                    continue;
                }
                assert_eq!(answer.status, 403, "{operators:?} {user} {write}");
                let message = answer.message();
                assert!(
                    message.contains(user) && message.contains("controller.operators"),
                    "{message}"
                );
                assert_eq!(stored(&rig).await, HostState::Active, "{user} {write}");
            }
        }
        // Whether a host exists is no secret, but nobody finds out more by writing.
        let nowhere = rig.call("User02", "PUT /hosts/nowhere/drain", &Value::Null).await;
        assert_eq!(nowhere.status, if may.contains(&"User02") { 404 } else { 403 });
        rig.stop().await;
    }
}

#[tokio::test]
async fn the_autoscaler_s_token_and_none_change_nothing() {
    let rig = rig(None).await;
    for write in WRITES.into_iter().chain(["GET /hosts", "GET /hosts/host1"]) {
        let (method, path) = write.split_once(' ').unwrap();
        let request = || rig.request(&format!("{method} /asgcc{path}"));
        let bearer = request().header("authorization", crate::rig::AUTOSCALER);
        for request in [request(), bearer] {
            assert_eq!(crate::rig::send(request).await.status, 401, "{write}");
        }
    }
    assert_eq!(stored(&rig).await, HostState::Active);
    rig.stop().await;
}

#[tokio::test]
async fn an_operator_s_word_is_stored_answered_and_told_to_the_health_manager() {
    let rig = rig(None).await;
    let mut nudges = rig.bus.nudges().await.unwrap();
    for (how, word, state) in [
        ("cordon", "cordoned", HostState::Cordoned),
        ("cordon", "cordoned", HostState::Cordoned),
        ("drain", "draining", HostState::Draining),
        ("uncordon", "active", HostState::Active),
    ] {
        let answer = rig
            .user01(&format!("PUT /hosts/host1/{how}"), Value::Null)
            .await
            .ok();
        assert_eq!(answer, json!({"status": "OK", "scheduling": word}));
        assert_eq!(stored(&rig).await, state);
        assert_eq!(nudges.next().await, Some(Received::Item(Nudge::Hosts)));
    }
    let answer = rig
        .user01("DELETE /hosts/host1?force=true", Value::Null)
        .await
        .ok();
    assert_eq!(answer, json!({"status": "OK", "scheduling": "removed"}));
    assert_eq!(stored(&rig).await, HostState::Removed);
    assert_eq!(nudges.next().await, Some(Received::Item(Nudge::Hosts)));
    rig.stop().await;
}

#[tokio::test]
async fn what_is_stored_is_joined_with_what_the_leader_tells() {
    let rig = rig(None).await;
    let unknown = json!({"name": "host1", "state": "unknown", "scheduling": "active", "availability_zones": ["docker01"],
        "engine": "E1", "control": false, "capacity": {"instances": null, "memory_mib": 2048, "vcpus": null},
        "labels": {"disk": "ssd"}, "cpus": 2, "memory_mib": 4096, "cpu": null, "memory": null, "instances": null,
        "drained": false});
    assert_eq!(rig.user01("GET /hosts", Value::Null).await.ok(), json!([unknown]));
    assert_eq!(rig.user01("GET /hosts/host1", Value::Null).await.ok(), unknown);
    rig.deps.board.hosts(vec![
        seen("host1", Seen::Up, Scheduling::Active, 3),
        seen("other", Seen::Up, Scheduling::Active, 1),
    ]);
    let all = rig.user01("GET /hosts", Value::Null).await.ok();
    let expected = [
        ("state", json!("up")),
        ("cpu", json!(12.5)),
        ("memory", json!(50.0)),
        ("instances", json!(3)),
    ]
    .into_iter()
    .fold(unknown, |document, (field, value)| but(document, field, value));
    assert_eq!(all, json!([expected]));
    rig.stop().await;
}

#[tokio::test]
async fn a_host_s_state_and_whether_it_is_drained_follow_store_and_leader() {
    let rig = rig(None).await;
    use Scheduling::{Active, Draining};
    for (state, status, instances, word, drained) in [
        (HostState::Active, Some((Seen::Up, Active)), 0, "up", false),
        (HostState::Active, Some((Seen::Lost, Active)), 0, "lost", false),
        (
            HostState::Cordoned,
            Some((Seen::Up, Active)),
            0,
            "cordoned",
            false,
        ),
        (
            HostState::Cordoned,
            Some((Seen::Silent, Active)),
            0,
            "silent",
            false,
        ),
        // The leader has yet to hear of it.
        (
            HostState::Draining,
            Some((Seen::Up, Active)),
            0,
            "draining",
            false,
        ),
        (
            HostState::Draining,
            Some((Seen::Up, Draining)),
            1,
            "draining",
            false,
        ),
        (
            HostState::Draining,
            Some((Seen::Up, Draining)),
            0,
            "draining",
            true,
        ),
        (HostState::Draining, Some((Seen::Lost, Draining)), 0, "lost", true),
        (HostState::Draining, None, 0, "unknown", false),
        // It was uncordoned again, of which the leader has yet to hear.
        (HostState::Active, Some((Seen::Up, Draining)), 0, "up", false),
        (HostState::Removed, Some((Seen::Up, Active)), 2, "removed", false),
    ] {
        rig.store
            .set_host_state(&host("host1", "z").name, state)
            .await
            .unwrap();
        let told = status.map(|(seen_as, scheduling)| seen("host1", seen_as, scheduling, instances));
        rig.deps.board.hosts(told.into_iter().collect());
        let shown = rig.user01("GET /hosts/host1", Value::Null).await.ok();
        let case = format!("{state:?} {status:?} {instances}: {shown}");
        assert_eq!(
            (&shown["state"], &shown["drained"]),
            (&json!(word), &json!(drained)),
            "{case}"
        );
        assert_eq!(shown["scheduling"], json!(state), "{case}");
        let status = rig.user01("GET /status", Value::Null).await.ok();
        assert_eq!(status["hosts"][0]["state"], word, "{case}");
        assert_eq!(status["hosts"][0]["scheduling"], json!(state), "{case}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_host_is_removed_when_nothing_is_lost_or_by_force() {
    let rig = rig(None).await;
    let name = host("host1", "docker01").name;
    for (status, refusal) in [
        (None, &["no health manager", "host1", "force"][..]),
        (
            Some((Seen::Up, 0)),
            &["host1 still reports", "stop its agent", "force"],
        ),
        (
            Some((Seen::Up, 3)),
            &["host1 has 3 instance(s)", "drain it", "force"],
        ),
        (
            Some((Seen::Silent, 2)),
            &["host1", "2 instance(s)", "may run", "force"],
        ),
        (
            Some((Seen::Lost, 1)),
            &["host1", "1 instance(s)", "may run", "force"],
        ),
        (Some((Seen::Silent, 0)), &[]),
        (Some((Seen::Lost, 0)), &[]),
    ] {
        let told = status.map(|(state, instances)| seen("host1", state, Scheduling::Active, instances));
        rig.deps.board.hosts(told.into_iter().collect());
        let request = "DELETE /hosts/host1";
        match refusal {
            [] => {
                rig.user01(request, Value::Null).await.ok();
            }
            parts => {
                let no_force = "DELETE /hosts/host1?force=false";
                rig.expect(&[
                    (request, Value::Null, 409, parts),
                    (no_force, Value::Null, 409, parts),
                ])
                .await;
                assert_eq!(stored(&rig).await, HostState::Active, "{status:?}");
                rig.user01("DELETE /hosts/host1?force=true", Value::Null)
                    .await
                    .ok();
            }
        }
        assert_eq!(stored(&rig).await, HostState::Removed, "{status:?}");
        rig.user01(request, Value::Null).await.ok();
        rig.store.remove_host(&name).await.unwrap();
        rig.store.put_host(&host("host1", "docker01")).await.unwrap();
    }
    rig.stop().await;
}

#[tokio::test]
async fn bad_requests_are_refused_by_name() {
    let rig = rig(None).await;
    let null = Value::Null;
    rig.expect(&[
        (
            "GET /hosts/nowhere",
            null.clone(),
            404,
            &["host nowhere not found"],
        ),
        (
            "PUT /hosts/nowhere/cordon",
            null.clone(),
            404,
            &["host nowhere not found"],
        ),
        (
            "PUT /hosts/HOST1/drain",
            null.clone(),
            404,
            &["host HOST1 not found"],
        ),
        (
            "PUT /hosts/nowhere/uncordon",
            null.clone(),
            404,
            &["host nowhere not found"],
        ),
        (
            "DELETE /hosts/no%20where?force=true",
            null.clone(),
            404,
            &["no where", "not found"],
        ),
        (
            "DELETE /hosts/host1?force=yes",
            null.clone(),
            422,
            &["force", "\"yes\"", "true or false"],
        ),
        ("DELETE /hosts/host1?farce=true", null.clone(), 422, &["farce"]),
        ("PUT /hosts/host1/cordon", json!([1]), 400, &["a list", "object"]),
        (
            "PUT /hosts/host1/reboot",
            null.clone(),
            404,
            &["/hosts/host1/reboot"],
        ),
        ("PUT /hosts/host1", null.clone(), 405, &["GET, DELETE"]),
        ("POST /hosts", json!({"name": "host2"}), 405, &["GET"]),
        ("PUT /hosts/host1/cordon", json!({"a": 1}), 200, &[]),
        ("PUT /hosts/host1/cordon", json!({}), 200, &[]),
    ])
    .await;
    assert_eq!(stored(&rig).await, HostState::Cordoned);
    rig.store
        .set_host_state(&host("host1", "z").name, HostState::Removed)
        .await
        .unwrap();
    let mut nudges = rig.bus.nudges().await.unwrap();
    rig.expect(&[
        (
            "PUT /hosts/host1/cordon",
            null.clone(),
            409,
            &["host1 is removed"],
        ),
        ("PUT /hosts/host1/drain", null.clone(), 409, &["host1 is removed"]),
        (
            "PUT /hosts/host1/uncordon",
            null.clone(),
            409,
            &["host1 is removed"],
        ),
    ])
    .await;
    rig.bus.nudge(Nudge::Report).await.unwrap();
    assert_eq!(
        nudges.next().await,
        Some(Received::Item(Nudge::Report)),
        "nobody is woken for nothing"
    );
    rig.stop().await;
}

#[tokio::test]
async fn zones_of_removed_hosts_are_not_known_any_more() {
    let mut settings = settings();
    for (name, zone) in [("host1", "docker01"), ("host3", "docker03")] {
        let Host { name, zones, .. } = host(name, zone);
        settings.hosts_zones.insert(name, zones);
    }
    let rig = Rig::with(settings, Arc::new(MemoryStore::new())).await;
    for (name, zone) in [("host1", "docker01"), ("host2", "docker02")] {
        rig.store.put_host(&host(name, zone)).await.unwrap();
    }
    let served = async || {
        let mut served = BTreeSet::new();
        for zone in ["docker01", "docker02", "docker03"] {
            let group = but(asg("a"), "availability_zones", json!([zone]));
            let answer = rig.user01("POST /asgs", group).await;
            if answer.status == 200 {
                served.insert(zone);
                rig.user01("DELETE /asgs/a", Value::Null).await.ok();
            } else {
                assert_eq!(answer.status, 422);
                assert!(answer.message().contains(zone), "{zone}");
            }
        }
        served
    };
    for how in ["cordon", "drain"] {
        rig.user01(&format!("PUT /hosts/host2/{how}"), Value::Null)
            .await
            .ok();
    }
    assert_eq!(
        served().await,
        BTreeSet::from(["docker01", "docker02", "docker03"])
    );
    for (name, left) in [("host2", &["docker01", "docker03"][..]), ("host1", &["docker03"])] {
        rig.user01(&format!("DELETE /hosts/{name}?force=true"), Value::Null)
            .await
            .ok();
        assert_eq!(served().await, left.iter().copied().collect(), "without {name}");
    }
    rig.stop().await;
}
