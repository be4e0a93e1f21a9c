//! What operators do with hosts.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::rig::Rig;

/// Answers the first GET of a path with the first of these, and so on; the last one stays.
async fn in_turn(rig: &Rig, at: &str, answers: Vec<Value>) {
    let looks = AtomicUsize::new(0);
    let answer = move |_: &Request| {
        let look = looks.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        ResponseTemplate::new(200).set_body_json(answers.get(look).unwrap())
    };
    Mock::given(method("GET"))
        .and(path(format!("/asgcc/{at}")))
        .respond_with(answer)
        .mount(&rig.server)
        .await;
}

fn reasons(reasons: &[&str]) -> Value {
    json!({"rounds": {"reasons": reasons}})
}

fn draining(instances: Value, drained: bool) -> Value {
    json!({"name": "h1", "scheduling": "draining", "instances": instances, "drained": drained})
}

async fn drained_by(looks: Vec<Value>) -> Rig {
    let rig = Rig::logged_in().await;
    rig.answer(
        "PUT",
        "hosts/h1/drain",
        200,
        json!({"status": "OK", "scheduling": "draining"}),
    )
    .await;
    in_turn(&rig, "hosts/h1", looks).await;
    rig
}

#[tokio::test]
async fn hosts_are_listed_with_what_they_have() {
    let rig = Rig::logged_in().await;
    let hosts = json!([
        {"name": "h1", "state": "up", "scheduling": "active", "availability_zones": ["z1", "z2"], "engine": "E1", "control": false,
            "capacity": {"instances": 5, "memory_mib": null, "vcpus": null}, "labels": {"disk": "ssd"}, "cpus": 2,
            "memory_mib": 4096, "cpu": 12.54, "memory": 40, "instances": 3, "drained": false},
        {"name": "h2", "state": "unknown", "scheduling": "draining", "availability_zones": [], "cpu": null, "memory": null,
            "instances": null, "drained": false},
    ]);
    rig.get("hosts", hosts.clone()).await;
    let out = rig.line("ms list-hosts").out;
    let lines: Vec<Vec<&str>> = out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let titles = [
        "NAME",
        "STATE",
        "SCHEDULING",
        "AVAILABILITY_ZONES",
        "INSTANCES",
        "CPU",
        "MEMORY",
    ];
    let expected = [
        &titles[..],
        &["h1", "up", "active", "z1,z2", "3", "12.5", "40.0"],
        &["h2", "unknown", "draining", "-", "-", "-", "-"],
    ];
    assert_eq!(lines, expected);
    let detailed = rig.line("ms list-hosts --detailed-list").out;
    for part in ["CAPACITY", "\"instances\":5", "ssd", "DRAINED", "MEMORY_MIB"] {
        assert!(detailed.contains(part), "{part} is not in {detailed}");
    }
    let json: Value = serde_json::from_str(&rig.line("ms list-hosts -o json").out).unwrap();
    assert_eq!(json, hosts);
}

