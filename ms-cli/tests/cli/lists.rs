//! Lists: exact columns, every field, formats, watching.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::rig::Rig;

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

async fn rig() -> Rig {
    let rig = Rig::logged_in().await;
    rig.get("lbs", json!([{"name": "lb1", "lb_port": 80, "instances_port": 9080, "availability_zones": ["z1", "z2"], "protocol": "HTTP"}])).await;
    rig.get("lconfs", json!([{"name": "l1", "image_id": "cirros", "instances_type": "m1.small", "key": "k", "metadata": {"a": 1}}])).await;
    rig.get("asgs", groups()).await;
    rig.get("policies", json!([{"name": "p1", "auto_scaling_group": "a1", "metric": "CPU", "statistic": "AVG", "upper_threshold": 80, "lower_threshold": 20.5}])).await;
    rig.get(
        "instance_types",
        json!({"m1.small": {"vcpu": 1, "memory": 1024}, "t1.micro": {"vcpu": 1, "memory": 512}}),
    )
    .await;
    rig.get("asgs/a1/instances", json!([{"guid": "g", "name": "a1", "instance_id": "0123456789ab", "status": "STARTING", "availability_zone": "z1",
        "private_ip_address": "", "hostname": "a1-0123456789", "n_cpus": 2}])).await;
    rig.get("asgs/a1/activities", json!([{"activity_id": "x", "start_time": 1_700_000_000, "status": "failed", "kind": "launch", "instance": "a1-1",
        "description": "Launching\na container", "cause": "capacity", "message": "no image", "instance_id": null}])).await;
    rig
}

fn groups() -> Value {
    json!([{"name": "a1", "state": "started", "availability_zones": ["z1", "z2"], "url": "N/A", "min_size": 1, "max_size": 4,
        "desired_capacity": 2, "launch_configuration": "l1", "domain": "d.net", "last_scale_out_ts": 7}])
}

#[tokio::test]
async fn columns_are_those_of_the_contract_in_order() {
    let rig = rig().await;
    for (line, titles, row) in [
        (
            "ms list-asgs",
            "NAME STATE AVAILABILITY_ZONES URL MIN_SIZE MAX_SIZE DESIRED_CAPACITY LAUNCH_CONFIGURATION",
            "a1 started z1,z2 N/A 1 4 2 l1",
        ),
        (
            "ms list-instances -a a1",
            "INSTANCE_ID STATUS AVAILABILITY_ZONE PRIVATE_IP_ADDRESS HOSTNAME",
            "0123456789ab STARTING z1 - a1-0123456789",
        ),
        (
            "ms list-lconfs",
            "NAME IMAGE_ID INSTANCES_TYPE KEY METADATA",
            r#"l1 cirros m1.small k {"a":1}"#,
        ),
        ("ms list-instance-types", "TYPE VCPU MEMORY", "m1.small 1 1024"),
        (
            "ms list-lbs",
            "NAME LB_PORT INSTANCES_PORT AVAILABILITY_ZONES PROTOCOL OPTIONS",
            "lb1 80 9080 z1,z2 HTTP -",
        ),
        (
            "ms list-policies",
            "NAME AUTO_SCALING_GROUP METRIC STATISTIC UPPER_THRESHOLD LOWER_THRESHOLD",
            "p1 a1 CPU AVG 80 20.5",
        ),
        (
            "ms list-activities -a a1",
            "START STATUS KIND INSTANCE DESCRIPTION CAUSE MESSAGE",
            "2023-11-14 22:13:20 UTC failed launch a1-1 Launching a container capacity no image",
        ),
    ] {
        let ran = rig.line(line);
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!(words(lines.first().unwrap()), words(titles), "{line}");
        assert_eq!(words(lines.get(1).unwrap()), words(row), "{line}");
    }
    assert_eq!(rig.last_asked().await.1, "/asgcc/asgs/a1/activities?limit=50");
}

