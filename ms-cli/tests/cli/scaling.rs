//! What policies did and what is suspended, and options of policies of every kind.

use serde_json::{Value, json};

use crate::rig::Rig;

pub fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

pub const QUERY: &str =
    "AVG sum(rate(traefik_service_requests_total{service=\"web@docker\"}[30s])) over 30 s";

pub fn changed() -> Value {
    json!({"id": "i1", "group": "g", "account": "u", "group_name": "a1", "at": 1_700_000_000, "before": 2, "after": 4, "min_size": 1,
        "max_size": 4, "in_service": 2, "warming": 1,
        "wishes": [
            {"policy": "cpu", "policy_type": "threshold", "shadow": false, "source": "agent", "metric": "AVG CPU over 60 s", "value": 91.526, "reported": 2,
                "capacity": 5, "reason": "91.5 is above 80"},
            {"policy": "new", "policy_type": "target_tracking", "shadow": true, "source": "traffic", "metric": QUERY, "value": null,
                "reported": 0, "capacity": 9, "reason": "nothing reported"},
        ],
        "clamps": [{"by": "bounds", "from": 5, "to": 4, "reason": "max_size is 4"}],
        "outcome": "cpu wishes for 5, max_size allows 4"})
}

pub fn idle() -> Value {
    json!({"id": "g", "at": 1_700_000_060, "before": 4, "after": 4, "min_size": 1, "max_size": 4, "in_service": 4, "warming": 0,
        "wishes": [{"policy": "cpu", "policy_type": "threshold", "shadow": false, "source": "agent", "metric": "AVG CPU over 60 s", "value": 50, "reported": 4,
            "capacity": 4, "reason": "50 is between 30 and 80"}],
        "clamps": [], "outcome": "it stays at 4"})
}

pub async fn rig() -> Rig {
    rig_that(json!([idle(), changed()])).await
}

/// A group about which this was decided.
async fn rig_that(decided: Value) -> Rig {
    let rig = Rig::logged_in().await;
    rig.get("asgs", json!([{"name": "a1"}])).await;
    rig.get(
        "asgs/a1",
        json!({"name": "a1", "state": "started", "min_size": 1, "max_size": 4, "desired_capacity": 4,
            "suspended_processes": ["Launch", "AlarmNotification"]}),
    )
    .await;
    let instance = |id: &str, status: &str, state: &str| {
        json!({"instance_id": id, "status": status, "lifecycle_state": state, "availability_zone": "z1", "host": "h1",
            "hostname": format!("a1-{id}"), "timestamp": 1_700_000_000})
    };
    let instances = json!([
        instance("0123", "RUNNING", "InService"),
        instance("4567", "STARTING", "Pending")
    ]);
    rig.get("asgs/a1/instances", instances).await;
    rig.get("asgs/a1/decisions", decided).await;
    rig
}

#[tokio::test]
async fn explain_tells_each_decision_and_the_newest_in_full() {
    let rig = rig().await;
    let out = rig.line("ms explain -a a1").out;
    let lines: Vec<&str> = out.lines().collect();
    let expected = [
        "AT DESIRED OUTCOME",
        "2023-11-14 22:14:20 UTC 4 it stays at 4",
        "2023-11-14 22:13:20 UTC 2 -> 4 cpu wishes for 5, max_size allows 4",
        "",
        "The newest, in full (--detailed-list tells all):",
        "2023-11-14 22:14:20 UTC desired 4, within 1 and 4; 4 in service, 0 warming up",
        "it stays at 4",
        "POLICY TYPE SOURCE METRIC VALUE WISHES_FOR REASON",
        "cpu threshold agent AVG CPU over 60 s 50.0 4 50 is between 30 and 80",
    ];
    let seen: Vec<_> = lines.iter().map(|line| words(line)).collect();
    assert_eq!(seen, expected.map(words), "{out}");
    assert!(
        rig.asked()
            .await
            .iter()
            .any(|asked| asked.1 == "/asgcc/asgs/a1/decisions?limit=20")
    );
}

