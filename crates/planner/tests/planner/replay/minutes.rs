//! Recordings made of a group's minutes.

use std::time::Duration;

use domain::{GroupId, Policy, Rolled, Rollup, Timestamp};
use planner::forecast::Measure;
use planner::replay::{Held, Point, Recording, replay};
use serde_json::json;

use super::{STEP, a_replay, beginning_with, capacities, policy, threshold, tried};

const DAY: u32 = 1440;
/// A midnight in UTC.
const BEGIN: Timestamp = Timestamp::from_millis(20_000 * 86_400_000);

fn at(minute: u32) -> Timestamp {
    BEGIN + Duration::from_secs(60) * minute
}

/// A minute of two instances with so much CPU each.
fn minute(number: u32, cpu: f64) -> Rollup {
    Rollup {
        group: GroupId(uuid::Uuid::from_u128(1)),
        at: at(number),
        desired: 3,
        in_service: 2,
        figures: vec![Rolled {
            source: "agent".to_owned(),
            metric: "CPU".to_owned(),
            reported: 1,
            average: cpu,
            maximum: cpu * 1.5,
            minimum: cpu * 0.5,
            sum: cpu,
        }],
    }
}

fn measures(policies: &[Policy]) -> Vec<Measure> {
    policies.iter().map(Measure::of).collect()
}

#[test]
fn a_minute_holds_for_its_steps_and_who_told_nothing_had_as_much_as_the_others() {
    let cpu = [policy("p", threshold(30.0, 80.0, 0))];
    let minutes = [minute(1, 40.0), minute(3, 60.0)];
    let recording = Recording::empty(at(0), at(5), STEP).with_minutes(&minutes, &measures(&cpu));
    let points = &recording.tracks[0].points;
    assert_eq!((recording.times, points.len()), (30, 30));
    let expected = Point {
        load: 80.0,
        instances: 2,
        highest: 60.0,
        lowest: 20.0,
    };
    assert!(
        points[6..12].iter().all(|point| *point == Some(expected)),
        "{points:?}"
    );
    let gaps = [&points[..6], &points[12..18], &points[24..]].concat();
    assert!(gaps.iter().all(Option::is_none));
    assert_eq!(
        recording.held[6],
        Some(Held {
            desired: 3,
            in_service: 2
        })
    );
    let trimmed = recording.trimmed().unwrap();
    assert_eq!((trimmed.from, trimmed.times, trimmed.held.len()), (at(1), 18, 18));
    assert_eq!(trimmed.tracks[0].points.len(), 18);
    let held = tried(&trimmed, &beginning_with(2), &cpu).held.unwrap();
    assert_eq!((held.least, held.most, held.changes), (3, 3, 0));
}

#[test]
fn nothing_is_left_of_a_recording_without_a_figure() {
    let cpu = [policy("p", threshold(30.0, 80.0, 0))];
    let recording = Recording::empty(at(0), at(5), STEP).with_minutes(&[], &measures(&cpu));
    assert_eq!(recording.trimmed(), None);
}

#[test]
fn what_was_really_held_is_judged_as_what_would_have_been() {
    let cpu = [policy("p", threshold(30.0, 80.0, 0))];
    let minutes: Vec<Rollup> = (0..10).map(|number| minute(number, 99.0)).collect();
    let recording = Recording::empty(at(0), at(10), STEP).with_minutes(&minutes, &measures(&cpu));
    let outcome = tried(&recording, &beginning_with(1), &cpu);
    let load = &outcome.loads[0];
    assert_eq!(load.saturated_minutes, 10.0);
    assert_eq!(load.held.unwrap().missed.unwrap().share, 0.0);
    assert!(load.replayed.missed.unwrap().share > 0.0);
}

#[test]
fn a_forecast_is_made_of_what_was_recorded_until_then() {
    let foresees = [policy(
        "p",
        json!({
            "policy_type": "predictive", "target_value": 50, "scheduling_buffer_time": 600,
        }),
    )];
    // Each day is quiet but for two hours after noon.
    let cpu = |number: u32| {
        if (720..840).contains(&(number % DAY)) {
            100.0
        } else {
            25.0
        }
    };
    let minutes: Vec<Rollup> = (0..5 * DAY).map(|number| minute(number, cpu(number))).collect();
    let recording = Recording::empty(at(3 * DAY), at(5 * DAY), Duration::from_secs(60));
    let recording = recording.with_minutes(&minutes, &measures(&foresees));
    assert_eq!(recording.tracks[0].earlier.len(), 3 * DAY as usize);
    let outcome = tried(&recording, &beginning_with(1), &foresees);
    let before_noon = outcome.steps[715].desired;
    assert_eq!(
        (outcome.steps[600].desired, before_noon),
        (1, 4),
        "{:?}",
        capacities(&outcome)
    );
    // Without the days before there is nothing to forecast from.
    let mut recording = recording;
    recording.tracks[0].earlier.clear();
    let (group, none) = (
        beginning_with(1),
        replay(&a_replay(&recording, &beginning_with(1), &foresees)).unwrap(),
    );
    assert_eq!(none.steps[715].desired, group.spec.desired_capacity);
}
