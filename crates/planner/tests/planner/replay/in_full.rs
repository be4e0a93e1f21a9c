//! The same beside a group with records of its instances and samples of each, decided about as the leader does.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::policy::Statistic;
use domain::{Group, InstanceId, Phase, Policy, Timestamp};
use planner::forecast::Forecast;
use planner::scaling::{Look, Memory, Scene, Seen, decide, members};
use planner::schedule::Hours;
use proptest::prelude::*;
use serde_json::json;

use super::{STEP, beginning_with, capacities, policy, recording, tried};
use crate::scene::{NOW, record};

const LONG: Duration = Duration::from_secs(100_000);

struct InFull {
    group: Group,
    samples: BTreeMap<InstanceId, Vec<(Timestamp, f64)>>,
    memory: Memory,
    launched: u32,
    now: Timestamp,
}

impl Look for InFull {
    fn look(&self, policy: &Policy, window: Duration, end: Timestamp) -> Result<Seen, String> {
        let (mut all, mut means) = (Vec::new(), Vec::new());
        for instance in members(&self.group, self.now) {
            let samples = self.samples.get(&instance.id).into_iter().flatten();
            let within = samples.filter(|(at, _)| *at > end - window && *at <= end);
            let own: Vec<f64> = within.map(|(_, value)| *value).collect();
            if !own.is_empty() {
                means.push(own.iter().sum::<f64>() / own.len() as f64);
                all.extend(own);
            }
        }
        let sum: f64 = means.iter().sum();
        let value = match policy.statistic.parse().unwrap() {
            Statistic::Average => sum / means.len() as f64,
            Statistic::Sum => sum,
            Statistic::Maximum => all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            _ => all.iter().copied().fold(f64::INFINITY, f64::min),
        };
        let reported = u32::try_from(means.len()).unwrap();
        (reported > 0)
            .then_some(Seen {
                value,
                reported,
                whole: true,
            })
            .ok_or_else(|| "nothing".to_owned())
    }

    fn forecast(&self, _: &Policy, _: Duration) -> Result<Forecast, String> {
        Err("none".to_owned())
    }

    fn interval(&self) -> Duration {
        STEP
    }
}

impl InFull {
    fn of(group: &Group) -> Self {
        let mut full = Self {
            group: group.clone(),
            samples: BTreeMap::new(),
            memory: Memory::begin(group.spec.desired_capacity, NOW),
            launched: 0,
            now: NOW,
        };
        (0..group.spec.desired_capacity).for_each(|_| full.launch(NOW - LONG));
        full
    }

    fn launch(&mut self, in_service: Timestamp) {
        self.launched += 1;
        let phase = Phase::Pending { deadline: in_service };
        let place = ("h1", "a");
        let instance = record(u128::from(self.launched), self.launched, place, self.now, phase);
        self.group.instances.push(instance);
    }

    fn step(&mut self, load: f64, policies: &[&Policy]) -> u32 {
        let (now, before) = (self.now, self.group.spec.desired_capacity);
        for instance in &mut self.group.instances {
            if let Phase::Pending { deadline } = instance.phase
                && deadline <= now
            {
                instance.phase = Phase::InService { since: deadline };
            }
        }
        let serving: Vec<InstanceId> = self
            .group
            .instances
            .iter()
            .filter(|i| i.is_serving())
            .map(|i| i.id)
            .collect();
        for id in &serving {
            let each = (load / serving.len() as f64).min(100.0);
            self.samples.entry(*id).or_default().push((now, each));
        }
        let decided = decide(&Scene {
            group: &self.group,
            policies,
            look: self,
            memory: &self.memory,
            frozen: false,
            hours: Hours::Open,
            now,
        });
        let after = decided.decision.after;
        self.memory.note(decided.wished, decided.keep, now);
        if after != before {
            self.group.note_pace(before, after, now);
        }
        self.group.spec.desired_capacity = after;
        if after > before {
            self.group.last_scale_out = Some(now);
            (before..after).for_each(|_| self.launch(now + STEP));
        } else if after < before {
            self.group.last_scale_in = Some(now);
            self.group.instances.drain(..(before - after) as usize);
        }
        self.now = now + STEP;
        before
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_holds_what_a_group_with_records_and_samples_would(
        loads in prop::collection::vec(0.0..1500.0_f64, 1..12),
        statistic in prop::sample::select(vec!["AVG", "SUM", "MAX", "MIN"]),
        (window, warmup, breach) in (1_u32..120, 0_u32..70, (0_u32..6).prop_map(|steps| steps * 10)),
        (out, less) in (0_u32..60, 0_u32..60),
        start in 1_u32..6,
        tracks in any::<bool>(),
    ) {
        let total = statistic == "SUM";
        let rule = match tracks {
            true => json!({"target_value": 55, "panic_window": 10}),
            false => json!({
                "upper_threshold": if total { 400 } else { 70 }, "lower_threshold": if total { 200 } else { 40 },
                "breach_duration": breach, "scale_out_step": 2, "scale_in_step": -1,
            }),
        };
        let mut policy = policy("p", rule);
        policy.statistic = statistic.to_owned();
        policy.sampling_window = window;
        let mut group = beginning_with(start);
        group.spec.scaling.instance_warmup = Some(warmup);
        group.spec.scaling.scale_in_stabilization = Some(40);
        (group.spec.scale_out_cooldown, group.spec.scale_in_cooldown) = (out, less);
        // Each load lasts for two minutes.
        let loads: Vec<f64> = loads.into_iter().flat_map(|load| [load; 12]).collect();
        let known: Vec<Option<f64>> = loads.iter().copied().map(Some).collect();
        let outcome = tried(&recording(&policy, &known), &group, std::slice::from_ref(&policy));
        let mut full = InFull::of(&group);
        let in_full: Vec<u32> = loads.iter().map(|load| full.step(*load, &[&policy])).collect();
        prop_assert_eq!(capacities(&outcome), in_full);
    }
}