#[tokio::test]
async fn explain_in_detail_tells_every_wish_and_what_held_it() {
    let rig = rig().await;
    let out = rig.line("ms explain --asg-name a1 --limit 2 --detailed-list").out;
    let seen: Vec<_> = out.lines().skip(5).map(words).collect();
    let expected = [
        "2023-11-14 22:13:20 UTC desired 2 -> 4, within 1 and 4; 2 in service, 1 warming up",
        "cpu wishes for 5, max_size allows 4",
        "POLICY TYPE SOURCE METRIC VALUE WISHES_FOR REASON",
        "cpu threshold agent AVG CPU over 60 s 91.5 5 91.5 is above 80",
        "new target_tracking traffic AVG sum(rate(traefik_service_requests_total{service=\"web@docker\"}[30s])) over 30 s - 9 (shadow) nothing reported",
        "HELD_BY FROM TO REASON",
        "bounds 5 4 max_size is 4",
    ];
    assert_eq!(seen, expected.map(words), "{out}");
    assert!(
        rig.asked()
            .await
            .iter()
            .any(|asked| asked.1 == "/asgcc/asgs/a1/decisions?limit=2")
    );
    let json: Value = serde_json::from_str(&rig.line("ms explain -a a1 -o json").out).unwrap();
    assert_eq!(json, json!([idle(), changed()]));
}

#[tokio::test]
async fn a_table_shortens_a_long_query_and_names_its_source() {
    let rig = rig_that(json!([changed()])).await;
    for command in ["ms explain -a a1", "ms top -a a1 --once"] {
        let out = rig.line(command).out;
        let short = "traffic AVG sum(rate(traefik_service_re…30s])) over 30 s - 9 (shadow)";
        let lines: Vec<_> = out.lines().map(|line| words(line).join(" ")).collect();
        assert!(lines.iter().any(|line| line.contains(short)), "{out}");
    }
    let whole: Value = serde_json::from_str(&rig.line("ms top -a a1 --once -o json").out).unwrap();
    assert_eq!(whole["decisions"][0]["wishes"][1]["metric"], json!(QUERY));
}

#[tokio::test]
async fn explain_of_nothing_says_where_to_look() {
    let rig = Rig::logged_in().await;
    rig.get("asgs", json!([{"name": "web1"}])).await;
    rig.get("asgs/a1/decisions", json!([])).await;
    let out = rig.line("ms explain -a a1").out;
    assert!(
        out.starts_with("nothing was decided yet") && out.contains("list-policies"),
        "{out}"
    );
    assert_eq!(rig.line("ms explain -a a1 -o json").out, "[]\n");
    rig.refuse("GET", "asgs/web/decisions", 404, "group web not found")
        .await;
    rig.refuse("GET", "asgs/web", 404, "group web not found").await;
    for command in ["explain", "top"] {
        rig.ms(&[command, "-a", "web"])
            .fails_with(1, &["group web not found", "did you mean the group \"web1\"?"]);
    }
    rig.ms(&["explain", "-a", "a1", "--limit", "1001"])
        .fails_with(2, &["1001"]);
}

