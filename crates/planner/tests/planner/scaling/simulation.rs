//! A load that does not change brings a group to a size that does not change either.

use domain::Rate;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::stage::Stage;

/// Seconds between decisions.
const PACE: u64 = 20;
/// Decisions in which any group has come to rest, one instance at a time with the longest cooldown between, and those in
/// which it then must not move.
const ROUNDS: usize = 900;
const REST: usize = 60;

#[derive(Clone, Debug)]
struct Load {
    stage: Stage,
    /// Per cent of one instance.
    total: f64,
    /// Agents tell single precision.
    noise: bool,
}

impl Load {
    fn tell(&mut self) {
        let serving = self.stage.group.instances.len() as f64;
        let each = (self.total / serving).min(100.0);
        let each = if self.noise { f64::from(each as f32) } else { each };
        for policy in &self.stage.policies {
            let sums = policy.statistic == "SUM";
            let value = if sums { each * serving } else { each };
            self.stage
                .figures
                .insert(policy.name.to_string(), super::stage::Figure::Steady(value));
        }
    }

    /// The sizes that it went through, without repeats, and whether it came to rest.
    fn run(mut self) -> (Vec<u32>, bool) {
        let mut sizes = vec![self.stage.group.spec.desired_capacity];
        let mut rest = 0;
        for _ in 0..ROUNDS {
            self.tell();
            let decision = self.stage.step().decision;
            rest = if decision.is_change() { 0 } else { rest + 1 };
            if decision.is_change() {
                sizes.push(decision.after);
            }
            if rest == REST {
                return (sizes, true);
            }
            self.stage.wait(PACE);
        }
        (sizes, false)
    }
}

fn any_band() -> impl Strategy<Value = Value> {
    (5.0..60.0, 1.0..40.0, 1..4_i32, 1..4_i32, 0_u32..120).prop_map(|(lower, width, out, less, breach)| {
        json!({
            "lower_threshold": lower, "upper_threshold": lower + width, "breach_duration": breach,
            "scale_out_step": out, "scale_in_step": -less,
        })
    })
}

fn any_target() -> impl Strategy<Value = Value> {
    let tolerance = prop_oneof![Just(0.0), Just(10.0), 0.0..50.0];
    (5.0..99.0, tolerance, any::<bool>(), any::<bool>()).prop_map(|(target, tolerance, adds, sums)| {
        json!({
            "target_value": target, "tolerance": tolerance, "disable_scale_in": adds,
            "statistic": if sums { "SUM" } else { "AVG" },
        })
    })
}

fn any_policies() -> impl Strategy<Value = Vec<Value>> {
    prop_oneof![
        any_band().prop_map(|band| vec![band]),
        any_target().prop_map(|target| vec![target]),
        (any_band(), any_target()).prop_map(|(band, target)| vec![band, target]),
        (any_band(), any_band()).prop_map(|(band, other)| vec![band, other]),
    ]
}

fn any_rate() -> impl Strategy<Value = Option<Rate>> {
    let rate =
        (1_u32..4, prop::option::of(10_u32..200), 0_u32..100).prop_map(|(instances, percent, period)| Rate {
            instances: Some(instances),
            percent,
            period,
        });
    prop::option::of(rate)
}

fn any_load() -> impl Strategy<Value = Load> {
    let bounds = (
        1_u32..5,
        1_u32..30,
        0..120_u32,
        0..120_u32,
        any_rate(),
        any_rate(),
    );
    let whole = prop_oneof![(1_u32..40).prop_map(|load| f64::from(load) * 20.0), 1.0..900.0];
    (any_policies(), bounds, whole, any::<bool>()).prop_map(|(policies, bounds, total, noise)| {
        let (min, start, out, less, out_rate, in_rate) = bounds;
        let mut stage = Stage::of(start.max(min));
        stage.group.spec.min_size = min;
        stage.group.spec.max_size = 40;
        stage.group.spec.scale_out_cooldown = out;
        stage.group.spec.scale_in_cooldown = less;
        stage.group.spec.scaling.scale_out_rate = out_rate;
        stage.group.spec.scaling.scale_in_rate = in_rate;
        for (number, policy) in policies.into_iter().enumerate() {
            stage = stage.policy(&format!("p{number}"), policy);
        }
        Load { stage, total, noise }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_steady_load_comes_to_rest_and_turns_around_once_at_most(load in any_load()) {
        let (sizes, rests) = load.run();
        prop_assert!(rests, "{sizes:?}");
        let falls = sizes.windows(2).position(|pair| pair[1] < pair[0]).unwrap_or(sizes.len());
        let rises = sizes.iter().skip(falls).zip(sizes.iter().skip(falls + 1)).any(|(a, b)| b > a);
        prop_assert!(!rises, "it grew after it had shrunk: {sizes:?}");
    }
}
