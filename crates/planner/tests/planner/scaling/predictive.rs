//! Capacity ahead of the load: what a forecast is wished for, and what it means to other policies.

use std::time::Duration;

use domain::{Clamp, ClampKind};
use planner::forecast::Accuracy;
use proptest::prelude::*;
use serde_json::json;

use super::stage::{Figure, Stage, clamps, closed_for, predictive, target, threshold};

/// A group that expects a load, at most 50 for each.
fn expects(instances: u32, load: f64) -> Stage {
    Stage::of(instances)
        .policy("ahead", predictive(50.0))
        .expects("ahead", load)
}

#[test]
fn it_adds_what_the_forecast_takes_and_says_how_good_it_was() {
    let stage = expects(4, 320.5);
    let wish = stage.wish();
    assert_eq!(
        (stage.after(), wish.capacity, wish.value),
        (7, Some(7), Some(320.5))
    );
    assert_eq!(
        (wish.policy_type.as_str(), wish.metric.as_str()),
        ("predictive", "forecast of CPU for the next 300 s")
    );
    assert_eq!(
        wish.reason,
        "CPU of the whole group is forecast to be up to 320.5 within 300 s, from 120 s from now on, which takes 7 at 50 each; \
         how good its forecasts are shows after another day: 3 more"
    );
    let earlier = stage
        .clone()
        .with(|stage| stage.now = stage.now - Duration::from_millis(1));
    let reason = earlier.wish().reason;
    assert!(reason.contains(" from 121 s from now on"), "{reason}");
    let known = stage.with(|stage| {
        let accuracy = Accuracy {
            error: 8.25,
            too_low: 3.6,
        };
        stage
            .forecasts
            .values_mut()
            .for_each(|forecast| forecast.accuracy = Some(accuracy));
    });
    let reason = known.wish().reason;
    assert!(
        reason.contains(
            "; forecasts of the last day were off by 8 %, and more than 10 % too low in 4 % of it: 3 more"
        ),
        "{reason}"
    );
}

#[test]
fn it_never_removes_and_keeps_what_it_takes() {
    let alone = expects(8, 120.0);
    assert_eq!(alone.after(), 8);
    let wish = alone.wish();
    assert_eq!(wish.capacity, Some(3));
    assert!(wish.reason.ends_with(": it only adds"), "{}", wish.reason);
    assert!(alone.decision().clamps.is_empty());
    // Another policy would go to 1.
    let both = alone.policy("track", target(50.0)).is("track", 5.0);
    let both = both.with(|stage| stage.group.spec.scaling.scale_in_stabilization = Some(0));
    assert_eq!(both.after(), 3, "others may remove, but not below the forecast");
    assert_eq!(both.clone().expects("ahead", 20.0).after(), 1);
    assert_eq!(both.clone().expects("ahead", 400.0).after(), 8, "what there is");
    assert_eq!(both.expects("ahead", 401.0).after(), 9, "any may add");
}

#[test]
fn without_a_forecast_it_hinders_nobody() {
    for missing in ["hold", "floor 9", "scale_out"] {
        let stage = Stage::of(4).policy("ahead", predictive(50.0));
        let stage = stage.with(|stage| stage.policies[0].missing_data = missing.parse().unwrap());
        let wish = stage.wish();
        assert_eq!((stage.after(), wish.capacity, wish.value), (4, None, None));
        assert_eq!(wish.reason, "no forecast of CPU: there is no history");
        let band = stage.policy("band", threshold(30.0, 80.0, 0));
        assert_eq!(band.clone().is("band", 10.0).after(), 3);
        assert_eq!(band.clone().is("band", 90.0).after(), 5);
        let blind = band.sees("band", Figure::Nothing).decision();
        assert_eq!((blind.after, blind.clamps.len()), (4, 0));
    }
    for load in [f64::NAN, f64::INFINITY] {
        assert_eq!(expects(4, load).wish().capacity, None);
    }
}

