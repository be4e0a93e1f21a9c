//! What comes of a load, told in figures that can be checked by hand.

use std::time::Duration;

use domain::schedule::{BusinessHours, Rule as When, Schedule};
use planner::replay::{Outcome, Replay, ReplayError, replay, thin};
use planner::schedule::Timetable;
use serde_json::json;

use super::{
    STEP, a_replay, beginning_with, capacities, point, policy, recording, seconds, steady, threshold, tried,
};
use crate::scene::NOW;

/// Two instances have 50 % each; from the sixth step on it is 150 %.
fn a_jump() -> Vec<Option<f64>> {
    let mut loads = steady(100.0, 5);
    loads.extend(steady(300.0, 10));
    loads
}

#[test]
fn a_jump_is_followed_after_launch_delay_and_what_was_missed_meanwhile_is_counted() {
    let policy = policy(
        "p",
        json!({"target_value": 75, "panic_window": 0, "sampling_window": 10, "tolerance": 0}),
    );
    let recording = recording(&policy, &a_jump());
    let mut group = beginning_with(2);
    group.spec.scaling.scale_in_stabilization = Some(600);
    let outcome = tried(&recording, &group, &[policy]);
    // Full instances tell 100 %: 3 would do for the 200 % that is measured, then 4 for all of it.
    assert_eq!(capacities(&outcome), [[2; 6].as_slice(), &[3], &[4; 8]].concat());
    let serving: Vec<u32> = outcome.steps.iter().map(|step| step.in_service).collect();
    assert_eq!(serving, [[2; 6].as_slice(), &[3], &[4; 8]].concat());
    let load = &outcome.loads[0];
    let missed = load.replayed.missed.unwrap();
    assert_eq!((load.each, load.held), (Some(100.0), None));
    assert!((missed.share - 100.0 / 3500.0).abs() < 1e-12, "{missed:?}");
    assert!((missed.minutes - 1.0 / 6.0).abs() < 1e-12, "{missed:?}");
    let told: Vec<(u64, u32)> = outcome
        .decisions
        .iter()
        .map(|d| (seconds(d.at), d.after))
        .collect();
    assert_eq!(told, [(50, 3), (60, 4)]);
    let cost = outcome.capacity;
    assert_eq!(
        (
            cost.least,
            cost.most,
            cost.launched,
            cost.terminated,
            cost.changes
        ),
        (2, 4, 2, 0, 2)
    );
    assert!(
        (cost.instance_hours - f64::from(12 + 3 + 32) / 360.0).abs() < 1e-12,
        "{cost:?}"
    );
}

#[test]
fn a_longer_launch_misses_more() {
    let policy = policy(
        "p",
        json!({"target_value": 75, "panic_window": 0, "sampling_window": 10}),
    );
    let recording = recording(&policy, &a_jump());
    let group = beginning_with(2);
    let policies = [policy];
    let missed = |delay| {
        let outcome = replay(&Replay {
            launch_delay: Duration::from_secs(delay),
            ..a_replay(&recording, &group, &policies)
        });
        outcome.unwrap().loads[0].replayed.missed.unwrap().minutes
    };
    assert!(
        missed(0) < missed(30) && missed(30) < missed(60),
        "{} {} {}",
        missed(0),
        missed(30),
        missed(60)
    );
}

#[test]
fn what_warms_up_carries_load_and_is_not_measured() {
    let mut policy = policy("p", threshold(10.0, 80.0, 0));
    policy.sampling_window = 10;
    let recording = recording(&policy, &steady(250.0, 12));
    let mut group = beginning_with(2);
    group.spec.scaling.instance_warmup = Some(60);
    // Two are full; of three each has 83 %, of four 63 %.
    let outcome = tried(&recording, &group, &[policy]);
    assert_eq!(outcome.capacity.most, 4, "{:?}", capacities(&outcome));
    assert_eq!(outcome.decisions[0].warming, 0);
    assert_eq!(
        (outcome.decisions[1].in_service, outcome.decisions[1].warming),
        (2, 1)
    );
}

#[test]
fn breach_durations_and_stabilisation_are_looked_back_on() {
    let patient = policy("p", threshold(30.0, 80.0, 60));
    let recording = recording(&patient, &steady(100.0, 20));
    let outcome = tried(&recording, &beginning_with(1), &[patient]);
    // A full instance is in breach from the start; what is known of it begins with the recording.
    let told: Vec<(u64, u32)> = outcome
        .decisions
        .iter()
        .map(|d| (seconds(d.at), d.after))
        .collect();
    assert_eq!(told, [(60, 2)]);
}

#[test]
fn a_figure_of_the_whole_group_stays_what_it_is_and_an_instance_carries_the_target() {
    let policy = policy(
        "q",
        json!({"source": "traffic", "metric": "rps", "target_value": 50, "panic_window": 0}),
    );
    let recording = recording(&policy, &steady(400.0, 30));
    let outcome = tried(&recording, &beginning_with(4), std::slice::from_ref(&policy));
    assert_eq!(outcome.steps.last().unwrap().in_service, 8);
    assert_eq!(outcome.loads[0].each, Some(50.0));
    let missed = outcome.loads[0].replayed.missed.unwrap();
    assert!(
        (missed.share - 200.0 / (400.0 * 30.0)).abs() < 1e-12,
        "{missed:?}"
    );
    let group = beginning_with(4);
    let policies = [policy];
    let sturdy = replay(&Replay {
        instance_capacity: Some(100.0),
        ..a_replay(&recording, &group, &policies)
    });
    assert_eq!(sturdy.unwrap().loads[0].replayed.missed.unwrap().share, 0.0);
}

