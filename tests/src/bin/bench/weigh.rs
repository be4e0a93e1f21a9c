//! The policies alone: what it costs to weigh those of 10,000 groups, each looking back on the samples of 10 instances.

use std::time::{Duration, Instant};

use domain::policy::{OnMissing, Rule, TargetTracking, Threshold};
use domain::report::Load;
use domain::{Group, InstanceId, Policy, Timestamp};
use planner::forecast::Forecast;
use planner::scaling::{Look, Memory, Scene, Seen, decide, members};
use planner::schedule::Hours;
use samples::Windows;

use super::figures::Table;
use super::installation::{BEGUN, GROUPS, group, template};

const EACH: u32 = 10;
/// Between two samples of an instance, as agents take them by default.
const SAMPLED: Duration = Duration::from_secs(5);
const WINDOW: Duration = Duration::from_secs(60);
const MINUTES: Duration = Duration::from_secs(180);

/// Measures a quiet installation, and one in which every group is in breach of a threshold for two minutes.
pub fn run(table: &mut Table) {
    let template = template();
    let groups: Vec<Group> = (0..GROUPS).map(|n| group(n, EACH, &template)).collect();
    let policies = policies();
    for (what, load, moved) in [("quiet", 50.0, 0), ("all in breach", 90.0, groups.len())] {
        let now = BEGUN + MINUTES;
        let windows = windows(&groups, load, now);
        let memories: Vec<Memory> = groups.iter().map(|_| Memory::begin(EACH, BEGUN)).collect();
        let begun = Instant::now();
        let mut changes = 0;
        for (group, memory) in groups.iter().zip(&memories) {
            changes += usize::from(weigh(group, &policies, &windows, memory, now));
        }
        let took = begun.elapsed();
        assert_eq!(changes, moved, "what is measured is what is meant");
        let millis = took.as_secs_f64() * 1e3;
        let figure = format!(
            "{millis:.0} ms, {:.1} us per group",
            millis * 1e3 / groups.len() as f64
        );
        table.figure(
            &format!("3 policies each of 10,000 groups weighed, {what}"),
            figure,
        );
    }
}

fn weigh(group: &Group, policies: &[Policy], windows: &Windows, memory: &Memory, now: Timestamp) -> bool {
    let look = Sampled {
        windows,
        members: members(group, now).map(|instance| instance.id).collect(),
    };
    let policies: Vec<&Policy> = policies.iter().collect();
    let decided = decide(&Scene {
        group,
        policies: &policies,
        look: &look,
        memory,
        frozen: false,
        hours: Hours::Open,
        now,
    });
    decided.decision.is_change()
}

/// As the leader looks.
struct Sampled<'a> {
    windows: &'a Windows,
    members: Vec<InstanceId>,
}

impl Look for Sampled<'_> {
    fn look(&self, policy: &Policy, window: Duration, end: Timestamp) -> Result<Seen, String> {
        let metric = policy.metric.parse().map_err(|e| format!("{e}"))?;
        let statistic = policy.statistic.parse().map_err(|e| format!("{e}"))?;
        let members = self.members.iter().copied();
        let reading = self.windows.statistic(members, metric, statistic, window, end);
        let reading = reading.ok_or_else(|| "nothing was sampled".to_owned())?;
        Ok(Seen {
            value: reading.value,
            reported: u32::try_from(reading.reported).unwrap_or(u32::MAX),
            whole: true,
        })
    }

    fn forecast(&self, _: &Policy, _: Duration) -> Result<Forecast, String> {
        Err("nothing is forecast".to_owned())
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(1)
    }
}

fn windows(groups: &[Group], load: f64, now: Timestamp) -> Windows {
    let mut windows = Windows::new(Windows::LOOK_BACK);
    let load = Load {
        cpu: load,
        memory: load,
        ..Load::default()
    };
    let mut at = BEGUN;
    while at < now {
        at = at + SAMPLED;
        for instance in groups.iter().flat_map(|group| &group.instances) {
            windows.push(instance.id, at, load, at);
        }
    }
    windows
}

/// A threshold on CPU, one on memory, and a target of CPU.
pub fn policies() -> [Policy; 3] {
    let threshold = || {
        Rule::Threshold(Threshold {
            scale_out_step: 1,
            scale_in_step: -1,
            upper_threshold: 80.0,
            lower_threshold: 30.0,
        })
    };
    let target = Rule::TargetTracking(TargetTracking {
        target_value: 50.0,
        tolerance: TargetTracking::default_tolerance(),
        disable_scale_in: false,
        panic_window: TargetTracking::default_panic_window(),
        panic_threshold: TargetTracking::default_panic_threshold(),
    });
    [
        policy("cpu", "CPU", threshold()),
        policy("memory", "MEM", threshold()),
        policy("target", "CPU", target),
    ]
}

fn policy(name: &str, metric: &str, rule: Rule) -> Policy {
    let fields = serde_json::json!({
        "name": name, "auto_scaling_group": "asg0", "metric": metric, "statistic": "AVG",
        "sampling_window": WINDOW.as_secs(), "breach_duration": 120, "missing_data": OnMissing::Hold, "target_value": 1,
    });
    let policy: Policy = serde_json::from_value(fields).expect("a policy");
    Policy { rule, ..policy }
}
