//! A group as it is now, for people and for programs.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::rig::Rig;
use crate::scaling::{changed, idle, rig, words};

/// Its lines as they come.
fn follow(rig: &Rig, options: &[&str]) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut command = rig.command(&["top", "-a", "a1"]);
    let mut ms = command.args(options).stdout(Stdio::piped()).spawn().unwrap();
    let out: ChildStdout = ms.stdout.take().unwrap();
    (ms, BufReader::new(out).lines().map(Result::unwrap))
}

fn interrupt(mut ms: Child) {
    let kill = Command::new("kill").args(["-INT", &ms.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(ms.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn top_shows_load_capacity_decisions_and_instances() {
    let rig = rig().await;
    let out = rig.line("ms top -a a1 --once").out;
    let seen: Vec<_> = out.lines().map(words).collect();
    let expected = [
        "a1 started, desired 4 of 1 to 4, 1 in service, 2 in all; suspended: Launch,AlarmNotification",
        "",
        "last decision 2023-11-14 22:14:20 UTC desired 4: it stays at 4",
        "POLICY TYPE SOURCE METRIC VALUE WISHES_FOR REASON",
        "cpu threshold agent AVG CPU over 60 s 50.0 4 50 is between 30 and 80",
        "",
        "last change 2023-11-14 22:13:20 UTC desired 2 -> 4: cpu wishes for 5, max_size allows 4",
        "",
        "INSTANCE_ID STATUS STATE ZONE HOST HOSTNAME SINCE",
        "0123 RUNNING InService z1 h1 a1-0123 2023-11-14 22:13:20 UTC",
        "4567 STARTING Pending z1 h1 a1-4567 2023-11-14 22:13:20 UTC",
    ];
    assert_eq!(seen, expected.map(words), "{out}");
}

#[tokio::test]
async fn top_of_a_group_without_decisions_shows_the_rest() {
    let rig = Rig::logged_in().await;
    rig.get(
        "asgs/a1",
        json!({"name": "a1", "state": "stopped", "suspended_processes": []}),
    )
    .await;
    rig.get("asgs/a1/instances", json!([])).await;
    rig.get("asgs/a1/decisions", json!([])).await;
    let out = rig.line("ms top -a a1 --once").out;
    assert!(
        out.starts_with("a1  stopped") && !out.contains("suspended"),
        "{out}"
    );
    assert!(
        out.contains("policies are off: the group is stopped") && out.contains("INSTANCE_ID"),
        "{out}"
    );
}

#[tokio::test]
async fn top_goes_on_until_interrupted() {
    let rig = rig().await;
    let (ms, mut lines) = follow(&rig, &[]);
    let heads = lines.by_ref().filter(|line| line.starts_with("a1  started"));
    assert_eq!(heads.take(2).count(), 2);
    interrupt(ms);
}

/// What programs are told, but for the time.
fn told(text: &str) -> Value {
    let mut told: Value = serde_json::from_str(text).unwrap();
    assert!(told["at"].take().as_i64().unwrap() > 1_700_000_000, "{text}");
    told
}

#[tokio::test]
async fn top_tells_programs_the_documents_of_rest() {
    let rig = rig().await;
    let minute = json!({"at": 1_700_000_000, "desired": 4, "in_service": 4, "figures": []});
    rig.get("asgs/a1/rollups", json!([minute])).await;
    let seen = told(&rig.line("ms top -a a1 --once -o json").out);
    assert_eq!(seen["group"]["desired_capacity"], json!(4));
    assert_eq!(seen["instances"][1]["instance_id"], json!("4567"));
    assert_eq!(seen["decisions"], json!([idle(), changed()]));
    assert_eq!((&seen["rollup"], &seen["policies_off"]), (&minute, &Value::Null));
    let yaml = rig.line("ms top -a a1 --once -o yaml").out;
    assert!(
        yaml.contains("desired_capacity: 4") && !yaml.contains("---"),
        "{yaml}"
    );
}

#[tokio::test]
async fn top_tells_a_line_of_json_or_a_document_of_yaml_for_each_look() {
    let rig = rig().await;
    let (ms, mut lines) = follow(&rig, &["-o", "json"]);
    let looks: Vec<Value> = lines.by_ref().take(2).map(|line| told(&line)).collect();
    assert_eq!(looks[0], looks[1]);
    assert_eq!(looks[0]["group"]["name"], json!("a1"));
    interrupt(ms);
    let (ms, mut lines) = follow(&rig, &["-o", "yaml"]);
    let documents = lines.by_ref().filter(|line| line == "---");
    assert_eq!(documents.take(2).count(), 2);
    interrupt(ms);
}

#[tokio::test]
async fn top_ends_when_nobody_reads_it() {
    let rig = rig().await;
    for options in [&[][..], &["-o", "json"]] {
        let (mut ms, mut lines) = follow(&rig, options);
        assert!(lines.next().is_some());
        drop(lines);
        assert_eq!(ms.wait().unwrap().code(), Some(0), "{options:?}");
    }
}
