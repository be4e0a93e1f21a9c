//! What holds of any recording.

use domain::{Group, Policy};
use planner::replay::{Point, Recording};
use proptest::prelude::*;
use serde_json::json;

use super::{beginning_with, capacities, point, policy, recording, tried};

fn any_loads() -> impl Strategy<Value = Vec<Option<f64>>> {
    let piece = (prop::option::weighted(0.8, 0.0..2500.0_f64), 1_usize..30);
    prop::collection::vec(piece, 1..10).prop_map(|pieces| {
        pieces
            .into_iter()
            .flat_map(|(load, steps)| vec![load; steps])
            .collect()
    })
}

fn any_policies() -> impl Strategy<Value = Vec<Policy>> {
    let band = (5.0..60.0, 1.0..40.0, 1..4_i32, 0_u32..100).prop_map(|(lower, width, out, breach)| {
        policy(
            "band",
            json!({
                "lower_threshold": lower, "upper_threshold": lower + width, "breach_duration": breach,
                "scale_out_step": out, "scale_in_step": -1,
            }),
        )
    });
    let target = (
        10.0..95.0,
        0_u32..30,
        prop::sample::select(vec!["AVG", "SUM", "MAX"]),
    )
        .prop_map(|(target, panic, of)| {
            policy(
                "target",
                json!({"target_value": target, "panic_window": panic, "statistic": of}),
            )
        });
    (prop::option::of(band), target).prop_map(|(band, target)| band.into_iter().chain([target]).collect())
}

fn any_group() -> impl Strategy<Value = Group> {
    (
        1_u32..6,
        0_u32..20,
        0_u32..90,
        0_u32..90,
        prop::option::of(0_u32..200),
    )
        .prop_map(|(min, more, out, less, stable)| {
            let mut group = beginning_with(min);
            group.spec.min_size = min;
            group.spec.max_size = min + more;
            (group.spec.scale_out_cooldown, group.spec.scale_in_cooldown) = (out, less);
            group.spec.scaling.scale_in_stabilization = stable;
            group
        })
}

/// What would have been recorded of the group that a replay simulated.
fn of_itself(recording: &Recording, serving: &[u32]) -> Recording {
    let mut own = recording.clone();
    for (place, serving) in serving.iter().enumerate() {
        let point = point(&mut own, place);
        *point = point.filter(|_| *serving > 0).map(|known| {
            let each = (known.load / f64::from(*serving)).min(100.0);
            let (load, instances) = (each * f64::from(*serving), *serving);
            Point {
                load,
                instances,
                highest: each,
                lowest: each,
            }
        });
    }
    own
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_bounds_hold_and_the_same_recording_has_the_same_outcome(
        loads in any_loads(), policies in any_policies(), group in any_group(),
    ) {
        let recording = recording(&policies[0], &loads);
        let outcome = tried(&recording, &group, &policies);
        let sizes = group.spec.min_size..=group.spec.max_size;
        prop_assert!(outcome.steps.iter().all(|step| sizes.contains(&step.desired) && step.in_service <= step.desired));
        prop_assert_eq!(outcome, tried(&recording, &group, &policies));
    }

    #[test]
    fn what_a_replay_would_have_recorded_replays_the_same(
        loads in any_loads(), policies in any_policies(), group in any_group(),
    ) {
        let recording = recording(&policies[0], &loads);
        let outcome = tried(&recording, &group, &policies);
        let serving: Vec<u32> = outcome.steps.iter().map(|step| step.in_service).collect();
        let again = tried(&of_itself(&recording, &serving), &group, &policies);
        prop_assert_eq!(capacities(&again), capacities(&outcome));
    }

    #[test]
    fn a_steady_load_comes_to_rest(load in 0.0..2500.0_f64, policies in any_policies(), group in any_group()) {
        let steps = 900;
        let recording = recording(&policies[0], &vec![Some(load); steps]);
        let outcome = tried(&recording, &group, &policies);
        let last = outcome.decisions.last().map_or(0, |decision| super::seconds(decision.at) / 10);
        prop_assert!(last < 600, "it moved still at step {last}: {:?}", capacities(&outcome));
    }

    #[test]
    fn nothing_goes_while_nothing_is_recorded(
        loads in any_loads(), gap in 10_usize..60, policies in any_policies(), group in any_group(),
    ) {
        let known = loads.len();
        let mut loads = loads;
        loads.extend(vec![None; gap]);
        let recording = recording(&policies[0], &loads);
        let outcome = tried(&recording, &group, &policies);
        // Half a minute is looked back on.
        let blind: Vec<u32> = capacities(&outcome).split_off((known + 3).min(known + gap - 1));
        prop_assert!(blind.windows(2).all(|pair| pair[1] >= pair[0]), "{blind:?}");
    }
}
