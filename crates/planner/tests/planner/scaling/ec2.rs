//! What EC2 documents of step and simple scaling, in "Step and simple scaling policies for Amazon EC2 Auto Scaling",
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html>, and of a step's bounds in
//! <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html>.

use serde_json::{Value, json};

use super::stage::Stage;

fn scale_out() -> Value {
    json!({
        "threshold": 50, "comparison": "above", "adjustment_type": "PercentChangeInCapacity",
        "step_adjustments": [
            {"lower_bound": 0, "upper_bound": 10, "scaling_adjustment": 0},
            {"lower_bound": 10, "upper_bound": 20, "scaling_adjustment": 10},
            {"lower_bound": 20, "scaling_adjustment": 30},
        ],
    })
}

fn scale_in() -> Value {
    json!({
        "threshold": 50, "comparison": "below", "adjustment_type": "PercentChangeInCapacity",
        "step_adjustments": [
            {"lower_bound": -10, "upper_bound": 0, "scaling_adjustment": 0},
            {"lower_bound": -20, "upper_bound": -10, "scaling_adjustment": -10},
            {"upper_bound": -20, "scaling_adjustment": -30},
        ],
    })
}

fn both(instances: u32, metric: f64) -> Stage {
    let stage = Stage::of(instances)
        .policy("out", scale_out())
        .policy("in", scale_in());
    stage.is("out", metric).is("in", metric)
}

/// "Step adjustments for step scaling": the group goes 10, 11, 14, 13, 10 as its metric goes 60, 70, 40, 30.
#[test]
fn percent_steps_go_as_in_the_example() {
    for (instances, metric, after) in [
        (10, 41.0, 10),
        (10, 50.0, 10),
        (10, 59.0, 10),
        (10, 60.0, 11),
        (11, 70.0, 14),
        (14, 40.0, 13),
        (13, 30.0, 10),
    ] {
        assert_eq!(both(instances, metric).after(), after, "{instances} at {metric}");
    }
}

/// "Instance warmup": what warms up is counted already, so that the same step adds nothing, and the next the rest.
#[test]
fn a_step_adds_only_what_is_beyond_what_warms_up() {
    for (metric, after) in [(60.0, 11), (62.0, 11), (70.0, 13)] {
        assert_eq!(
            both(11, metric).warming(1).after(),
            after,
            "in service, at {metric}"
        );
        assert_eq!(
            both(11, metric).launching(1).after(),
            after,
            "launching, at {metric}"
        );
    }
    let reason = both(11, 70.0).warming(1).wish().reason;
    assert_eq!(
        reason,
        "AVG CPU over 60 s is 70, above 50, +30 %, 1 warming up already: 2 more"
    );
}

/// "Instance warmup": scale-in is blocked until all are warm.
#[test]
fn nothing_is_removed_while_an_instance_warms_up() {
    let stage = both(14, 30.0).warming(1);
    let decision = stage.decision();
    assert_eq!(decision.after, 14);
    assert_eq!(
        decision.wishes[1].reason,
        "AVG CPU over 60 s is 30, below 50, -30 %, but nothing goes while 1 warm up: no change"
    );
}

/// "Instance warmup": what is terminating counts as there, so that the same step does not remove it again.
#[test]
fn a_step_removes_only_what_is_beyond_what_is_leaving() {
    use domain::{Cause, Phase, phase::Remains};
    let by_one = json!({
        "threshold": 50, "comparison": "below", "adjustment_type": "ChangeInCapacity",
        "step_adjustments": [{"upper_bound": 0, "scaling_adjustment": -1}],
    });
    let leaving = |cause| {
        let mut stage = Stage::of(5).policy("in", by_one.clone()).is("in", 20.0);
        stage.add(Phase::Terminating {
            cause,
            since: stage.now,
            remains: Remains::MayRun,
        });
        stage
    };
    assert_eq!(leaving(Cause::ScaleIn).after(), 5);
    assert_eq!(leaving(Cause::Unhealthy).after(), 4, "it is being replaced");
    let surplus = Stage::of(6).policy("in", by_one.clone()).is("in", 20.0);
    let surplus = surplus.with(|stage| stage.group.spec.desired_capacity = 5);
    assert_eq!(surplus.after(), 5, "not terminated yet");
}

/// "Step adjustments": above the threshold the lower bound belongs to a step, below it the upper bound.
#[test]
fn bounds_belong_to_the_step_on_their_far_side() {
    let out = |metric| {
        Stage::of(10)
            .policy("out", scale_out())
            .is("out", metric)
            .wish()
            .capacity
    };
    assert_eq!(out(59.999), Some(10));
    assert_eq!(out(60.0), Some(11));
    assert_eq!(out(69.999), Some(11));
    assert_eq!(out(70.0), Some(13));
    let inwards = |metric| {
        Stage::of(10)
            .policy("in", scale_in())
            .is("in", metric)
            .wish()
            .capacity
    };
    assert_eq!(inwards(40.001), Some(10));
    assert_eq!(inwards(40.0), Some(9));
    assert_eq!(inwards(30.001), Some(9));
    assert_eq!(inwards(30.0), Some(7));
}

