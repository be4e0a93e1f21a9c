//! Updates within a kind, and from one to another.

use super::*;

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