#[test]
fn nothing_goes_while_nothing_is_recorded_and_what_holds_then_is_the_policies_word() {
    let mut loads = steady(100.0, 3);
    loads.extend([None; 20]);
    let mut held = policy("p", threshold(30.0, 80.0, 0));
    let recording = recording(&held, &loads);
    let outcome = tried(&recording, &beginning_with(2), std::slice::from_ref(&held));
    assert_eq!(capacities(&outcome), [2; 23]);
    assert!((outcome.loads[0].replayed.minutes - 0.5).abs() < 1e-12);
    held.missing_data = "floor 5".parse().unwrap();
    assert_eq!(tried(&recording, &beginning_with(2), &[held]).capacity.most, 5);
}

#[test]
fn a_shadow_acts_where_it_is_tried() {
    let shadow = policy("p", threshold(30.0, 80.0, 0));
    let shadow = domain::Policy {
        shadow: true,
        ..shadow
    };
    let recording = recording(&shadow, &steady(190.0, 10));
    assert!(tried(&recording, &beginning_with(2), &[shadow]).capacity.most > 2);
}

#[test]
fn a_policy_of_business_hours_acts_in_these() {
    let mut busy = policy("p", threshold(30.0, 80.0, 0));
    busy.business_hours_only = true;
    let recording = recording(&busy, &steady(2000.0, 360));
    let opens = NOW + Duration::from_secs(1800);
    let minute = |at: domain::Timestamp| {
        json!(format!(
            "{:02}:{:02}",
            at.seconds() / 3600 % 24,
            at.seconds() / 60 % 60
        ))
    };
    let hours: BusinessHours = serde_json::from_value(json!({
        "hours": {"start": minute(opens), "end": minute(opens + Duration::from_secs(7200))},
    }))
    .unwrap();
    let schedule = Schedule {
        name: "day".parse().unwrap(),
        auto_scaling_group: "asg1".parse().unwrap(),
        time_zone: "UTC".to_owned(),
        changed: NOW,
        rule: When::Hours(hours),
    };
    let schedules = [Timetable::of(&schedule).unwrap()];
    let group = beginning_with(2);
    let policies = [busy];
    let outcome = replay(&Replay {
        schedules: &schedules,
        ..a_replay(&recording, &group, &policies)
    });
    let first = seconds(outcome.unwrap().decisions[0].at);
    assert!((1740..=1860).contains(&first), "{first}");
}

#[test]
fn what_cannot_be_replayed_is_told() {
    let known = policy("p", threshold(30.0, 80.0, 0));
    let recording = recording(&known, &steady(100.0, 3));
    let refused = |fields| {
        let policies = [policy("p", fields)];
        let group = beginning_with(2);
        replay(&a_replay(&recording, &group, &policies))
            .unwrap_err()
            .to_string()
    };
    let mut percentile = threshold(30.0, 80.0, 0);
    percentile["statistic"] = json!("p90");
    assert_eq!(
        refused(percentile),
        "policy p: statistic p90 cannot be replayed, since of each minute only AVG, MAX, MIN and SUM are kept"
    );
    let mut other = threshold(30.0, 80.0, 0);
    other["metric"] = json!("memory");
    assert_eq!(
        refused(other),
        "policy p: nothing is recorded of MEM of source agent"
    );
    let empty = planner::replay::Recording::empty(NOW, NOW, STEP);
    assert_eq!(
        replay(&a_replay(&empty, &beginning_with(2), &[known])),
        Err(ReplayError::Empty)
    );
}

#[test]
fn the_highest_and_the_lowest_keep_their_distance_from_the_mean() {
    let policy = policy(
        "p",
        json!({"statistic": "MAX", "sampling_window": 10, "upper_threshold": 80, "lower_threshold": 10, "scale_out_step": 1,
        "scale_in_step": -1}),
    );
    let mut recording = recording(&policy, &steady(120.0, 12));
    for place in 0..12 {
        let point = point(&mut recording, place).as_mut().unwrap();
        // Two instances that have 90 and 30 of the 120.
        (point.instances, point.highest, point.lowest) = (2, 90.0, 30.0);
    }
    let outcome = tried(&recording, &beginning_with(2), &[policy]);
    // Of three the most loaded has 60.
    assert_eq!(
        outcome.steps.last().unwrap().desired,
        3,
        "{:?}",
        capacities(&outcome)
    );
    assert_eq!(outcome.decisions[0].wishes[0].value, Some(90.0));
}

#[test]
fn few_stretches_hide_no_peak() {
    let policy = policy(
        "p",
        json!({"target_value": 50, "panic_window": 0, "sampling_window": 10}),
    );
    let mut loads = steady(100.0, 1000);
    loads[500] = Some(900.0);
    loads[700] = Some(0.0);
    let recording = recording(&policy, &loads);
    let mut group = beginning_with(2);
    group.spec.scaling.scale_in_stabilization = Some(0);
    let outcome: Outcome = tried(&recording, &group, &[policy]);
    let stretches = thin(&recording, &outcome, 20);
    assert_eq!(stretches.len(), 20);
    let highest = stretches.iter().map(|stretch| stretch.desired.1).max();
    assert_eq!(highest, Some(outcome.capacity.most));
    assert_eq!(
        stretches.iter().map(|stretch| stretch.desired.0).min(),
        Some(outcome.capacity.least)
    );
    let peak = stretches[10].loads[0].unwrap();
    assert_eq!((peak.least, peak.most, peak.missed), (100.0, 900.0, 700.0));
    let quiet = stretches[14].loads[0].unwrap();
    assert_eq!((quiet.least, quiet.most, quiet.missed), (0.0, 100.0, 0.0));
    assert_eq!(stretches[10].at, recording.at(500));
    assert_eq!(thin(&recording, &outcome, 1000).len(), 1000);
}
