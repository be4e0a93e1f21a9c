//! What each kind of policy wishes for, and the words for it.

use serde_json::json;

use super::stage::{Figure, Stage, target, threshold};

fn sole(instances: u32, policy: serde_json::Value, figure: Figure) -> Stage {
    Stage::of(instances).policy("p", policy).sees("p", figure)
}

#[test]
fn a_threshold_steps_out_of_its_band_and_holds_in_it() {
    for (value, capacity, reason) in [
        (80.1, 5, "AVG CPU over 60 s is 80.1, above 80 for 120 s: 1 more"),
        (80.0, 4, "AVG CPU over 60 s is 80, between 30 and 80: no change"),
        (30.0, 4, "AVG CPU over 60 s is 30, between 30 and 80: no change"),
        (29.5, 3, "AVG CPU over 60 s is 29.5, below 30 for 120 s: 1 fewer"),
    ] {
        let wish = sole(4, threshold(30.0, 80.0, 120), Figure::Steady(value)).wish();
        assert_eq!((wish.capacity, wish.reason.as_str()), (Some(capacity), reason));
        assert_eq!(
            (wish.value, wish.reported, wish.metric.as_str()),
            (Some(value), 4, "AVG CPU over 60 s")
        );
    }
}

#[test]
fn a_breach_must_last_from_its_first_moment() {
    for (value, before, side) in [(90.0, 50.0, "above 80"), (10.0, 50.0, "below 30")] {
        for (since, lasts) in [(121, true), (120, false), (60, false), (1, false)] {
            let figure = Figure::Since(value, since, Some(before));
            let wish = sole(4, threshold(30.0, 80.0, 120), figure).wish();
            assert_eq!(wish.capacity != Some(4), lasts, "since {since}: {}", wish.reason);
            let yet = format!("AVG CPU over 60 s is {value}, {side}, but not for 120 s yet: no change");
            assert!(lasts || wish.reason == yet, "{}", wish.reason);
        }
    }
}

#[test]
fn a_threshold_removes_nothing_that_would_bring_it_above_the_other() {
    let wish = sole(2, threshold(45.0, 80.0, 0), Figure::Steady(44.0)).wish();
    assert_eq!(wish.capacity, Some(2));
    let reason = "AVG CPU over 60 s is 44, below 45, but 1 fewer would bring it to 88, and the upper threshold is 80: no change";
    assert_eq!(wish.reason, reason);
    assert_eq!(sole(2, threshold(45.0, 80.0, 0), Figure::Steady(39.0)).after(), 1);
    let sum = threshold(45.0, 80.0, 0);
    let total = sole(2, sum, Figure::Steady(44.0)).with(|stage| stage.policies[0].statistic = "SUM".into());
    assert_eq!(total.after(), 1, "a sum is the same for any number of instances");
}

#[test]
fn what_single_precision_adds_or_takes_decides_nothing() {
    let seventh = f64::from((150.0_f64 / 7.0) as f32);
    assert!(seventh * 7.0 > 150.0);
    let wish = sole(7, target(50.0), Figure::Steady(seventh)).wish();
    assert_eq!(wish.capacity, Some(3), "{}", wish.reason);
    let below = |value| sole(3, threshold(60.0, 80.0, 0), Figure::Steady(value)).after();
    assert_eq!(
        below(53.333_33),
        3,
        "2 would have 79.999995, which may be told as more than 80"
    );
    assert_eq!(below(53.333), 2);
}

#[test]
fn the_last_instance_goes_only_without_load() {
    assert_eq!(sole(1, threshold(45.0, 80.0, 0), Figure::Steady(0.1)).after(), 1);
    assert_eq!(sole(1, threshold(45.0, 80.0, 0), Figure::Steady(0.0)).after(), 0);
}

#[test]
fn an_idle_group_at_its_minimum_does_not_look_back() {
    let idle = Figure::Since(1.0, 1, None);
    let stage = sole(2, threshold(30.0, 80.0, 600), idle.clone()).with(|s| s.group.spec.min_size = 2);
    let wish = stage.wish();
    assert_eq!(
        (wish.capacity, wish.reason.as_str()),
        (
            Some(2),
            "AVG CPU over 60 s is 1, below 30, at min_size 2 already: no change"
        )
    );
    let above_it = sole(2, threshold(30.0, 80.0, 600), idle).wish().reason;
    assert!(above_it.contains("5 s ago: no samples"), "{above_it}");
}

#[test]
fn a_target_says_how_far_it_is() {
    let wish = sole(4, target(50.0), Figure::Steady(80.0)).wish();
    assert_eq!(wish.capacity, Some(7));
    assert_eq!(
        wish.reason,
        "AVG CPU over 60 s is 80, 160 % of the target 50: 3 more"
    );
}

#[test]
fn a_figure_of_a_source_is_of_the_whole_group() {
    let stage = Stage::of(4).policy(
        "p",
        json!({"target_value": 100, "source": "web", "metric": "sum(rate(x[1m]))"}),
    );
    let wish = stage.is("p", 650.0).wish();
    assert_eq!(wish.capacity, Some(7));
    assert_eq!(
        wish.reason,
        "the figure of web is 650, 163 % of the target 100: 3 more"
    );
    let from_nothing = Stage::of(0).policy("p", json!({"target_value": 100, "source": "web"}));
    assert_eq!(from_nothing.clone().is("p", 250.0).after(), 3);
    assert_eq!(from_nothing.is("p", 0.0).after(), 0);
}

