//! What moves a group now, and what does not.

use serde_json::{Value, json};

use crate::rig::Rig;

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A group whose policies decided something once.
async fn rig(group: Value, policies: Value) -> Rig {
    let rig = Rig::logged_in().await;
    let mut shown =
        json!({"name": "a1", "min_size": 1, "max_size": 4, "desired_capacity": 4, "suspended_processes": []});
    shown
        .as_object_mut()
        .unwrap()
        .extend(group.as_object().unwrap().clone());
    rig.get("asgs/a1", shown).await;
    rig.get("asgs/a1/instances", json!([])).await;
    rig.get("policies", policies).await;
    let decision = json!({"id": "g", "at": 1_700_000_060, "before": 4, "after": 4, "min_size": 1, "max_size": 4, "in_service": 4,
        "warming": 0, "wishes": [], "clamps": [], "outcome": "it stays at 4"});
    rig.get("asgs/a1/decisions", json!([decision])).await;
    rig
}

fn policy(group: &str) -> Value {
    json!({"name": format!("of-{group}"), "auto_scaling_group": group, "metric": "CPU", "statistic": "AVG"})
}

#[tokio::test]
async fn what_was_decided_last_is_not_told_as_of_now_where_no_policy_acts() {
    let cases = [
        (
            "stopped",
            json!([policy("a1")]),
            "policies are off: the group is stopped",
        ),
        (
            "started",
            json!([policy("a2")]),
            "no policies: nothing but its users and schedules moves the group",
        ),
    ];
    for (state, policies, why) in cases {
        let rig = rig(json!({"state": state}), policies).await;
        let top = rig.line("ms top -a a1 --once").out;
        assert!(top.contains(why) && !top.contains("last decision"), "{top}");
        let told = rig.line("ms explain -a a1").out;
        let begins = format!("{why}; what follows is past");
        assert!(
            told.starts_with(&begins) && told.contains("it stays at 4"),
            "{told}"
        );
    }
    let rig = rig(json!({"state": "started"}), json!([policy("a1")])).await;
    let top = rig.line("ms top -a a1 --once").out;
    assert!(
        top.contains("last decision") && !top.contains("no policies"),
        "{top}"
    );
    assert!(!rig.line("ms explain -a a1").out.contains("is past"));
}

#[tokio::test]
async fn top_shows_a_pause_and_the_load_of_the_last_minute() {
    let rig = rig(
        json!({"state": "started", "paused_until": 4_102_444_800_i64}),
        json!([policy("a1")]),
    )
    .await;
    let minute = |at: i64, average: f64| {
        json!({"at": at, "desired": 4, "in_service": 4, "figures": [{"source": "agent", "metric": "CPU", "reported": 4,
            "average": average, "maximum": 80.0, "minimum": 1.0, "sum": 4.0 * average}]})
    };
    rig.get(
        "asgs/a1/rollups",
        json!([minute(1_700_000_000, 12.0), minute(1_700_000_060, 31.25)]),
    )
    .await;
    let out = rig.line("ms top -a a1 --once").out;
    let lines: Vec<_> = out.lines().map(words).collect();
    for expected in [
        "a1 started, desired 4 of 1 to 4, 0 in service, 0 in all; paused until 2100-01-01 00:00:00 UTC",
        "load in the minute from 2023-11-14 22:14:20 UTC",
        "SOURCE METRIC EACH MAXIMUM ALL REPORTED",
        "agent CPU 31.2 80.0 125.0 4",
    ] {
        assert!(lines.contains(&words(expected)), "{expected}\n{out}");
    }
}

#[tokio::test]
async fn a_pause_that_is_over_is_not_shown() {
    let rig = rig(
        json!({"state": "started", "paused_until": 1_700_000_000}),
        json!([]),
    )
    .await;
    assert!(!rig.line("ms top -a a1 --once").out.contains("paused"));
}

#[tokio::test]
async fn policies_of_one_group_alone_are_listed() {
    let rig = rig(json!({"state": "started"}), json!([policy("a1"), policy("a2")])).await;
    for line in [
        "ms list-policies -a a2",
        "ms list-policies --policy-asg a2",
        "ms list-policies --asg-name a2 -o json",
    ] {
        let out = rig.line(line).out;
        assert!(out.contains("of-a2") && !out.contains("of-a1"), "{out}");
    }
    let all = rig.line("ms list-policies").out;
    assert!(all.contains("of-a2") && all.contains("of-a1"), "{all}");
}

#[tokio::test]
async fn hours_are_listed_with_their_schedules() {
    let rig = Rig::logged_in().await;
    let hours = json!({"name": "s1", "auto_scaling_group": "a1", "time_zone": "UTC", "hours": {"start": "09:00", "end": "17:00"}});
    rig.get("schedules", json!([hours])).await;
    let out = rig.line("ms list-schedules").out;
    let lines: Vec<_> = out.lines().map(words).collect();
    assert_eq!(lines[1], words("s1 a1 - 09:00-17:00 UTC - - - -"), "{out}");
}

#[tokio::test]
async fn what_is_no_figure_is_refused_and_a_cooldown_is_taken_back() {
    let rig = Rig::logged_in().await;
    for figure in ["nan", "1e400", "inf", "much"] {
        rig.ms(&[
            "push-metric",
            "--source",
            "app",
            "--metric",
            "jobs",
            "--value",
            figure,
        ])
        .fails_with(2, &[figure, "expected a finite number"]);
    }
    assert!(rig.asked().await.is_empty());
    rig.accept_all().await;
    rig.line("ms update-policy -p p --policy-cooldown none");
    let (_, _, body) = rig.last_asked().await;
    assert_eq!(body["cooldown"], Value::Null);
    assert!(body.as_object().unwrap().contains_key("cooldown"));
    rig.ms(&["update-policy", "-p", "p", "--policy-cooldown", "never"])
        .fails_with(2, &["never", "a whole number, or none"]);
}