#[test]
fn sizes_rates_and_cooldowns_bound_it_as_they_do_others() {
    let stage = expects(4, 1_000.0);
    let most = stage.clone().with(|stage| stage.group.spec.max_size = 10);
    assert_eq!(
        (most.after(), clamps(&most.decision())),
        (10, vec!["bounds 20 -> 10".to_owned()])
    );
    let cooling = stage.clone().with(|stage| {
        stage.group.spec.scale_out_cooldown = 60;
        stage.group.last_scale_out = Some(stage.now - Duration::from_secs(10));
    });
    assert_eq!(clamps(&cooling.decision()), ["cooldown 20 -> 4"]);
    assert_eq!(stage.clone().with(|stage| stage.frozen = true).after(), 4);
    assert_eq!(
        expects(4, -5.0).wish().capacity,
        Some(0),
        "what is below nothing takes nothing"
    );
}

#[test]
fn a_shadow_is_recorded_and_moves_nothing() {
    let shadow = expects(4, 320.0).with(|stage| stage.policies[0].shadow = true);
    assert_eq!((shadow.after(), shadow.wish().capacity), (4, Some(7)));
    let falls = shadow.policy("band", threshold(30.0, 80.0, 0)).is("band", 10.0);
    assert_eq!(falls.after(), 3);
}

#[test]
fn outside_business_hours_it_says_nothing() {
    let closed = |load| {
        let stage = expects(4, load).with(|stage| {
            stage.policies[0].business_hours_only = true;
            stage.hours = closed_for(stage.now, Duration::from_secs(600));
        });
        stage.decision()
    };
    let more = closed(320.0);
    assert_eq!((more.after, more.wishes[0].capacity), (4, None));
    let by = |clamp: &Clamp| clamp.by == ClampKind::Schedule && clamp.from == 7;
    assert!(more.clamps.iter().all(by) && more.clamps.len() == 1, "{more:?}");
    // What removes nothing is held back by nothing.
    assert!(closed(20.0).clamps.is_empty());
}

#[test]
fn a_figure_of_a_source_is_forecast_as_it_is() {
    let stage = Stage::of(4).policy(
        "ahead",
        json!({
            "source": "web", "metric": "rate", "target_value": 100, "scheduling_buffer_time": 60,
        }),
    );
    let wish = stage.expects("ahead", 650.0).wish();
    assert_eq!(wish.capacity, Some(7));
    assert!(
        wish.reason
            .starts_with("the figure of web is forecast to be up to 650 within 60 s"),
        "{}",
        wish.reason
    );
}

fn any_other() -> impl Strategy<Value = (serde_json::Value, f64)> {
    let band = (0.0..60.0, 1.0..40.0, 1..5_i32, 1..5_i32).prop_map(|(lower, width, out, less)| {
        json!({
            "lower_threshold": lower, "upper_threshold": lower + width, "scale_out_step": out, "scale_in_step": -less,
        })
    });
    let target = (1.0..120.0, any::<bool>())
        .prop_map(|(target, adds)| json!({"target_value": target, "disable_scale_in": adds}));
    (prop_oneof![band, target], 0.0..150.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_forecast_only_ever_makes_it_more(
        instances in 0_u32..12, others in prop::collection::vec(any_other(), 0..3), load in -10.0..2_000.0_f64,
        by in 0.0..500.0_f64, at_least in 1.0..100.0_f64,
    ) {
        let mut stage = Stage::of(instances);
        for (number, (policy, value)) in others.into_iter().enumerate() {
            let name = format!("p{number}");
            stage = stage.policy(&name, policy).is(&name, value);
        }
        let without = stage.after();
        let silent = stage.policy("ahead", predictive(at_least));
        prop_assert_eq!(silent.after(), without, "without a forecast all is as without the policy");
        let with = silent.clone().expects("ahead", load).decision();
        prop_assert!(with.after >= without, "{:?}", with);
        let takes = with.wishes.iter().find(|wish| wish.policy.as_str() == "ahead").unwrap().capacity.unwrap();
        prop_assert!(with.after >= takes.min(instances).min(with.max_size), "nobody goes below it: {:?}", with);
        prop_assert!(silent.expects("ahead", load + by).after() >= with.after, "more load takes no less");
    }
}