#[tokio::test]
async fn a_detailed_list_has_every_field() {
    let rig = rig().await;
    let ran = rig.line("ms list-asgs --detailed-list");
    let titles = words(ran.out.lines().next().unwrap());
    assert_eq!(titles.get(8..).unwrap(), ["DOMAIN", "LAST_SCALE_OUT_TS"]);
    assert!(
        ran.out.contains("d.net") && ran.out.lines().count() == 2,
        "{}",
        ran.out
    );
    let ran = rig.line("ms list-instances -a a1 --det");
    assert!(
        ran.out.contains("GUID") && ran.out.contains("N_CPUS"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn json_and_yaml_are_the_servers_documents() {
    let rig = rig().await;
    let json: Value = serde_json::from_str(&rig.line("ms list-asgs -o json").out).unwrap();
    assert_eq!(json, groups());
    let yaml = rig.line("ms list-asgs --output yaml").out;
    let read: Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(read, groups(), "{yaml}");
    let types: Value = serde_json::from_str(&rig.line("ms list-instance-types -o json").out).unwrap();
    assert_eq!(types["m1.small"]["memory"], 1024);
}

#[tokio::test]
async fn an_empty_list_is_its_titles() {
    let rig = Rig::logged_in().await;
    rig.get("asgs", json!([])).await;
    let out = rig.line("ms list-asgs").out;
    assert!(out.starts_with("NAME") && out.lines().count() == 1, "{out:?}");
}

#[tokio::test]
async fn the_status_shows_components_hosts_and_the_last_round() {
    let rig = Rig::logged_in().await;
    rig.get(
        "status",
        json!({"status": "OK", "version": "9.8.7",
            "components": [{"name": "healthmanager", "state": "running", "since": 1_700_000_000, "message": ""}],
            "hosts": [{"name": "h1", "zones": ["z1"], "engine": "e", "state": "lost", "scheduling": "draining", "control": false, "cpus": 2, "memory_mib": 4096, "cpu": 12.5, "memory": 40, "instances": 3},
                {"name": "h2", "zones": ["z2"], "engine": "ABCD:EFGH:IJKL:MNOP:QRST:UVWX:YZ23:4567:ABCD:EFGH:IJKL:MNOP", "memory": 4.663_036_950_442_025_5}],
            "rounds": {"at": 1_700_000_000, "groups": 5, "frozen": false, "reasons": ["a1: one is missing"]}}),
    )
    .await;
    let out = rig.line("ms status").out;
    for part in [
        "9.8.7",
        "healthmanager",
        "2023-11-14 22:13:20 UTC",
        "h1",
        " lost ",
        " SCHEDULING ",
        " draining ",
        "z1",
        "12.5",
        " 40.0 ",
        " 4.7 ",
        " ABCD:EFGH:IJ\n",
        "groups: 5",
        "a1: one is missing",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
    let json: Value = serde_json::from_str(&rig.line("ms status -o json").out).unwrap();
    assert_eq!(json["rounds"]["groups"], 5);
    assert_eq!(json["hosts"][1]["memory"], 4.663_036_950_442_025_5);
}

#[tokio::test]
async fn activities_tell_a_failure_once_and_older_ones_can_be_reached() {
    let rig = Rig::logged_in().await;
    let why = "pull access denied for nowhere";
    let activity = |kind: &str, status: &str, instance: &str, cause: &str, message: &str| json!({"start_time": 1_700_000_000, "kind": kind, "status": status, "instance": instance, "cause": cause, "message": message});
    let told = json!([
        activity(
            "terminate",
            "successful",
            "a1-1",
            &format!("the launch failed: {why}"),
            ""
        ),
        activity("launch", "failed", "a1-1", "capacity was 0 of 1 instances", why),
        activity("terminate", "failed", "a1-2", "host lost", "host lost"),
        activity("terminate", "successful", "a1-3", why, ""),
    ]);
    rig.get("asgs/a1/activities", told.clone()).await;
    let out = rig.line("ms list-activities -a a1 --skip 20").out;
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(out.matches(why).count(), 2, "{out}");
    assert!(lines.get(1).unwrap().contains("its launch failed"), "{out}");
    assert!(lines.get(2).unwrap().ends_with(why), "{out}");
    assert_eq!(out.matches("host lost").count(), 1, "{out}");
    assert!(lines.get(4).unwrap().contains(why), "of another instance: {out}");
    assert_eq!(
        rig.last_asked().await.1,
        "/asgcc/asgs/a1/activities?skip=20&limit=50"
    );
    let json: Value = serde_json::from_str(&rig.line("ms list-activities -a a1 -o json").out).unwrap();
    assert_eq!(json, told);
}

#[tokio::test]
async fn a_watched_list_comes_again_until_interrupted() {
    let rig = rig().await;
    let mut ms = rig
        .command(&["list-asgs", "--watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(ms.stdout.take().unwrap()).lines();
    let seen = lines
        .by_ref()
        .filter(|line| line.as_ref().unwrap().starts_with("NAME"))
        .take(2)
        .count();
    assert_eq!(seen, 2);
    let kill = Command::new("kill")
        .args(["-INT", &ms.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert_eq!(ms.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_reader_that_leaves_early_is_no_failure() {
    let rig = rig().await;
    let mut ms = rig
        .command(&["list-asgs"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(ms.stdout.take());
    let ran = ms.wait_with_output().unwrap();
    assert_eq!((ran.status.code(), ran.stderr), (Some(0), vec![]));
}
