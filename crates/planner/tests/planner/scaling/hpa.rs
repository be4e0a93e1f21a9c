//! What Kubernetes documents of its horizontal autoscaler, in
//! <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>, and in the proposal of its rate limits,
//! <https://github.com/kubernetes/enhancements/tree/master/keps/sig-autoscaling/853-configurable-hpa-scale-velocity>.

use domain::Rate;
use serde_json::json;

use super::stage::{Figure, Stage, clamps, target};

/// A policy with a target of 100 and no panic window, which HPA does not have.
fn tracking(instances: u32, metric: f64) -> Stage {
    let policy = json!({"target_value": 100, "panic_window": 0});
    let stage = Stage::of(instances).policy("target", policy).is("target", metric);
    stage.with(|stage| stage.group.spec.scaling.scale_in_stabilization = Some(0))
}

/// "Algorithm details": 200m of 100m doubles, 50m halves, and within a tenth nothing happens. The target is 100.
#[test]
fn the_ratio_decides_and_is_rounded_up() {
    for (instances, metric, after) in [
        (3, 50.0, 2),
        (4, 50.0, 2),
        (1, 50.0, 1),
        (4, 150.0, 6),
        (3, 150.0, 5),
        (10, 110.0, 10),
        (10, 110.1, 12),
        (10, 90.0, 10),
        (10, 89.9, 9),
        (10, 100.0, 10),
    ] {
        assert_eq!(
            tracking(instances, metric).after(),
            after,
            "{instances} at {metric}"
        );
    }
    let total = Stage::of(4).policy(
        "sum",
        json!({"target_value": 100, "statistic": "SUM", "panic_window": 0}),
    );
    assert_eq!(total.is("sum", 800.0).after(), 8);
}

/// "Algorithm details": what is not ready takes 0 % when more is wanted, so that it dampens, and never turns it around.
#[test]
fn what_warms_up_dampens() {
    assert_eq!(tracking(6, 150.0).warming(2).after(), 6, "four take what six may");
    assert_eq!(tracking(6, 150.0).warming(4).after(), 6, "not three");
    assert_eq!(tracking(6, 190.0).warming(2).after(), 8);
    assert_eq!(
        tracking(6, 50.0).warming(2).after(),
        4,
        "two may be loaded as they should"
    );
}

/// "Scaling on multiple metrics": the highest wish holds.
#[test]
fn of_many_metrics_the_highest_holds() {
    let stage = tracking(4, 150.0).policy("other", target(50.0)).is("other", 90.0);
    assert_eq!(stage.after(), 8);
}

/// "Algorithm details": with a metric missing, what the others would remove stays, and what they would add comes.
#[test]
fn a_metric_that_is_missing_skips_scale_in_alone() {
    let other = |metric| {
        tracking(4, metric)
            .policy("other", target(50.0))
            .sees("other", Figure::Nothing)
    };
    assert_eq!(other(50.0).after(), 4);
    assert_eq!(clamps(&other(50.0).decision()), ["missing_data 2 -> 4"]);
    assert_eq!(other(150.0).after(), 6);
}

fn rate(instances: Option<u32>, percent: Option<u32>) -> Rate {
    Rate {
        instances,
        percent,
        period: 60,
    }
}

/// "Scaling policies": from 80 to 10 with 4 instances or 10 per cent within a minute; the larger of both holds, and per
/// cent are rounded up.
#[test]
fn scale_in_is_as_fast_as_the_larger_limit_allows() {
    let mut stage = tracking(80, 1.0);
    stage.group.spec.scaling.scale_in_rate = Some(rate(Some(4), Some(10)));
    let mut seen = vec![80];
    for _ in 0..12 {
        let decided = stage.step();
        seen.push(decided.decision.after);
        stage.wait(59);
        assert_eq!(
            stage.step().decision.after,
            decided.decision.after,
            "within the minute"
        );
        stage.wait(2);
    }
    assert_eq!(seen, [80, 72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16]);
}

/// The proposal's stories 1 and 3: 900 per cent go 1, 10, 100; 1 instance goes 1, 2, 3, 4.
#[test]
fn scale_out_is_as_fast_as_its_limit_allows() {
    for (limit, steps) in [
        (rate(None, Some(900)), [1, 10, 100, 1_000]),
        (rate(Some(1), None), [1, 2, 3, 4]),
        (rate(Some(4), Some(100)), [1, 5, 10, 20]),
    ] {
        let mut stage = tracking(1, 100_000.0);
        stage.group.spec.max_size = 2_000;
        stage.group.spec.scaling.scale_out_rate = Some(limit);
        for pair in steps.windows(2) {
            assert_eq!(stage.group.spec.desired_capacity, pair[0]);
            let (at, decided) = (stage.now, stage.step());
            assert_eq!(decided.decision.after, pair[1], "{limit:?}");
            let again = stage.decided();
            assert_eq!(again.decision.after, pair[1], "{limit:?}: once a minute");
            assert_eq!(
                again.recheck,
                Some(at + std::time::Duration::from_secs(60)),
                "{limit:?}"
            );
            stage.wait(60);
        }
    }
}

/// The proposal's story 5: wishes of 10, 9, 8, 9, 9, 8, 9, 8, 9, 8 keep 10; without the first they give 9.
#[test]
fn the_highest_wish_within_the_window_holds() {
    let mut stage = tracking(10, 100.0);
    stage.group.spec.scaling.scale_in_stabilization = Some(9 * 60);
    for wish in [10, 9, 8, 9, 9, 8, 9, 8, 9, 8] {
        stage = stage.is("target", f64::from(wish) * 10.0 - 1.0);
        let decision = stage.step().decision;
        assert_eq!(decision.wishes[0].capacity, Some(wish));
        assert_eq!(decision.after, 10, "at the wish of {wish}");
        stage.wait(60);
    }
    stage = stage.is("target", 69.0);
    let decision = stage.step().decision;
    assert_eq!(decision.after, 9);
    assert_eq!(clamps(&decision), ["stabilization 7 -> 9"]);
    assert_eq!(
        decision.clamps[0].reason,
        "within the last 540 s up to 9 were wished for, 120 s ago at last"
    );
}

/// "Configurable scaling behavior": where a target is tracked the window is 300 s, and it ends of itself.
#[test]
fn the_window_is_of_300_s_where_a_target_is_tracked() {
    let mut stage = tracking(10, 100.0);
    stage.group.spec.scaling.scale_in_stabilization = None;
    stage.memory = planner::scaling::Memory::begin(10, stage.now);
    stage = stage.is("target", 50.0);
    let decided = stage.step();
    assert_eq!(clamps(&decided.decision), ["stabilization 5 -> 10"]);
    let end = decided.recheck.unwrap();
    assert_eq!(end.since(stage.now).as_millis(), 300_001);
    stage.now = end - std::time::Duration::from_millis(1);
    assert_eq!(stage.after(), 10);
    stage.now = end;
    assert_eq!(stage.after(), 5);
}
