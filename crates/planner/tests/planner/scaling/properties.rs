//! What holds of any policies, whatever they see.

use std::time::Duration;

use domain::policy::Rule;
use domain::{ClampKind, Phase, Process, Rate};
use planner::scaling::Memory;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::stage::{Figure, Stage};
use crate::scene::NOW;

fn any_threshold() -> impl Strategy<Value = Value> {
    (0.0..90.0, 0.0..60.0, 1..5_i32, 1..5_i32, 0_u32..30).prop_map(|(lower, width, out, less, breach)| {
        json!({
            "lower_threshold": lower, "upper_threshold": lower + width, "breach_duration": breach,
            "scale_out_step": out, "scale_in_step": -less,
        })
    })
}

fn any_target() -> impl Strategy<Value = Value> {
    (1.0..120.0, 0.0..60.0, any::<bool>(), 0_u32..20, 50.0..300.0).prop_map(
        |(target, tolerance, adds, window, burst)| {
            json!({
                "target_value": target, "tolerance": tolerance, "disable_scale_in": adds,
                "panic_window": window, "panic_threshold": burst,
            })
        },
    )
}

fn any_adjustment() -> impl Strategy<Value = (&'static str, u32)> {
    let kinds = ["ChangeInCapacity", "PercentChangeInCapacity"];
    (prop::sample::select(kinds.to_vec()), 0_u32..4)
}

/// Steps that grow with the breach, as sensible ones do.
fn any_steps() -> impl Strategy<Value = Value> {
    let steps = prop::collection::vec((1.0..20.0_f64, 0..60_i32), 1..4);
    (any::<bool>(), 10.0..90.0, any_adjustment(), steps, 0_u32..30).prop_map(
        |(above, threshold, (kind, magnitude), steps, breach)| {
            let (mut from, mut by, last) = (0.0_f64, 0_i32, steps.len() - 1);
            let mut adjustments = Vec::new();
            for (number, (width, more)) in steps.into_iter().enumerate() {
                by += more;
                let to = (number < last).then_some(from + width);
                adjustments.push(match above {
                    true => json!({"lower_bound": from, "upper_bound": to, "scaling_adjustment": by}),
                    false => json!({
                        "lower_bound": to.map(|to| -to), "upper_bound": -from, "scaling_adjustment": -by,
                    }),
                });
                from += width;
            }
            json!({
                "threshold": threshold, "comparison": if above { "above" } else { "below" },
                "adjustment_type": kind, "min_adjustment_magnitude": magnitude,
                "step_adjustments": adjustments, "breach_duration": breach,
            })
        },
    )
}

fn any_simple() -> impl Strategy<Value = Value> {
    (
        any::<bool>(),
        10.0..90.0,
        any_adjustment(),
        1..60_i32,
        prop::option::of(0_u32..200),
    )
        .prop_map(|(above, threshold, (kind, magnitude), by, cooldown)| {
            json!({
                "threshold": threshold, "comparison": if above { "above" } else { "below" },
                "adjustment_type": kind, "min_adjustment_magnitude": magnitude,
                "scaling_adjustment": if above { by } else { -by }, "cooldown": cooldown,
            })
        })
}

fn any_policy() -> impl Strategy<Value = Value> {
    let rule = prop_oneof![any_threshold(), any_target(), any_steps(), any_simple()];
    let statistic = prop::sample::select(vec!["AVG", "MAX", "MIN", "SUM", "p90"]);
    let missing = prop::sample::select(vec!["hold", "floor 7", "scale_out"]);
    let source = prop_oneof![4 => Just("agent"), 1 => Just("web")];
    (rule, statistic, missing, source).prop_map(|(mut rule, statistic, missing, source)| {
        let fields = json!({"statistic": statistic, "missing_data": missing, "source": source});
        rule.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        rule
    })
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![6 => 0.0..150.0, 1 => Just(0.0), 1 => -10.0..1e9]
}

