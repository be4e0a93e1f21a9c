//! Policies tried on 30 days of a group, a decision each 10 seconds.

use std::time::{Duration, Instant};

use domain::Timestamp;
use planner::forecast::Measure;
use planner::replay::{Recording, Replay, replay};

use super::figures::{Goal, Table, times};
use super::installation::{BEGUN, group, template};
use super::weigh::policies;

const DAYS: u32 = 30;
const DAY: Duration = Duration::from_secs(24 * 3600);
const STEP: Duration = Duration::from_secs(10);
/// Of a replay of one policy, without reading what was recorded.
const GOAL: Duration = Duration::from_secs(2);

/// Measures one policy, and three at once.
pub fn run(table: &mut Table) {
    let recording = recording();
    let mut group = group(0, 4, &template());
    (group.spec.min_size, group.spec.max_size) = (2, 40);
    let policies = policies();
    let [cpu, memory, target] = policies.each_ref();
    for (what, policies) in [
        ("a threshold", vec![cpu.clone()]),
        ("target tracking", vec![target.clone()]),
        (
            "three policies",
            vec![cpu.clone(), memory.clone(), target.clone()],
        ),
    ] {
        let begun = Instant::now();
        let outcome = replay(&Replay {
            recording: &recording,
            group: &group,
            policies: &policies,
            schedules: &[],
            launch_delay: STEP,
            instance_capacity: None,
        });
        let took = begun.elapsed();
        let outcome = outcome.expect("all that is looked at is recorded");
        assert!(
            outcome.capacity.changes > 100,
            "what is measured is what is meant"
        );
        let ours = format!("{:.2} s", took.as_secs_f64());
        let what = format!("replay of 30 days at 10 s steps, {what}");
        match policies.as_slice() {
            [_] => table.ratio(&what, ours, "2 s", times(took, GOAL), Some(Goal::AtMost(1.0))),
            _ => table.figure(&what, ours),
        }
    }
}

/// A load that is busy at noon, with a burst each three hours.
fn recording() -> Recording {
    let recording = Recording::empty(BEGUN, BEGUN + DAY * DAYS, STEP);
    let load = |place: usize| {
        let hour = hour(recording.at(place));
        let burst = if place % 1080 < 30 { 400.0 } else { 0.0 };
        200.0 + 900.0 * (-((hour - 12.0) / 4.0).powi(2)).exp() + burst
    };
    let loads: Vec<Option<f64>> = (0..recording.times).map(|place| Some(load(place))).collect();
    let measures: Vec<Measure> = policies().iter().map(Measure::of).collect();
    let [cpu, memory, ..] = measures.as_slice() else {
        unreachable!("there are three");
    };
    recording
        .with_figures(cpu.clone(), loads.clone())
        .with_figures(memory.clone(), loads)
}

fn hour(at: Timestamp) -> f64 {
    let seconds = at.seconds().rem_euclid(86_400);
    seconds as f64 / 3600.0
}
