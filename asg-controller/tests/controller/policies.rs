//! Policies of every kind.

use bus::{Bus, Nudge, Received};
use domain::policy::{OnMissing, Rule, Threshold};
use domain::{AccountName, Body, Document, Generation, GroupName, Policy, PolicyName};
use serde_json::{Value, json};

use crate::rig::{Rig, asg, but, policy, without};

/// A new policy of `asg1` with what every kind requires.
fn with(fields: Value) -> Value {
    let mut policy = json!({
        "name": "p", "auto_scaling_group": "asg1", "metric": "CPU", "statistic": "AVG", "sampling_window": 60,
    });
    let all = policy.as_object_mut().unwrap();
    all.extend(fields.as_object().unwrap().clone());
    policy
}

fn tracking() -> Value {
    with(json!({"target_value": 50}))
}

fn step() -> Value {
    with(json!({
        "threshold": 60, "comparison": "above", "adjustment_type": "PercentChangeInCapacity",
        "min_adjustment_magnitude": 2, "step_adjustments": [
            {"lower_bound": 0, "upper_bound": 10, "scaling_adjustment": 10},
            {"lower_bound": 10, "scaling_adjustment": 30},
        ],
    }))
}

fn simple() -> Value {
    with(json!({
        "threshold": 40, "comparison": "below", "adjustment_type": "ChangeInCapacity", "scaling_adjustment": -1,
    }))
}

fn predictive() -> Value {
    let given = without(tracking(), "sampling_window");
    but(given, "policy_type", json!("predictive"))
}

fn steps(adjustments: Value) -> Value {
    let step = but(step(), "adjustment_type", json!("ChangeInCapacity"));
    but(
        without(step, "min_adjustment_magnitude"),
        "step_adjustments",
        adjustments,
    )
}

/// A controller with the group `asg1`.
async fn rig() -> Rig {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    rig
}

async fn shown(rig: &Rig) -> Value {
    rig.user01("GET /policies/p", Value::Null).await.ok()
}