fn any_figure() -> impl Strategy<Value = Figure> {
    prop_oneof![
        4 => any_value().prop_map(Figure::Steady),
        2 => (any_value(), any_value()).prop_map(|(long, short)| Figure::Burst(long, 15, short)),
        2 => (any_value(), 0_u64..40, prop::option::of(any_value())).prop_map(|(v, s, b)| Figure::Since(v, s, b)),
        1 => Just(Figure::Nothing),
        1 => Just(Figure::Steady(f64::NAN)),
    ]
}

fn any_rate() -> impl Strategy<Value = Option<Rate>> {
    let rate = (
        prop::option::of(0_u32..4),
        prop::option::of(0_u32..200),
        0_u32..100,
    );
    prop::option::of(rate.prop_map(|(instances, percent, period)| Rate {
        instances,
        percent,
        period,
    }))
}

/// Any group without policies: any size within its bounds, some of it warming, something behind it.
fn any_group() -> impl Strategy<Value = Stage> {
    let sizes = (0_u32..12, 0_u32..12, 0_u32..12, 0_usize..4, 0_usize..3);
    let bounds = (0_u32..100, any_rate(), any_rate(), prop::option::of(0_u32..200));
    let past = (
        prop::option::of(0_u64..200),
        prop::collection::vec(0_u32..20, 0..5),
    );
    (sizes, bounds, past, prop::option::of(0_u32..12)).prop_map(|(sizes, bounds, past, reported)| {
        let (min, room, desired, warming, launching) = sizes;
        let mut stage = Stage::of(desired.clamp(min, min + room))
            .warming(warming)
            .launching(launching);
        stage.group.spec.min_size = min;
        stage.group.spec.max_size = min + room;
        let (cooldown, out, less, window) = bounds;
        stage.group.spec.scale_out_cooldown = cooldown;
        stage.group.spec.scale_in_cooldown = cooldown / 2;
        stage.group.spec.scaling.scale_out_rate = out;
        stage.group.spec.scaling.scale_in_rate = less;
        stage.group.spec.scaling.scale_in_stabilization = window;
        let (changed, wishes) = past;
        stage.group.last_scale_out = changed.map(|ago| stage.now - Duration::from_secs(ago));
        for (number, wish) in wishes.into_iter().enumerate() {
            let at = stage.now - Duration::from_secs(100 - 20 * number as u64);
            stage.memory.note(wish, Duration::from_secs(1_000), at);
            if wish % 3 == 0 {
                stage.group.note_pace(wish, 6, at);
            }
        }
        stage.reported = reported;
        stage
    })
}

fn any_stage() -> impl Strategy<Value = Stage> {
    let policies = prop::collection::vec((any_policy(), any_figure(), prop::bool::weighted(0.2)), 0..4);
    (any_group(), policies).prop_map(|(mut stage, policies)| {
        for (number, (policy, figure, shadow)) in policies.into_iter().enumerate() {
            let name = format!("p{number}");
            stage = stage.policy(&name, policy).sees(&name, figure);
            stage.policies[number].shadow = shadow;
        }
        stage
    })
}

fn in_service() -> Phase {
    let since = NOW - Duration::from_secs(10_000);
    Phase::InService { since }
}