fn adjusted(instances: u32, kind: &str, figure: i32, magnitude: u32) -> u32 {
    let simple = json!({
        "threshold": 50, "comparison": "above", "adjustment_type": kind,
        "scaling_adjustment": figure, "min_adjustment_magnitude": magnitude,
    });
    Stage::of(instances)
        .policy("simple", simple)
        .is("simple", 60.0)
        .after()
}

/// "Scaling adjustment types", with the examples of how per cent are rounded.
#[test]
fn adjustments_are_what_the_examples_say() {
    for (instances, kind, figure, magnitude, after) in [
        (3, "ChangeInCapacity", 5, 0, 8),
        (3, "ChangeInCapacity", -5, 0, 0),
        (3, "ExactCapacity", 5, 0, 5),
        (8, "ExactCapacity", 5, 0, 5),
        (10, "PercentChangeInCapacity", 10, 0, 11),
        // 12.7, 0.67, -0.58 and -6.67
        (10, "PercentChangeInCapacity", 127, 0, 22),
        (1, "PercentChangeInCapacity", 67, 0, 2),
        (2, "PercentChangeInCapacity", -29, 0, 1),
        (23, "PercentChangeInCapacity", -29, 0, 17),
        // 25 per cent, at least 2
        (4, "PercentChangeInCapacity", 25, 2, 6),
        (4, "PercentChangeInCapacity", -25, 2, 2),
        (16, "PercentChangeInCapacity", 25, 2, 20),
        (4, "PercentChangeInCapacity", 0, 2, 4),
        (4, "ChangeInCapacity", 1, 2, 5),
    ] {
        let after_it = adjusted(instances, kind, figure, magnitude);
        assert_eq!(
            after_it, after,
            "{kind} {figure} of {instances}, at least {magnitude}"
        );
    }
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/simple-scaling-policies.html>: a simple policy waits for its
/// cooldown, or for the group's where it has none, after any change.
#[test]
fn a_simple_policy_waits_for_its_cooldown() {
    let simple = |cooldown: Option<u32>| {
        let policy = json!({
            "threshold": 50, "comparison": "above", "adjustment_type": "ChangeInCapacity",
            "scaling_adjustment": 2, "cooldown": cooldown,
        });
        Stage::of(3)
            .policy("simple", policy)
            .is("simple", 60.0)
            .with(|stage| {
                stage.group.spec.scale_out_cooldown = 100;
                stage.group.last_scale_in = Some(stage.now);
            })
    };
    for (cooldown, waits) in [(None, 100), (Some(300), 300), (Some(10), 10)] {
        let mut stage = simple(cooldown);
        let decided = stage.decided();
        assert_eq!(decided.decision.after, 3, "{cooldown:?}");
        assert_eq!(
            super::stage::clamps(&decided.decision),
            ["cooldown 5 -> 3"],
            "{cooldown:?}"
        );
        let end = stage.now + std::time::Duration::from_secs(waits);
        assert_eq!(decided.recheck, Some(end), "{cooldown:?}");
        stage.wait(waits - 1);
        assert_eq!(stage.after(), 3, "{cooldown:?}");
        stage.wait(1);
        assert_eq!(stage.after(), 5, "{cooldown:?}");
    }
}

/// All must agree to remove something, and one in breach upwards does not, whether its cooldown lets it act or not.
#[test]
fn a_simple_policy_that_waits_lets_nobody_remove() {
    let waits = json!({
        "threshold": 50, "comparison": "above", "adjustment_type": "ChangeInCapacity",
        "scaling_adjustment": 1, "cooldown": 600,
    });
    let stage = Stage::of(3)
        .policy("simple", waits)
        .is("simple", 60.0)
        .policy("cpu", super::stage::threshold(20.0, 90.0, 0))
        .is("cpu", 5.0)
        .with(|stage| {
            stage.group.last_scale_out = Some(stage.now - std::time::Duration::from_secs(100));
        });
    let held = stage.decision();
    assert_eq!(held.after, 3, "{held:?}");
    assert_eq!(held.wishes[0].capacity, Some(3));
    let outcome = "desired capacity stays 3: policy simple: the last change was 100 s ago, less than its cooldown of 600 s";
    assert_eq!(held.outcome, outcome);
    // What holds one policy is not told as the reason of what another one did.
    let more = stage
        .policy("away", json!({"target_value": 50, "missing_data": "floor 4"}))
        .decision();
    assert_eq!(super::stage::clamps(&more), ["cooldown 4 -> 3"]);
    let outcome =
        "desired capacity goes from 3 to 4: policy away: AVG CPU over 60 s: no samples; floor 4: 1 more";
    assert_eq!(more.outcome, outcome);
}