#[tokio::test]
async fn earlier_abbreviations_mean_what_they_meant() {
    let rig = Rig::logged_in().await;
    rig.accept_all().await;
    for (line, body) in [
        (
            "ms update-policy -p p --policy-a g --policy-m MEM --policy-st MAX --policy-sa 5 --policy-b 6 --policy-u 7 --policy-l 8",
            json!({"auto_scaling_group": "g", "metric": "MEM", "statistic": "MAX", "sampling_window": 5, "breach_duration": 6,
                "upper_threshold": 7, "lower_threshold": 8}),
        ),
        (
            "ms update-policy -p p --policy-scale-o 2 --policy-scale-i -2",
            json!({"scale_out_step": 2, "scale_in_step": -2}),
        ),
        (
            "ms update-asg -a a --asg-scale-o 5 --asg-scale-in 6",
            json!({"scale_out_cooldown": 5, "scale_in_cooldown": 6}),
        ),
        // Later ones can be abbreviated where nothing else begins so.
        ("ms update-asg -a a --asg-i 5", json!({"instance_warmup": 5})),
        (
            "ms update-policy -p p --policy-targ 5",
            json!({"target_value": 5}),
        ),
    ] {
        rig.line(line);
        assert_eq!(rig.last_asked().await.2, body, "{line}");
    }
    for ambiguous in ["--policy-s", "--policy-t", "--policy-sc"] {
        rig.ms(&["update-policy", "-p", "p", ambiguous, "1"])
            .fails_with(2, &[ambiguous]);
    }
    let help = rig.line("ms update-policy --help").out;
    assert!(!help.contains("aliases"), "{help}");
}

#[tokio::test]
async fn defaults_of_another_kind_of_policy_stay_out() {
    let rig = Rig::logged_in().await;
    rig.accept_all().await;
    let kept = rig.kept();
    let with = |type_field: &str| {
        rig.keep(&format!(
            "{kept}policy: {{auto_scaling_group: g, metric: CPU, statistic: AVG, sampling_window: 60, breach_duration: 120, \
             scale_out_step: 1, scale_in_step: -1, upper_threshold: 80, lower_threshold: 30, cooldown: 9{type_field}}}\n"
        ));
    };
    let common = json!({"name": "p", "auto_scaling_group": "g", "metric": "CPU", "statistic": "AVG", "sampling_window": 60});
    let but = |more: Value| {
        let mut body = common.as_object().unwrap().clone();
        body.extend(more.as_object().unwrap().clone());
        Value::Object(body)
    };
    with("");
    for (line, more) in [
        (
            "ms add-policy -p p --policy-target-value 50",
            json!({"target_value": 50}),
        ),
        (
            "ms add-policy -p p --policy-type target_tracking",
            json!({"policy_type": "target_tracking"}),
        ),
        (
            "ms add-policy -p p --policy-scaling-adjustment 1 --policy-threshold 70",
            json!({"breach_duration": 120, "scaling_adjustment": 1, "threshold": 70, "cooldown": 9}),
        ),
        (
            "ms add-policy -p p --policy-upper-threshold 90",
            json!({"breach_duration": 120, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 90, "lower_threshold": 30}),
        ),
    ] {
        rig.line(line);
        assert_eq!(rig.last_asked().await.2, but(more), "{line}");
    }
    with(", policy_type: threshold");
    for (line, more) in [
        (
            "ms add-policy -p p --policy-target-value 50",
            json!({"target_value": 50}),
        ),
        (
            "ms add-policy -p p",
            json!({"policy_type": "threshold", "breach_duration": 120, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 80,
                "lower_threshold": 30}),
        ),
    ] {
        rig.line(line);
        assert_eq!(rig.last_asked().await.2, but(more), "{line}");
    }
}

#[tokio::test]
async fn lists_of_objects_and_rates_come_from_the_defaults_file_too() {
    let rig = Rig::logged_in().await;
    rig.accept_all().await;
    let kept = rig.kept();
    rig.keep(&format!(
        "{kept}policy: {{step_adjustments: [{{lower_bound: 0, scaling_adjustment: 2}}], shadow: true}}\n\
         autoscaling_group: {{scale_out_rate: {{instances: 4, period: 60}}}}\n"
    ));
    rig.line("ms add-policy -p p");
    let expected = json!({"name": "p", "step_adjustments": [{"lower_bound": 0, "scaling_adjustment": 2}], "shadow": true});
    assert_eq!(rig.last_asked().await.2, expected);
    rig.line("ms add-asg -a a");
    let expected = json!({"name": "a", "scale_out_rate": {"instances": 4, "period": 60}});
    assert_eq!(rig.last_asked().await.2, expected);
}
