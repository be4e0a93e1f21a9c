//! What contradicts itself is refused, and what never applies.

use super::*;

const HIGHER: &str =
    "where the metric is higher: what is further from the threshold cannot do the less about it";

/// A step policy below its threshold.
fn below(adjustments: Value) -> Value {
    but(
        but(steps(adjustments), "comparison", json!("below")),
        "threshold",
        json!(40),
    )
}

/// The same document on figures that accounts tell.
fn pushed(document: Value) -> Value {
    but(but(document, "source", json!("app")), "metric", json!("free"))
}

async fn refused(given: &[(Value, &str)]) {
    let rig = rig().await;
    for (given, problem) in given {
        rig.expect(&[("POST /policies", given.clone(), 422, &[problem])])
            .await;
    }
    assert_eq!(rig.user01("GET /policies", Value::Null).await.ok(), json!([]));
    rig.stop().await;
}

async fn taken(given: Vec<Value>) {
    let rig = rig().await;
    for given in given {
        rig.user01("POST /policies", given).await.ok();
        rig.user01("DELETE /policies/p", Value::Null).await.ok();
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_step_that_does_less_about_more_is_refused() {
    let falls = json!([
        {"lower_bound": 0, "upper_bound": 10, "scaling_adjustment": 5}, {"lower_bound": 10, "scaling_adjustment": 1},
    ]);
    let less = json!([
        {"upper_bound": -10, "scaling_adjustment": -1},
        {"lower_bound": -10, "upper_bound": 0, "scaling_adjustment": -5},
    ]);
    let exact = but(steps(falls.clone()), "adjustment_type", json!("ExactCapacity"));
    let places = json!([
        {"upper_bound": -10, "scaling_adjustment": 1},
        {"lower_bound": -10, "upper_bound": 0, "scaling_adjustment": 5},
    ]);
    let zigzag = json!([
        {"lower_bound": 0, "upper_bound": 10, "scaling_adjustment": 5},
        {"lower_bound": 10, "upper_bound": 20, "scaling_adjustment": 1},
        {"lower_bound": 20, "scaling_adjustment": 9},
    ]);
    let zigzag = but(steps(zigzag), "adjustment_type", json!("ExactCapacity"));
    refused(&[
        (
            steps(falls.clone()),
            &format!("step_adjustments: entry 2 (1) gives less than entry 1 (5) {HIGHER}"),
        ),
        (
            exact,
            &format!("step_adjustments: entry 2 (1) gives less than entry 1 (5) {HIGHER}"),
        ),
        (
            below(less),
            &format!("step_adjustments: entry 2 (-5) gives less than entry 1 (-1) {HIGHER}"),
        ),
        (
            pushed(steps(falls)),
            &format!("step_adjustments: entry 2 (1) gives less than entry 1 (5) {HIGHER}"),
        ),
        (
            pushed(below(places)),
            &format!("step_adjustments: entry 2 (5) gives more than entry 1 (1) {HIGHER}"),
        ),
        (
            pushed(zigzag),
            &format!("step_adjustments: entry 3 (9) gives more than entry 2 (1) {HIGHER}"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_load_of_instances_takes_more_instances_where_it_is_more() {
    let removes = json!([{"lower_bound": 0, "scaling_adjustment": -1}]);
    let adds = json!([{"upper_bound": 0, "scaling_adjustment": 1}]);
    refused(&[
        (
            steps(removes),
            "step_adjustments: entry 1: scaling_adjustment: -1 removes instances while comparison is \"above\"",
        ),
        (
            below(adds),
            "step_adjustments: entry 1: scaling_adjustment: 1 adds instances while comparison is \"below\"",
        ),
        (
            but(simple(), "comparison", json!("above")),
            "scaling_adjustment: -1 removes instances while comparison is \"above\": more of this metric",
        ),
        (
            but(simple(), "scaling_adjustment", json!(2)),
            "scaling_adjustment: 2 adds instances while comparison is \"below\": less of this metric",
        ),
    ])
    .await;
}

#[tokio::test]
async fn more_of_other_figures_can_take_fewer_instances() {
    let places = json!([
        {"upper_bound": -10, "scaling_adjustment": 5},
        {"lower_bound": -10, "upper_bound": 0, "scaling_adjustment": 1},
    ]);
    let spare = json!([
        {"lower_bound": 0, "upper_bound": 10, "scaling_adjustment": -1}, {"lower_bound": 10, "scaling_adjustment": -5},
    ]);
    let calm = json!([
        {"upper_bound": -10, "scaling_adjustment": -5},
        {"lower_bound": -10, "upper_bound": 0, "scaling_adjustment": -1},
    ]);
    taken(vec![
        pushed(below(places)),
        pushed(steps(spare)),
        pushed(but(simple(), "comparison", json!("above"))),
        pushed(but(simple(), "threshold", json!(0))),
        below(calm),
    ])
    .await;
}

#[tokio::test]
async fn what_the_metric_never_is_is_no_threshold() {
    let far = json!([{"lower_bound": 50, "scaling_adjustment": 1}]);
    let deep = json!([{"upper_bound": -50, "scaling_adjustment": -1}]);
    refused(&[
        (
            but(simple(), "threshold", json!(0)),
            "threshold: the metric is never below 0, the least that it can be",
        ),
        (
            but(step(), "threshold", json!(100)),
            "threshold: the metric is never above 100, the most that it can be",
        ),
        (
            steps(far),
            "step_adjustments: entry 1 never applies: threshold 60 and lower_bound 50 make 110, and the metric is from 0 to 100",
        ),
        (
            below(deep),
            "step_adjustments: entry 1 never applies: threshold 40 and upper_bound -50 make -10",
        ),
    ])
    .await;
    // It can be all of it, and a sum more than one has.
    let at_most = json!([{"lower_bound": 40, "scaling_adjustment": 1}]);
    let sum = but(but(step(), "statistic", json!("SUM")), "threshold", json!(100));
    taken(vec![steps(at_most), sum]).await;
}

#[tokio::test]
async fn figures_that_nobody_can_mean_are_refused() {
    refused(&[
        (
            but(tracking(), "missing_data", json!("floor 99999")),
            "missing_data: \"floor 99999\": a group has at most 2000 instances",
        ),
        (
            but(pushed(tracking()), "target_value", json!(1e-300)),
            "target_value: 1e-300 is below 0.000001, the least that a target can be",
        ),
        (
            but(pushed(tracking()), "metric", json!("  ")),
            "metric: \"  \" is blank",
        ),
        (
            but(tracking(), "panic_window", json!(61)),
            "panic_window: 61 is longer than sampling_window 60",
        ),
    ])
    .await;
    taken(vec![
        but(tracking(), "missing_data", json!("floor 2000")),
        but(pushed(tracking()), "target_value", json!(0.000_001)),
        but(tracking(), "panic_window", json!(60)),
    ])
    .await;
}

#[tokio::test]
async fn a_burst_is_looked_for_within_the_window_there_is() {
    let rig = rig().await;
    let short = but(tracking(), "sampling_window", json!(2));
    rig.user01("POST /policies", short).await.ok();
    assert_eq!(shown(&rig).await["panic_window"], 2);
    rig.user01("DELETE /policies/p", Value::Null).await.ok();
    rig.user01("POST /policies", tracking()).await.ok();
    assert_eq!(shown(&rig).await["panic_window"], 6);
    rig.user01("PUT /policies/p", json!({"sampling_window": 3}))
        .await
        .ok();
    assert_eq!(shown(&rig).await["panic_window"], 3);
    rig.stop().await;
}