/// A wish as the combination takes it: nothing to say is what there is.
fn effect(stage: &Stage) -> u32 {
    let free = stage.clone().with(|stage| {
        stage.memory = Memory::default();
        stage.group.spec.scaling = domain::Scaling::default();
        stage.group.last_scale_out = None;
        stage.group.spec.min_size = 0;
        stage.group.spec.max_size = 2_000;
    });
    free.decided().wished
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_wishes_for_no_less_when_its_metric_is_more(
        group in any_group(), policy in any_policy(), less in any_value(), by in prop_oneof![0.0..30.0, 0.0..1e9],
    ) {
        let (stage, more) = (group.policy("p", policy), less + by);
        let (low, high) = (stage.clone().is("p", less), stage.is("p", more));
        prop_assert!(effect(&low) <= effect(&high), "{less}: {}\n{more}: {}", low.wish().reason, high.wish().reason);
    }

    #[test]
    fn sizes_bound_whatever_is_wished(stage in any_stage()) {
        let decision = stage.decision();
        prop_assert!(decision.after >= decision.min_size && decision.after <= decision.max_size);
        prop_assert_eq!(&decision, &stage.decision(), "same scene, same decision");
        // A simple policy's own cooldown held its wish before it came to the others'.
        if !stage.policies.iter().any(|policy| matches!(policy.rule, Rule::Simple(_))) {
            let clamps = decision.clamps.iter().filter(|clamp| clamp.by != ClampKind::MissingData);
            let told = clamps.fold(stage.decided().wished, |told, clamp| {
                if told == clamp.from { clamp.to } else { u32::MAX }
            });
            prop_assert_eq!(told, decision.after, "what is told leads to what is done");
        }
    }

    #[test]
    fn missing_data_never_removes(
        stage in any_stage(), policy in any_policy(), one in any::<prop::sample::Index>(),
    ) {
        let acting = stage.policy("acting", policy).is("acting", 10.0);
        let policies = acting.policies.iter().filter(|policy| !policy.shadow);
        let names: Vec<String> = policies.map(|policy| policy.name.to_string()).collect();
        let blind = acting.sees(one.get::<String>(&names), Figure::Nothing);
        let decision = blind.decision();
        prop_assert!(decision.after >= decision.before, "{:?}", decision);
    }

    #[test]
    fn what_members_do_not_tell_removes_nothing(stage in any_stage()) {
        let silent = stage.with(|stage| {
            for policy in &mut stage.policies {
                policy.source = domain::policy::AGENT.into();
            }
            stage.add(in_service());
            stage.reported = Some(u32::try_from(stage.members().len()).unwrap() - 1);
        });
        let decision = silent.decision();
        prop_assert!(decision.after >= decision.before, "{:?}", decision);
    }

    #[test]
    fn a_shadow_never_moves_and_never_hinders(stage in any_stage()) {
        let without = stage.clone().with(|stage| stage.policies.retain(|policy| !policy.shadow));
        let (with, without) = (stage.decided(), without.decided());
        prop_assert_eq!(with.decision.after, without.decision.after);
        prop_assert_eq!(with.decision.clamps, without.decision.clamps);
        prop_assert_eq!((with.wished, with.keep, with.recheck), (without.wished, without.keep, without.recheck));
    }

    #[test]
    fn what_is_suspended_or_frozen_never_moves(stage in any_stage(), frozen in any::<bool>()) {
        let held = stage.with(|stage| match frozen {
            true => stage.frozen = true,
            false => { stage.group.suspended.insert(Process::AlarmNotification); }
        });
        let decision = held.decision();
        prop_assert_eq!(decision.before, decision.after);
    }

    #[test]
    fn time_alone_changes_nothing_before_the_recheck(mut stage in any_stage(), wait in 1_u64..300) {
        // What warms up becomes warm, and that is news; so is what policies see.
        for instance in &mut stage.group.instances {
            instance.phase = in_service();
        }
        for figure in stage.figures.values_mut() {
            if let Figure::Since(value, ..) = figure {
                *figure = Figure::Steady(*value);
            }
        }
        let decided = stage.decided();
        stage.wait(wait);
        let is_early = decided.recheck.is_none_or(|recheck| stage.now < recheck);
        if is_early && !decided.decision.is_change() {
            let later = stage.decided().decision;
            prop_assert_eq!(later.after, decided.decision.after, "{:?}, then {:?}", decided, later.clamps);
        }
    }

    #[test]
    fn every_wish_says_why(stage in any_stage()) {
        let decision = stage.decision();
        prop_assert_eq!(decision.wishes.len(), stage.policies.len());
        for (wish, policy) in decision.wishes.iter().zip(&stage.policies) {
            prop_assert!(wish.reason.len() > 10 && !wish.reason.contains("  "), "{}", wish.reason);
            let says_nothing = matches!(policy.rule, Rule::Step(_) | Rule::Simple(_));
            prop_assert!(wish.capacity.is_some() || says_nothing, "{}", wish.reason);
        }
        for clamp in &decision.clamps {
            prop_assert!(clamp.from != clamp.to && !clamp.reason.is_empty(), "{:?}", clamp);
        }
    }
}
