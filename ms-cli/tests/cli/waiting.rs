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
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(
        lines,
        [
            "a1: 1 of 2 instances run",
            "a1: failed: host full",
            "a1: failed: no such image",
            "a1: `ms list-activities --asg-name a1` tells what was tried",
            "ms: group \"a1\": 1 of 2 instances run after 0 s; the last failure: no such image",
            "    `ms list-activities --asg-name a1` tells what was tried",
        ]
    );
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

/// Answers looks at the activities with none at first, and then with one failure more each time.
async fn failing_in_turn(rig: &Rig, messages: &[&str]) {
    let failed = |(id, message): (usize, &&str)| json!({"activity_id": id.to_string(), "status": "failed", "message": message});
    let all: Vec<Value> = messages.iter().enumerate().map(failed).collect();
    let looks = AtomicUsize::new(0);
    let answer = move |_: &Request| {
        let look = looks.fetch_add(1, Ordering::SeqCst).min(all.len());
        let newest_first: Vec<&Value> = all.iter().take(look).rev().collect();
        ResponseTemplate::new(200).set_body_json(newest_first)
    };
    Mock::given(method("GET"))
        .and(path("/asgcc/asgs/a1/activities"))
        .respond_with(answer)
        .mount(&rig.server)
        .await;
}

#[tokio::test]
async fn each_failure_is_told_once_while_it_is_waited_for() {
    for (how, state, goal, last) in [
        ("start-asg", "started", "run", "RUNNING"),
        ("stop-asg", "stopped", "are gone", "DOWN"),
    ] {
        let rig = group(state).await;
        failing_in_turn(&rig, &["no such image", "no such image"]).await;
        let (on_the_way, there) = (instances(&["STOPPING"; 2]), instances(&[last; 2]));
        let turns = [&on_the_way, &on_the_way, &on_the_way, &there];
        instances_in_turn(&rig, turns.map(Value::clone).to_vec()).await;
        let ran = rig.ms(&[how, "-a", "a1", "--wait"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, "OK\n"), "{}", ran.err);
        let lines: Vec<&str> = ran.err.lines().collect();
        let expected = [
            &format!("a1: 0 of 2 instances {goal}"),
            "a1: failed: no such image",
            "a1: `ms list-activities --asg-name a1` tells what was tried",
            "a1: failed: no such image",
            &format!("a1: 2 of 2 instances {goal}"),
        ];
        assert_eq!(lines, expected);
    }
}

#[tokio::test]
async fn a_stop_that_takes_too_long_ends_when_told() {
    let rig = group("stopped").await;
    rig.get("asgs/a1/activities", json!([])).await;
    instances_in_turn(&rig, vec![instances(&["STOPPING"; 2])]).await;
    let ran = rig.ms(&["stop-asg", "-a", "a1", "--wait", "--timeout", "0"]);
    let told = "0 of 2 instances are gone after 0 s";
    ran.fails_with(1, &[told, "list-activities --asg-name a1"]);
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