#[tokio::test]
async fn the_network_has_no_limit_as_cpu_has() {
    let rig = rig().await;
    let traffic = but(
        but(tracking(), "metric", json!("NetworkIn")),
        "target_value",
        json!(5e8),
    );
    rig.user01("POST /policies", but(traffic, "statistic", json!("SUM")))
        .await
        .ok();
    assert_eq!(shown(&rig).await["target_value"], json!(5e8));
    let change = json!({"metric": "NETWORK_OUT", "statistic": "MAX"});
    rig.user01("PUT /policies/p", change).await.ok();
    let kept = json!({"metric": "CPU"});
    let refused = rig.user01("PUT /policies/p", kept).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text
            .contains("target_value: 500000000 is not above 0 and at most 100"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn every_kind_is_told_by_its_fields_shown_with_its_defaults_and_taken_back_as_it_was_shown() {
    let rig = rig().await;
    let common = json!({"source": "agent", "shadow": false, "business_hours_only": false});
    for (given, kind, defaults) in [
        (policy("p", "asg1"), "threshold", json!({"missing_data": "hold"})),
        (
            tracking(),
            "target_tracking",
            json!({
                "missing_data": "hold", "tolerance": 10.0, "disable_scale_in": false, "panic_window": 6,
                "panic_threshold": 200.0,
            }),
        ),
        (
            step(),
            "step",
            json!({"missing_data": "hold", "breach_duration": 0}),
        ),
        (
            simple(),
            "simple",
            json!({"missing_data": "hold", "breach_duration": 0, "min_adjustment_magnitude": 0}),
        ),
        (predictive(), "predictive", json!({"scheduling_buffer_time": 300})),
        (
            // Its buffer time alone tells it.
            but(
                without(predictive(), "policy_type"),
                "scheduling_buffer_time",
                json!(0),
            ),
            "predictive",
            json!({}),
        ),
    ] {
        rig.user01("POST /policies", given.clone()).await.ok();
        let found = shown(&rig).await;
        let mut expected = given.as_object().unwrap().clone();
        expected.extend(common.as_object().unwrap().clone());
        expected.extend(defaults.as_object().unwrap().clone());
        expected.insert("policy_type".to_owned(), json!(kind));
        let names = |document: &Value| document.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let mut wanted: Vec<_> = expected.keys().cloned().collect();
        let mut seen = names(&found);
        wanted.sort();
        seen.sort();
        assert_eq!(seen, wanted, "{kind}");
        for (name, value) in &expected {
            let same = match (value.as_f64(), found[name].as_f64()) {
                (Some(value), Some(found)) => value == found,
                _ if name == "step_adjustments" => found[name][1]["lower_bound"] == 10.0,
                _ => *value == found[name],
            };
            assert!(same, "{kind} {name}: {} is not {value}", found[name]);
        }
        rig.user01("PUT /policies/p", found.clone()).await.ok();
        assert_eq!(shown(&rig).await, found);
        rig.user01("DELETE /policies/p", Value::Null).await.ok();
        rig.user01("POST /policies", found.clone()).await.ok();
        assert_eq!(shown(&rig).await, found);
        rig.user01("DELETE /policies/p", Value::Null).await.ok();
    }
    rig.stop().await;
}

#[tokio::test]
async fn names_of_metrics_and_statistics_are_taken_in_any_case_and_shown_as_they_were_given() {
    let rig = rig().await;
    for (metric, statistic) in [("cpu", "avg"), ("Mem", "Max"), ("MEM", "sum"), ("CPU", "P95")] {
        let given = but(
            but(tracking(), "metric", json!(metric)),
            "statistic",
            json!(statistic),
        );
        rig.user01("POST /policies", given).await.ok();
        let found = shown(&rig).await;
        assert_eq!(
            (&found["metric"], &found["statistic"]),
            (&json!(metric), &json!(statistic))
        );
        rig.user01("DELETE /policies/p", Value::Null).await.ok();
    }
    // The load of a whole group may be more than that of one instance.
    let of_all = but(policy("p", "asg1"), "statistic", json!("SUM"));
    rig.user01("POST /policies", but(of_all, "upper_threshold", json!(640)))
        .await
        .ok();
    rig.stop().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_the_field_and_the_reason() {
    let rig = rig().await;
    let open = json!({"lower_bound": 10, "scaling_adjustment": 2});
    let first = json!({"lower_bound": 0, "upper_bound": 10, "scaling_adjustment": 1});
    let refused: &[(Value, &[&str])] = &[
        // Kinds.
        (
            but(tracking(), "policy_type", json!("forecast")),
            &["policy_type: \"forecast\" is none of threshold, target_tracking, step, simple, predictive"],
        ),
        (
            but(tracking(), "policy_type", json!("step")),
            &[
                "target_value: a step policy has none, target_tracking and predictive policies have; policy_type",
                "threshold: is required",
                "comparison: is required",
                "adjustment_type: is required",
                "step_adjustments: is required",
            ],
        ),
        (
            but(
                but(tracking(), "policy_type", json!("target_tracking")),
                "upper_threshold",
                json!(80),
            ),
            &["upper_threshold: a target_tracking policy has none, threshold policies have"],
        ),
        (
            but(tracking(), "breach_duration", json!(60)),
            &["breach_duration: a target_tracking policy has none, threshold and step and simple policies"],
        ),
        (
            but(simple(), "panic_window", json!(6)),
            &["panic_window: a simple policy has none, target_tracking"],
        ),
        (
            with(json!({})),
            &[
                "breach_duration: is required",
                "scale_out_step: is required",
                "lower_threshold: is required",
            ],
        ),
        (
            but(tracking(), "target_valu", json!(6)),
            &["target_valu", "did you mean \"target_value\""],
        ),
        // What is measured.
        (
            but(tracking(), "metric", json!("DISK")),
            &["metric: DISK", "CPU, MEM"],
        ),
        (
            but(policy("p", "asg1"), "metric", json!("")),
            &["metric: \"\" is too short"],
        ),
        (
            but(tracking(), "statistic", json!("p100")),
            &["statistic: p100", "AVG, MAX, MIN, SUM, p1 to p99"],
        ),
        (
            but(tracking(), "source", json!("prometheus1")),
            &[
                "source: \"prometheus1\" is not declared in the configuration: use one of agent, app, queue, traffic",
            ],
        ),
        (
            but(
                but(tracking(), "source", json!("traffic")),
                "metric",
                json!("x".repeat(4097)),
            ),
            &["metric: \"xxx", "at most 4096 are allowed"],
        ),
        (
            but(
                but(tracking(), "source", json!("queue")),
                "metric",
                json!("x".repeat(65)),
            ),
            &["metric: has 65 characters, and at most 64 are allowed for source queue"],
        ),
        (
            but(
                but(tracking(), "source", json!("traffic")),
                "target_value",
                json!(0),
            ),
            &["target_value: 0 is not above 0"],
        ),
        (
            but(policy("p", "asg1"), "sampling_window", json!(800)),
            &[
                "sampling_window: 800 and breach_duration 120 look back 920 s",
                "kept for 900 s",
            ],
        ),
        (
            but(tracking(), "sampling_window", json!(901)),
            &["sampling_window: 901 and breach_duration 0", "900 s"],
        ),
        (
            but(tracking(), "panic_window", json!(901)),
            &["panic_window: 901 is above 900"],
        ),
        (
            but(tracking(), "missing_data", json!("scale_in")),
            &["missing_data: \"scale_in\": use hold, floor N"],
        ),
        (
            but(tracking(), "shadow", json!("yes")),
            &["shadow", "true or false"],
        ),
        // Figures.
        (
            but(tracking(), "target_value", json!(0)),
            &["target_value: 0 is not above 0"],
        ),
        (
            but(tracking(), "target_value", json!(101)),
            &["target_value: 101", "at most 100"],
        ),
        (
            but(tracking(), "tolerance", json!(-1)),
            &["tolerance: -1", "from 0 to 100"],
        ),
        (but(tracking(), "tolerance", json!(100.5)), &["tolerance: 100.5"]),
        (
            but(tracking(), "panic_threshold", json!(99)),
            &["panic_threshold: 99"],
        ),
        (
            but(step(), "threshold", json!(101)),
            &["threshold: 101 is not a number from 0 to 100"],
        ),
        (
            but(but(step(), "metric", json!("NETWORK_IN")), "threshold", json!(-1)),
            &["threshold: -1 is below 0"],
        ),
        (
            but(tracking(), "metric", json!("DISK")),
            &["metric: DISK: expected one of CPU, MEM, NETWORK_IN, NETWORK_OUT"],
        ),
        (
            but(step(), "comparison", json!("over")),
            &["comparison: \"over\" is none of above, below"],
        ),
        (
            but(step(), "adjustment_type", json!("Change")),
            &[
                "adjustment_type: \"Change\"",
                "ChangeInCapacity, ExactCapacity, Percent",
            ],
        ),
        (
            but(step(), "adjustment_type", json!("ChangeInCapacity")),
            &["min_adjustment_magnitude: 2: only adjustment_type PercentChangeInCapacity"],
        ),
        (
            but(simple(), "scaling_adjustment", json!(0)),
            &["scaling_adjustment: 0 changes nothing"],
        ),
        (
            but(simple(), "scaling_adjustment", json!(-2001)),
            &["scaling_adjustment: -2001 is outside -2000 to 2000, which adjustment_type ChangeInCapacity"],
        ),
        (
            but(simple(), "adjustment_type", json!("ExactCapacity")),
            &["scaling_adjustment: -1 is outside 0 to 2000"],
        ),
        (
            but(
                but(simple(), "adjustment_type", json!("PercentChangeInCapacity")),
                "scaling_adjustment",
                json!(-101),
            ),
            &["scaling_adjustment: -101 is outside -100 to 200000"],
        ),
        (but(simple(), "cooldown", json!(-1)), &["cooldown: -1 is below 0"]),
        // Steps.
        (
            steps(json!([])),
            &["step_adjustments: has 0 entries, from 1 to 20"],
        ),
        (steps(json!({})), &["step_adjustments: {} is not a list"]),
        (
            steps(json!([7])),
            &["step_adjustments: entry 1: 7 is not a JSON object"],
        ),
        (
            steps(json!([{"lower_bound": 0, "upper": 9}])),
            &[
                "step_adjustments: entry 1: \"upper\": no field of a step adjustment",
                "upper_bound",
                "scaling_adjustment: is required",
            ],
        ),
        (
            steps(json!([{"scaling_adjustment": 1}])),
            &["step_adjustments: entry 1: lower_bound or upper_bound is required"],
        ),
        (
            steps(json!([open, {"lower_bound": 5, "upper_bound": 5, "scaling_adjustment": 1}])),
            &["step_adjustments: entry 2: lower_bound 5 is not below upper_bound 5"],
        ),
        (
            steps(json!([{"lower_bound": 12, "scaling_adjustment": 2}, first])),
            &["step_adjustments: entries 2 and 1 leave a gap from 10 to 12"],
        ),
        (
            steps(json!([first, {"lower_bound": 9, "scaling_adjustment": 2}])),
            &["step_adjustments: entries 1 and 2 overlap from 9"],
        ),
        (
            steps(json!([{"lower_bound": 0, "scaling_adjustment": 1}, open])),
            &["step_adjustments: entries 1 and 2 overlap from 10"],
        ),
        (
            steps(
                json!([{"upper_bound": 0, "scaling_adjustment": 1}, {"upper_bound": 5, "scaling_adjustment": 1}]),
            ),
            &["step_adjustments: entries 1 and 2 overlap without lower_bound"],
        ),
        (
            steps(json!([first])),
            &[
                "step_adjustments: entry 1 ends at 10, above the threshold: one without upper_bound is required",
            ],
        ),
        (
            steps(json!([{"lower_bound": -5, "scaling_adjustment": 1}])),
            &["step_adjustments: entry 1 begins at -5, below the threshold: one without lower_bound"],
        ),
        (
            steps(json!([{"upper_bound": 0, "scaling_adjustment": -1}])),
            &["step_adjustments: none is above the threshold"],
        ),
        (
            steps(json!([first, {"lower_bound": 10, "scaling_adjustment": -2}])),
            &["step_adjustments: entry 1 adds (1) and entry 2 removes (-2)"],
        ),
        (
            but(steps(json!([open])), "comparison", json!("below")),
            &["step_adjustments: none is below the threshold"],
        ),
    ];
    for (given, fragments) in refused {
        rig.expect(&[("POST /policies", given.clone(), 422, fragments)])
            .await;
    }
    assert_eq!(rig.user01("GET /policies", Value::Null).await.ok(), json!([]));
    rig.stop().await;
}

#[tokio::test]
async fn a_forecast_is_of_the_load_of_the_whole_group() {
    let rig = rig().await;
    let refused: &[(&str, Value, &[&str])] = &[
        (
            "statistic",
            json!("MAX"),
            &["statistic: MAX: a predictive policy forecasts the load of the whole group, which AVG and SUM"],
        ),
        ("statistic", json!("min"), &["statistic: min: a predictive"]),
        ("statistic", json!("p90"), &["statistic: p90: a predictive"]),
        ("statistic", json!("mean"), &["statistic: mean: expected one of"]),
        ("metric", json!("DISK"), &["metric: DISK: expected one of"]),
        ("source", json!("gone"), &["source: \"gone\" is not declared"]),
        ("target_value", json!(0), &["target_value: 0 is not above 0"]),
        ("target_value", json!(101), &["target_value: 101", "at most 100"]),
        (
            "scheduling_buffer_time",
            json!(3601),
            &["scheduling_buffer_time: 3601 is above 3600"],
        ),
        (
            "scheduling_buffer_time",
            json!(-1),
            &["scheduling_buffer_time: -1"],
        ),
        (
            "sampling_window",
            json!(60),
            &["sampling_window: a predictive policy has none, threshold and target_tracking and step and"],
        ),
        (
            "missing_data",
            json!("floor 3"),
            &["missing_data: a predictive policy has none"],
        ),
        (
            "breach_duration",
            json!(60),
            &["breach_duration: a predictive policy has none"],
        ),
        (
            "tolerance",
            json!(5),
            &["tolerance: a predictive policy has none, target_tracking"],
        ),
    ];
    for (field, value, fragments) in refused {
        let given = but(predictive(), field, value.clone());
        rig.expect(&[("POST /policies", given, 422, fragments)]).await;
    }
    for (field, value) in [
        ("metric", json!("NETWORK_IN")),
        ("statistic", json!("sum")),
        ("source", json!("traffic")),
        ("shadow", json!(true)),
    ] {
        rig.user01("POST /policies", but(predictive(), field, value))
            .await
            .ok();
        rig.user01("DELETE /policies/p", Value::Null).await.ok();
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_policy_becomes_predictive_and_something_else_again() {
    let rig = rig().await;
    rig.user01("POST /policies", but(policy("p", "asg1"), "shadow", json!(true)))
        .await
        .ok();
    let change = json!({"policy_type": "predictive", "target_value": 50});
    rig.user01("PUT /policies/p", change).await.ok();
    let expected = json!({
        "name": "p", "auto_scaling_group": "asg1", "policy_type": "predictive", "source": "agent", "metric": "CPU",
        "statistic": "AVG", "shadow": true, "business_hours_only": false, "target_value": 50.0,
        "scheduling_buffer_time": 300,
    });
    assert_eq!(shown(&rig).await, expected);
    rig.expect(&[
        (
            "PUT /policies/p",
            json!({"statistic": "p95"}),
            422,
            &["statistic: p95: a predictive"],
        ),
        (
            "PUT /policies/p",
            json!({"policy_type": "target_tracking", "target_value": 50}),
            422,
            &["sampling_window: is required"],
        ),
        (
            "PUT /policies/p",
            json!({"policy_type": "target_tracking", "target_value": 50, "sampling_window": 60}),
            200,
            &[],
        ),
    ])
    .await;
    assert_eq!(shown(&rig).await["missing_data"], "hold");
    rig.stop().await;
}

#[tokio::test]
async fn an_update_stays_within_the_kind_unless_it_brings_all_of_another() {
    let rig = rig().await;
    rig.user01("POST /policies", but(policy("p", "asg1"), "shadow", json!(true)))
        .await
        .ok();
    rig.expect(&[
        (
            "PUT /policies/p",
            json!({"target_value": 50}),
            422,
            &["target_value: a threshold policy has none, target_tracking and predictive policies have"],
        ),
        (
            "PUT /policies/p",
            json!({"policy_type": "simple", "threshold": 50}),
            422,
            &[
                "comparison: is required",
                "adjustment_type: is required",
                "scaling_adjustment: is required",
            ],
        ),
        (
            "PUT /policies/p",
            json!({"policy_type": "target_tracking"}),
            422,
            &["target_value: is required"],
        ),
        (
            "PUT /policies/p",
            json!({"lower_threshold": 81}),
            422,
            &["lower_threshold: 81 is not below upper_threshold 80"],
        ),
        (
            "PUT /policies/p",
            json!({"lower_threshold": 40, "missing_data": "floor 3"}),
            200,
            &[],
        ),
    ])
    .await;
    let found = shown(&rig).await;
    assert_eq!(
        (&found["lower_threshold"], &found["upper_threshold"]),
        (&json!(40.0), &json!(80.0))
    );
    let change = json!({"policy_type": "target_tracking", "target_value": 50});
    rig.user01("PUT /policies/p", change).await.ok();
    let expected = json!({
        "name": "p", "auto_scaling_group": "asg1", "policy_type": "target_tracking", "source": "agent", "metric": "CPU",
        "statistic": "AVG", "sampling_window": 60, "missing_data": "floor 3", "shadow": true, "business_hours_only": false,
        "target_value": 50.0,
        "tolerance": 10.0, "disable_scale_in": false, "panic_window": 6, "panic_threshold": 200.0,
    });
    assert_eq!(shown(&rig).await, expected);
    rig.expect(&[
        (
            "PUT /policies/p",
            json!({"tolerance": 5, "policy_type": null}),
            200,
            &[],
        ),
        (
            "PUT /policies/p",
            json!({"lower_threshold": 5}),
            422,
            &["lower_threshold: a target_tracking policy"],
        ),
        (
            "PUT /policies/q",
            json!({"lower_threshold": 5}),
            404,
            &["not found"],
        ),
    ])
    .await;
    assert_eq!(shown(&rig).await, but(expected, "tolerance", json!(5.0)));
    rig.stop().await;
}

#[tokio::test]
async fn a_cooldown_is_taken_back_with_null() {
    let rig = rig().await;
    rig.user01("POST /policies", but(simple(), "cooldown", json!(0)))
        .await
        .ok();
    assert_eq!(shown(&rig).await["cooldown"], 0);
    rig.user01("PUT /policies/p", json!({"threshold": 30})).await.ok();
    assert_eq!(shown(&rig).await["cooldown"], 0);
    rig.user01("PUT /policies/p", json!({"cooldown": null}))
        .await
        .ok();
    assert_eq!(shown(&rig).await.get("cooldown"), None);
    rig.stop().await;
}

#[tokio::test]
async fn a_policy_that_is_added_changed_or_deleted_wakes_who_acts_on_it() {
    let rig = rig().await;
    let mut nudges = rig.bus.nudges().await.unwrap();
    for (request, body) in [
        ("POST /policies", tracking()),
        ("PUT /policies/p", json!({"target_value": 60})),
        ("DELETE /policies/p", Value::Null),
    ] {
        rig.user01(request, body).await.ok();
        assert_eq!(
            nudges.next().await,
            Some(Received::Item(Nudge::Policies)),
            "{request}"
        );
    }
    // With its group it goes as well.
    rig.user01("POST /policies", tracking()).await.ok();
    assert_eq!(nudges.next().await, Some(Received::Item(Nudge::Policies)));
    rig.user01("DELETE /asgs/asg1", Value::Null).await.ok();
    assert!(matches!(
        nudges.next().await,
        Some(Received::Item(Nudge::Group(_)))
    ));
    assert_eq!(nudges.next().await, Some(Received::Item(Nudge::Policies)));
    // Of what policies are not made nobody hears.
    rig.user01("POST /lconfs", crate::rig::lconf("c")).await.ok();
    rig.bus.nudge(Nudge::Report).await.unwrap();
    assert_eq!(nudges.next().await, Some(Received::Item(Nudge::Report)));
    rig.stop().await;
}

#[tokio::test]
async fn a_policy_that_was_stored_when_nothing_was_checked_is_shown_mended_and_deleted() {
    let rig = rig().await;
    let old = Document {
        account: AccountName::parse("user01").unwrap(),
        generation: Generation(1),
        used_by: [].into(),
        body: Body::Policy(Policy {
            name: PolicyName::parse("p").unwrap(),
            auto_scaling_group: GroupName::parse("asg1").unwrap(),
            source: "agent".to_owned(),
            metric: "REQUESTS".to_owned(),
            statistic: "mean".to_owned(),
            sampling_window: 86_400,
            breach_duration: 120,
            missing_data: OnMissing::Hold,
            shadow: false,
            business_hours_only: false,
            rule: Rule::Threshold(Threshold {
                scale_out_step: 1,
                scale_in_step: -1,
                upper_threshold: 80.0,
                lower_threshold: 30.0,
            }),
        }),
    };
    rig.store.create_document(&old).await.unwrap();
    let found = shown(&rig).await;
    assert_eq!(
        (&found["metric"], &found["sampling_window"]),
        (&json!("REQUESTS"), &json!(86_400))
    );
    assert_eq!(
        rig.user01("GET /policies", Value::Null).await.ok(),
        json!([found])
    );
    let mended = json!({"metric": "CPU", "statistic": "AVG", "sampling_window": 60});
    rig.expect(&[
        (
            "PUT /policies/p",
            json!({"upper_threshold": 90}),
            422,
            &["metric: REQUESTS"],
        ),
        ("PUT /policies/p", mended, 200, &[]),
        ("DELETE /policies/p", Value::Null, 200, &[]),
    ])
    .await;
    rig.stop().await;
}
