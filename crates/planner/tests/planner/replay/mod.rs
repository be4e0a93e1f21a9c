//! Policies tried on recordings: told as stories, as properties, and beside a group that is decided about in full.

mod in_full;
mod minutes;
mod properties;
mod stories;

use std::time::Duration;

use domain::{Group, Policy, Timestamp};
use planner::forecast::Measure;
use planner::replay::{Outcome, Point, Recording, Replay, Track, replay};
use serde_json::{Value, json};

use crate::scene::{NOW, group};

const STEP: Duration = Duration::from_secs(10);

/// A policy on the average CPU over half a minute, or what the fields say.
fn policy(name: &str, fields: Value) -> Policy {
    let mut policy = json!({
        "name": name, "auto_scaling_group": "asg1", "metric": "CPU", "statistic": "AVG", "sampling_window": 30,
    });
    let fields = fields.as_object().unwrap().clone();
    policy.as_object_mut().unwrap().extend(fields);
    serde_json::from_value(policy).unwrap()
}

fn threshold(lower: f64, upper: f64, breach: u32) -> Value {
    json!({
        "breach_duration": breach, "scale_out_step": 1, "scale_in_step": -1,
        "upper_threshold": upper, "lower_threshold": lower,
    })
}

/// A group that begins with so many, at most 20, without cooldowns and warm-up.
fn beginning_with(desired: u32) -> Group {
    let mut group = group(&["a"], desired, 20);
    group.spec.min_size = 1;
    group.spec.scale_out_cooldown = 0;
    group.spec.scale_in_cooldown = 0;
    group.spec.scaling.instance_warmup = Some(0);
    group
}

/// What a policy measures, at each step; of CPU the load of the whole group, in per cent of one instance.
fn recording(policy: &Policy, loads: &[Option<f64>]) -> Recording {
    let end = NOW + STEP * u32::try_from(loads.len()).unwrap();
    let recording = Recording::empty(NOW, end, STEP);
    assert_eq!(recording.times, loads.len());
    recording.with_figures(Measure::of(policy), loads.to_vec())
}

fn steady(load: f64, steps: usize) -> Vec<Option<f64>> {
    vec![Some(load); steps]
}

/// What comes of policies on one recording.
fn tried(recording: &Recording, group: &Group, policies: &[Policy]) -> Outcome {
    replay(&a_replay(recording, group, policies)).unwrap()
}

fn a_replay<'a>(recording: &'a Recording, group: &'a Group, policies: &'a [Policy]) -> Replay<'a> {
    Replay {
        recording,
        group,
        policies,
        schedules: &[],
        launch_delay: STEP,
        instance_capacity: None,
    }
}

fn capacities(outcome: &Outcome) -> Vec<u32> {
    outcome.steps.iter().map(|step| step.desired).collect()
}

/// Of the first track.
fn point(recording: &mut Recording, place: usize) -> &mut Option<Point> {
    let track: &mut Track = &mut recording.tracks[0];
    &mut track.points[place]
}

fn seconds(at: Timestamp) -> u64 {
    at.since(NOW).as_secs()
}
