//! What holds while a metric says nothing.

use serde_json::json;

use planner::schedule::Hours;

use super::stage::{Figure, Stage, clamps, closed_for, target, threshold};

fn blind(missing: &str) -> Stage {
    let policy = threshold(30.0, 80.0, 120);
    let stage = Stage::of(4).policy("p", policy).sees("p", Figure::Nothing);
    stage.with(|stage| stage.policies[0].missing_data = missing.parse().unwrap())
}

#[test]
fn the_policy_says_what_holds() {
    for (missing, after, reason) in [
        ("hold", 4, "AVG CPU over 60 s: no samples; hold: no change"),
        ("floor 3", 4, "AVG CPU over 60 s: no samples; floor 3: no change"),
        ("floor 6", 6, "AVG CPU over 60 s: no samples; floor 6: 2 more"),
        ("scale_out", 5, "AVG CPU over 60 s: no samples; scale_out: 1 more"),
    ] {
        let decision = blind(missing).decision();
        let wish = &decision.wishes[0];
        assert_eq!((decision.after, wish.reason.as_str()), (after, reason));
        assert_eq!((wish.value, wish.reported), (None, 0));
    }
}

#[test]
fn a_figure_below_nothing_is_no_load_to_share() {
    let mut of_queue = target(20.0);
    of_queue["source"] = json!("queue");
    let stage = Stage::of(4).policy("p", of_queue).is("p", -1.0);
    let decision = stage.decision();
    let wish = &decision.wishes[0];
    assert_eq!(decision.after, 4);
    assert!(
        wish.reason
            .contains("-1 is less than 0, and no load; hold: no change"),
        "{}",
        wish.reason
    );
}

#[test]
fn scale_out_waits_for_what_warms_up() {
    assert_eq!(
        blind("scale_out").warming(4).after(),
        4,
        "a group that has just started"
    );
    assert_eq!(blind("scale_out").launching(1).after(), 4);
    assert_eq!(blind("floor 6").warming(4).after(), 6);
}

#[test]
fn each_kind_scales_out_by_its_least() {
    let step = |adjustments: &[i32]| {
        let steps: Vec<_> = adjustments
            .iter()
            .map(|by| json!({"scaling_adjustment": by}))
            .collect();
        json!({
            "threshold": 50, "comparison": "above", "adjustment_type": "ChangeInCapacity", "step_adjustments": steps,
        })
    };
    let simple = |by| {
        json!({
            "threshold": 50, "comparison": "above", "adjustment_type": "ChangeInCapacity", "scaling_adjustment": by,
        })
    };
    for (policy, after) in [
        (target(50.0), 5),
        (step(&[0, 3, 2]), 6),
        (step(&[-1]), 4),
        (simple(3), 7),
        (simple(-3), 4),
    ] {
        let stage = Stage::of(4)
            .policy("p", policy.clone())
            .sees("p", Figure::Nothing);
        let stage = stage.with(|stage| stage.policies[0].missing_data = "scale_out".parse().unwrap());
        assert_eq!(stage.after(), after, "{policy}");
    }
}

#[test]
fn a_gap_within_the_breach_duration_is_missing_data() {
    for value in [90.0, 10.0] {
        let gap = Figure::Since(value, 60, None);
        let stage = blind("hold").sees("p", gap.clone());
        let wish = stage.wish();
        assert_eq!((stage.after(), wish.value), (4, Some(value)));
        assert!(
            wish.reason.contains("but 60 s ago: no samples; hold: no change"),
            "{}",
            wish.reason
        );
        assert_eq!(blind("scale_out").sees("p", gap).after(), 5);
    }
    let quiet = blind("scale_out").sees("p", Figure::Since(50.0, 60, None));
    assert_eq!(quiet.after(), 4, "out of breach nobody looks back");
}

#[test]
fn what_is_no_number_is_missing() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let wish = blind("hold").is("p", value).wish();
        assert_eq!((wish.capacity, wish.value), (Some(4), None), "{}", wish.reason);
    }
}

#[test]
fn what_some_do_not_tell_may_be_load() {
    let idle = blind("hold").is("p", 10.0);
    assert_eq!(idle.after(), 3);
    let some = idle.with(|stage| stage.reported = Some(3));
    assert_eq!(some.after(), 4);
    assert_eq!(clamps(&some.decision()), ["missing_data 3 -> 4"]);
    assert_eq!(
        some.wish().reason,
        "AVG CPU over 60 s is 10, below 30 for 120 s: 1 fewer, but only 3 of 4 in service tell their load: no change"
    );
    assert_eq!(
        some.clone().is("p", 90.0).after(),
        5,
        "what the others tell adds all the same"
    );
    let other_source = some.with(|stage| stage.policies[0].source = "web".into());
    assert_eq!(other_source.after(), 3, "its figure is not of instances");
    assert_eq!(other_source.wish().source, "web");
}

#[test]
fn what_is_seen_for_a_moment_removes_nothing() {
    for source in ["agent", "web"] {
        let idle = blind("hold").is("p", 10.0).with(|stage| {
            stage.policies[0].source = source.into();
            stage.whole = false;
        });
        assert_eq!(idle.after(), 4);
        assert_eq!(clamps(&idle.decision()), ["missing_data 3 -> 4"]);
        let reason = "its window of 60 s is not full yet: no change";
        assert!(idle.wish().reason.ends_with(reason), "{}", idle.wish().reason);
        assert_eq!(idle.is("p", 90.0).after(), 5, "it adds all the same");
    }
}

#[test]
fn a_short_window_without_samples_is_no_burst() {
    let stage = Stage::of(4)
        .policy("p", target(50.0))
        .sees("p", Figure::Burst(60.0, 10, f64::NAN));
    assert_eq!(stage.after(), 5);
}

#[test]
fn what_cannot_decide_for_want_of_data_is_counted_while_it_acts() {
    let count = |stage: &Stage| stage.decided().blind;
    let nothing = blind("scale_out");
    assert_eq!(count(&nothing), 1);
    assert_eq!(count(&blind("hold").is("p", 50.0)), 0);
    let gap = blind("hold").sees("p", Figure::Since(90.0, 60, None));
    assert_eq!(count(&gap), 1, "a gap within its breach duration");
    let some = blind("hold").is("p", 10.0).with(|stage| stage.reported = Some(3));
    assert_eq!(count(&some), 1, "some tell nothing");
    let two = nothing
        .clone()
        .policy("q", target(50.0))
        .sees("q", Figure::Nothing);
    assert_eq!(count(&two), 2);
    let shadow = two.with(|stage| stage.policies[1].shadow = true);
    assert_eq!(count(&shadow), 1, "a shadow moves nothing anyway");
    let closed = nothing.clone().with(|stage| {
        stage.policies[0].business_hours_only = true;
        stage.hours = closed_for(stage.now, std::time::Duration::from_secs(60));
    });
    assert_eq!(count(&closed), 0, "outside its hours");
    let unknown = closed.with(|stage| stage.hours = Hours::Unknown("nobody knows".to_owned()));
    assert_eq!(count(&unknown), 1);
    let nobody = nothing.warming(4);
    assert_eq!(count(&nobody), 0, "there is nobody to be measured");
}