#[test]
fn a_burst_in_the_short_window_adds_by_it_and_removes_nothing() {
    let burst = |steady, burst| sole(4, target(20.0), Figure::Burst(steady, 10, burst));
    assert_eq!(burst(22.0, 39.9).after(), 4, "below 200 % of the target");
    let wish = burst(22.0, 50.0).wish();
    assert_eq!(wish.capacity, Some(10));
    assert_eq!(
        wish.reason,
        "AVG CPU over 60 s is 22, but over 6 s 50, 200 % or more (target 20): 6 more"
    );
    assert_eq!(
        burst(5.0, 40.0).after(),
        8,
        "although the long window would remove"
    );
    assert_eq!(burst(60.0, 40.0).after(), 12, "the long window wants more");
}

#[test]
fn where_all_is_used_capacity_doubles() {
    let burst = |value| sole(4, target(60.0), Figure::Burst(60.0, 10, value));
    assert_eq!(burst(94.9).after(), 4);
    let wish = burst(95.0).wish();
    assert_eq!(wish.capacity, Some(8));
    assert_eq!(
        wish.reason,
        "AVG CPU over 60 s is 60, but over 6 s 95, 95 % or more: capacity doubles (target 60): 4 more"
    );
    let doubled = burst(95.0).with(|stage| {
        stage.step();
    });
    assert_eq!(doubled.after(), 8, "once for those that are measured");
    assert_eq!(
        sole(4, target(97.0), Figure::Steady(96.0)).after(),
        4,
        "below the target"
    );
    let no_window = json!({"target_value": 60, "panic_window": 0});
    assert_eq!(sole(4, no_window, Figure::Burst(60.0, 10, 99.0)).after(), 4);
    let sum = json!({"target_value": 60, "statistic": "SUM"});
    assert_eq!(
        sole(4, sum, Figure::Steady(240.0)).after(),
        4,
        "a sum does not saturate"
    );
    let sum = json!({"target_value": 60, "statistic": "SUM"});
    let of_each = |each: f64| sole(4, sum.clone(), Figure::Burst(240.0, 10, 4.0 * each)).after();
    assert_eq!((of_each(94.0), of_each(96.0)), (4, 8), "but instances do");
    let traffic = json!({"target_value": 60, "metric": "NETWORK_IN"});
    assert_eq!(
        sole(4, traffic, Figure::Burst(60.0, 10, 110.0)).after(),
        4,
        "nor do bytes a second"
    );
}

#[test]
fn a_target_that_only_adds_removes_nothing_and_keeps_what_it_takes() {
    let adds = json!({"target_value": 50, "disable_scale_in": true, "panic_window": 0});
    let stage = |value| {
        let stage = sole(8, adds.clone(), Figure::Steady(value));
        stage.with(|stage| stage.group.spec.scaling.scale_in_stabilization = Some(0))
    };
    assert_eq!(stage(80.0).after(), 13);
    assert_eq!(stage(20.0).after(), 8);
    let reason = "AVG CPU over 60 s is 20, 40 % of the target 50: 4 would do, and it only adds";
    assert_eq!(stage(20.0).wish().reason, reason);
    let by_six = json!({
        "threshold": 30, "comparison": "below", "adjustment_type": "ChangeInCapacity",
        "step_adjustments": [{"upper_bound": 0, "scaling_adjustment": -6}],
    });
    let with_step = stage(20.0).policy("step", by_six).is("step", 20.0);
    assert_eq!(
        with_step.after(),
        4,
        "others may remove, but not below what it takes"
    );
}

#[test]
fn a_step_policy_out_of_breach_hinders_nobody() {
    let out = json!({
        "threshold": 80, "comparison": "above", "adjustment_type": "ChangeInCapacity",
        "step_adjustments": [{"lower_bound": 0, "scaling_adjustment": 2}],
    });
    let stage = Stage::of(4)
        .policy("out", out)
        .policy("band", threshold(30.0, 80.0, 0));
    let stage = stage.is("out", 20.0).is("band", 20.0);
    let wish = stage.wish();
    assert_eq!(
        (wish.capacity, wish.reason.as_str()),
        (None, "AVG CPU over 60 s is 20, not above 80")
    );
    assert_eq!(stage.after(), 3);
    assert_eq!(stage.is("out", 90.0).after(), 6);
}

#[test]
fn all_must_agree_to_remove_and_one_is_enough_to_add() {
    let two = |a, b| {
        let stage = Stage::of(4)
            .policy("a", threshold(30.0, 80.0, 0))
            .policy("b", threshold(30.0, 80.0, 0));
        stage.is("a", a).is("b", b).after()
    };
    assert_eq!(two(20.0, 20.0), 3);
    assert_eq!(two(20.0, 50.0), 4);
    assert_eq!(two(20.0, 90.0), 5);
}

#[test]
fn without_policies_nothing_happens() {
    let decided = Stage::of(4).decided();
    assert_eq!(
        (decided.decision.after, decided.wished, decided.recheck),
        (4, 4, None)
    );
    assert_eq!(decided.decision.outcome, "desired capacity stays 4");
}
