//! `start-asg --wait` and `stop-asg --wait`.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::rig::Rig;

fn instances(statuses: &[&str]) -> Value {
    statuses.iter().map(|status| json!({"status": status})).collect()
}

/// Answers the first look at the instances with the first of these, and so on; the last one stays.
async fn instances_in_turn(rig: &Rig, answers: Vec<Value>) {
    let looks = AtomicUsize::new(0);
    let answer = move |_: &Request| {
        let look = looks.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        ResponseTemplate::new(200).set_body_json(answers.get(look).unwrap())
    };
    let at = path("/asgcc/asgs/a1/instances");
    Mock::given(method("GET"))
        .and(at)
        .respond_with(answer)
        .mount(&rig.server)
        .await;
}

async fn group(state: &str) -> Rig {
    let rig = Rig::logged_in().await;
    rig.get(
        "asgs/a1",
        json!({"name": "a1", "state": state, "desired_capacity": 2}),
    )
    .await;
    for how in ["start", "stop"] {
        rig.answer("PUT", &format!("asgs/a1/{how}"), 200, json!({"status": "OK"}))
            .await;
    }
    rig
}

#[tokio::test]
async fn a_start_waits_until_all_run() {
    let rig = group("started").await;
    rig.get("asgs/a1/activities", json!([])).await;
    let turns = [
        &[][..],
        &["STARTING", "RUNNING"],
        &["RUNNING", "STALLED", "RUNNING"],
    ];
    instances_in_turn(&rig, turns.map(instances).to_vec()).await;
    let ran = rig.ms(&["start-asg", "-a", "a1", "--wait"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "OK\n"), "{}", ran.err);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(
        lines,
        [
            "a1: 0 of 2 instances run",
            "a1: 1 of 2 instances run",
            "a1: 2 of 2 instances run"
        ]
    );
}

#[tokio::test]
async fn a_stop_waits_until_all_are_gone() {
    let rig = group("stopped").await;
    rig.get("asgs/a1/activities", json!([])).await;
    let turns = [&["STOPPING", "STOPPING"][..], &["DOWN", "STOPPING"], &[]];
    instances_in_turn(&rig, turns.map(instances).to_vec()).await;
    let ran = rig.ms(&["stop-asg", "-a", "a1", "--wait"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "OK\n"), "{}", ran.err);
    assert!(ran.err.contains("a1: 1 of 2 instances are gone"), "{}", ran.err);
}

#[tokio::test]
async fn a_start_that_gets_nowhere_says_why() {
    let rig = group("started").await;
    let failed = |id: &str, message: &str| json!({"activity_id": id, "status": "failed", "message": message});
    let old = failed("1", "of yesterday");
    let mut later = vec![json!({"activity_id": "4", "status": "in_progress", "message": "pulling"})];
    later.extend([
        failed("3", "no such image"),
        failed("2", "host full"),
        old.clone(),
    ]);
    let at = || path("/asgcc/asgs/a1/activities");
    let before = ResponseTemplate::new(200).set_body_json(json!([old]));
    Mock::given(at())
        .respond_with(before)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&rig.server)
        .await;
    Mock::given(at())
        .respond_with(ResponseTemplate::new(200).set_body_json(later))
        .mount(&rig.server)
        .await;
    instances_in_turn(&rig, vec![instances(&["RUNNING", "STARTING"])]).await;
    let ran = rig.ms(&["start-asg", "-a", "a1", "--wait", "--timeout", "0"]);
    ran.fails_with(1, &["1 of 2 instances run after 0 s", "no such image"]);
    assert!(!ran.err.contains("yesterday"), "{}", ran.err);
    assert_eq!(ran.out, "");
}

#[tokio::test]
async fn failures_of_old_explain_nothing() {
    let rig = group("started").await;
    rig.get(
        "asgs/a1/activities",
        json!([{"activity_id": "1", "status": "failed", "message": "of yesterday"}]),
    )
    .await;
    instances_in_turn(&rig, vec![json!([])]).await;
    let ran = rig.ms(&["start-asg", "-a", "a1", "--wait", "--timeout", "0"]);
    ran.fails_with(1, &["0 of 2 instances run"]);
    assert!(!ran.err.contains("yesterday"), "{}", ran.err);
}

#[tokio::test]
async fn a_start_that_somebody_stops_ends_at_once() {
    let rig = group("stopped").await;
    rig.get("asgs/a1/activities", json!([])).await;
    instances_in_turn(&rig, vec![json!([])]).await;
    rig.ms(&["start-asg", "-a", "a1", "--wait"])
        .fails_with(1, &["is stopped"]);
}

#[tokio::test]
async fn a_refused_start_is_not_waited_for() {
    let rig = Rig::logged_in().await;
    rig.get("asgs/a1/activities", json!([])).await;
    rig.get("asgs/a1", json!({"name": "a1"})).await;
    rig.get("asgs", json!([{"name": "a1"}])).await;
    rig.refuse("PUT", "asgs/a1/start", 409, "group \"a1\" is started")
        .await;
    rig.ms(&["start-asg", "-a", "a1", "--wait"])
        .fails_with(1, &["group \"a1\" is started"]);
}
