//! Policies of every kind.

mod contradictory;
mod kinds;
mod predictive;
mod refused;

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
