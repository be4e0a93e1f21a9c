//! What a replay shows, as clients see it.

use api::documents::{
    Replay, ReplayedCapacity, ReplayedChange, ReplayedLevel, ReplayedLoad, ReplayedStretch,
};
use domain::{Decision, Group, Policy};
use planner::replay::{Capacity, Carried, Level, Load, Outcome, Recording, Stretch, thin};

/// Stretches that a course is shown in at most.
const STRETCHES: usize = 2_000;

pub(super) fn document(
    group: &Group,
    policies: &[Policy],
    recording: &Recording,
    outcome: &Outcome,
) -> Replay {
    Replay {
        group: group.name.to_string(),
        policies: policies.iter().map(|policy| policy.name.to_string()).collect(),
        from: recording.from.seconds(),
        to: recording.at(recording.times).seconds(),
        step: u32::try_from(recording.step.as_secs()).unwrap_or(u32::MAX),
        start: group.spec.desired_capacity,
        capacity: capacity(&outcome.capacity),
        held: outcome.held.as_ref().map(capacity),
        loads: outcome.loads.iter().map(load).collect(),
        changes: outcome.decisions.iter().map(change).collect(),
        series: thin(recording, outcome, STRETCHES)
            .into_iter()
            .map(stretch)
            .collect(),
    }
}

fn capacity(shown: &Capacity) -> ReplayedCapacity {
    ReplayedCapacity {
        least: shown.least,
        most: shown.most,
        mean: shown.mean,
        instance_hours: shown.instance_hours,
        launched: shown.launched,
        terminated: shown.terminated,
        changes: shown.changes,
    }
}

fn load(load: &Load) -> ReplayedLoad {
    let missed = load.replayed.missed;
    let held = load.held.as_ref().and_then(|held: &Carried| held.missed);
    ReplayedLoad {
        source: load.measure.source().to_owned(),
        metric: load.measure.metric().to_owned(),
        instance_capacity: load.each,
        missed_percent: missed.map(|missed| missed.share * 100.0),
        missed_minutes: missed.map(|missed| missed.minutes),
        held_missed_percent: held.map(|missed| missed.share * 100.0),
        held_missed_minutes: held.map(|missed| missed.minutes),
        recorded_minutes: load.replayed.minutes,
        saturated_minutes: load.saturated_minutes,
    }
}

fn change(decision: &Decision) -> ReplayedChange {
    ReplayedChange {
        at: decision.at.seconds(),
        before: decision.before,
        after: decision.after,
        outcome: decision.outcome.clone(),
    }
}

fn level(level: Level) -> ReplayedLevel {
    ReplayedLevel {
        least: level.least,
        most: level.most,
        missed: level.missed,
    }
}

fn stretch(stretch: Stretch) -> ReplayedStretch {
    let pair = |(least, most)| [least, most];
    ReplayedStretch {
        at: stretch.at.seconds(),
        desired: pair(stretch.desired),
        in_service: pair(stretch.in_service),
        held: stretch.held.map(pair),
        loads: stretch
            .loads
            .into_iter()
            .map(|level| level.map(self::level))
            .collect(),
    }
}