#[tokio::test]
async fn a_drain_tells_what_is_left_until_nothing_is() {
    let looks = [(3, false), (2, false), (0, false), (0, true)];
    let rig = drained_by(looks.map(|(left, done)| draining(json!(left), done)).to_vec()).await;
    rig.get("status", reasons(&[])).await;
    let ran = rig.ms(&["drain-host", "h1", "--wait"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "OK\n"), "{}", ran.err);
    let lines: Vec<&str> = ran.err.lines().collect();
    let expected = [
        "h1: 0 of 3 instances are gone",
        "h1: 1 of 3 instances are gone",
        "h1: 3 of 3 instances are gone, to be confirmed by the health manager",
        "h1: 3 of 3 instances are gone",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn one_instance_is_told_as_one() {
    let looks = [(1, false), (0, true)];
    let rig = drained_by(looks.map(|(left, done)| draining(json!(left), done)).to_vec()).await;
    rig.get("status", reasons(&[])).await;
    let ran = rig.ms(&["drain-host", "h1", "--wait"]);
    let expected = ["h1: 0 of 1 instance is gone", "h1: 1 of 1 instance is gone"];
    assert_eq!(ran.err.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_drain_that_is_stuck_says_why_once_and_ends_when_told() {
    let rig = drained_by(vec![draining(json!(2), false)]).await;
    let why = "asg1: 2 instances on drained host h1 wait until other hosts take replacements";
    in_turn(
        &rig,
        "status",
        vec![reasons(&[why, "asg2: of host h10"]), reasons(&[why])],
    )
    .await;
    let ran = rig.ms(&["drain-host", "-n", "h1", "--wait", "--timeout", "1"]);
    let lines: Vec<&str> = ran.err.lines().collect();
    let expected = [
        "h1: 0 of 2 instances are gone",
        &format!("h1: {why}"),
        "ms: host \"h1\": 0 of 2 instances are gone after 1 s",
        "    `ms list-hosts` tells which hosts take instances, `ms status` what was decided last",
    ];
    assert_eq!(lines, expected);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

#[tokio::test]
async fn a_drain_that_waits_for_other_hosts_to_speak_says_so_once() {
    let rig = drained_by(vec![draining(json!(2), false)]).await;
    rig.get("status", json!({"rounds": {"reasons": [], "frozen": true}}))
        .await;
    let ran = rig.ms(&["drain-host", "h1", "--wait", "--timeout", "1"]);
    let why = "h1: more than half of the hosts are silent, so nothing is replaced or terminated";
    assert_eq!(ran.err.matches(why).count(), 1, "{}", ran.err);
    assert_eq!(ran.code, 1);
}

#[tokio::test]
async fn a_drain_of_an_empty_host_says_that_nothing_is_there() {
    let rig = drained_by(vec![draining(json!(0), false), draining(json!(0), true)]).await;
    rig.get("status", reasons(&[])).await;
    let ran = rig.ms(&["drain-host", "h1", "--wait"]);
    let lines: Vec<&str> = ran.err.lines().collect();
    let expected = [
        "h1: no instance is there, to be confirmed by the health manager",
        "h1: no instance is there",
    ];
    assert_eq!((ran.code, lines.as_slice()), (0, &expected[..]));
}

#[tokio::test]
async fn a_drain_waits_for_a_health_manager_to_be_heard() {
    let rig = drained_by(vec![draining(Value::Null, false), draining(json!(0), true)]).await;
    rig.get("status", reasons(&[])).await;
    let ran = rig.ms(&["drain-host", "h1", "--wait"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.starts_with("h1: no health manager is heard of"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn a_drain_that_somebody_ends_is_not_waited_for() {
    let rig = drained_by(vec![
        json!({"name": "h1", "scheduling": "active", "instances": 2}),
    ])
    .await;
    rig.ms(&["drain-host", "h1", "--wait"])
        .fails_with(1, &["host \"h1\" is active: somebody else changed it"]);
}

#[tokio::test]
async fn a_refusal_is_told_and_a_misspelt_host_comes_with_the_nearest() {
    let rig = Rig::logged_in().await;
    rig.get("hosts", json!([{"name": "docker01"}, {"name": "docker02"}]))
        .await;
    rig.refuse("PUT", "hosts/docker1/drain", 404, "host docker1 not found")
        .await;
    rig.ms(&["drain-host", "docker1", "--wait"]).fails_with(
        1,
        &["host docker1 not found", "did you mean the host \"docker01\"?"],
    );
    rig.refuse("PUT", "hosts/x/uncordon", 404, "host x not found")
        .await;
    rig.ms(&["uncordon-host", "x"])
        .fails_with(1, &["known hosts: docker01, docker02"]);
    let reports = "host docker01 still reports: stop its host-agent first";
    rig.refuse("DELETE", "hosts/docker01", 409, reports).await;
    let ran = rig.ms(&["remove-host", "docker01"]);
    assert_eq!((ran.code, ran.err), (1, format!("ms: {reports}\n")));
    let forbidden = "account u may not change hosts";
    rig.refuse("PUT", "hosts/docker01/cordon", 403, forbidden).await;
    let ran = rig.ms(&["cordon-host", "docker01"]);
    assert_eq!((ran.code, ran.err), (1, format!("ms: {forbidden}\n")));
}

#[tokio::test]
async fn zones_of_removed_hosts_are_not_offered() {
    let rig = Rig::logged_in().await;
    let host = |zone: &str, scheduling: &str| json!({"zones": [zone], "scheduling": scheduling});
    rig.get(
        "status",
        json!({"hosts": [host("z1", "removed"), host("z2", "active")]}),
    )
    .await;
    rig.accept_all().await;
    rig.line("ms add-lb -b lb1 --lb-instances-port 9080");
    assert_eq!(rig.last_asked().await.2["availability_zones"], json!(["z2"]));
}
