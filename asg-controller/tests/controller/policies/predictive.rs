//! Policies that forecast.

use super::*;

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
