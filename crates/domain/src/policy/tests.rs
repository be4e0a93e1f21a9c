#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use serde_json::{Value, json};

use super::*;

fn with(fields: Value) -> Value {
    let mut policy = json!({
        "name": "policy1", "auto_scaling_group": "asg1", "metric": "CPU", "statistic": "AVG",
        "sampling_window": 60,
    });
    let (Some(all), Some(more)) = (policy.as_object_mut(), fields.as_object()) else {
        panic!("objects");
    };
    all.extend(more.clone());
    policy
}

#[test]
fn a_document_of_the_contract_is_a_threshold_on_what_agents_sample() {
    let document = with(json!({
        "breach_duration": 120, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 80, "lower_threshold": 30,
    }));
    let policy: Policy = serde_json::from_value(document).unwrap();
    assert!(policy.is_sampled() && !policy.shadow);
    assert_eq!(policy.missing_data, OnMissing::Hold);
    assert_eq!(policy.rule.policy_type(), "threshold");
}

#[test]
fn every_kind_comes_back_as_it_was_stored() {
    let kinds = [
        json!({"scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 80, "lower_threshold": 30.5}),
        json!({"target_value": 50}),
        json!({
            "threshold": 60, "comparison": "above", "adjustment_type": "PercentChangeInCapacity",
            "min_adjustment_magnitude": 2,
            "step_adjustments": [{"lower_bound": 0, "upper_bound": 10, "scaling_adjustment": 10}],
        }),
        json!({
            "threshold": 40, "comparison": "below", "adjustment_type": "ChangeInCapacity", "scaling_adjustment": -1,
        }),
        json!({"target_value": 50, "scheduling_buffer_time": 0}),
    ];
    for (kind, name) in kinds.into_iter().zip(Rule::TYPES) {
        let policy: Policy = serde_json::from_value(with(kind)).unwrap();
        assert_eq!(policy.rule.policy_type(), name);
        let stored = serde_json::to_value(&policy).unwrap();
        assert_eq!(serde_json::from_value::<Policy>(stored).unwrap(), policy);
    }
}

#[test]
fn a_buffer_time_is_what_tells_a_forecast_from_a_target() {
    let kind = |fields| {
        let policy: Policy = serde_json::from_value(with(fields)).unwrap();
        policy.rule.policy_type()
    };
    let tracking = json!({"target_value": 50, "tolerance": 5, "panic_window": 0});
    assert_eq!(kind(tracking), "target_tracking");
    let stored = json!({"sampling_window": 0, "target_value": 50, "scheduling_buffer_time": 300});
    assert_eq!(kind(stored), "predictive");
}

#[test]
fn what_holds_without_data_is_said_in_words() {
    for text in ["hold", "floor 3", "scale_out"] {
        assert_eq!(text.parse::<OnMissing>().unwrap().to_string(), text);
    }
    for text in ["", "floor", "floor -1", "floor 1.5", "scale in", "HOLD!"] {
        let refused = text.parse::<OnMissing>().unwrap_err().to_string();
        assert!(refused.starts_with(&format!("{text:?}: use hold")), "{refused}");
    }
}
