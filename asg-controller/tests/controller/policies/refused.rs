//! What cannot be meant is refused.

use super::*;

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
