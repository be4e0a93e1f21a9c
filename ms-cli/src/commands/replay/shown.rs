//! What a replay shows, as tables.

use api::documents::{Replay, ReplayedCapacity, ReplayedChange, ReplayedLoad};
use serde_json::{Value, json};

use crate::output::{Column, Row, column, table as drawn, time};

const CAPACITIES: &[Column] = &[
    column("capacity").titled(""),
    column("least"),
    column("most"),
    column("mean"),
    column("instance_hours"),
    column("launched"),
    column("terminated"),
    column("changes"),
];

const LOADS: &[Column] = &[
    column("metric"),
    column("source"),
    column("carries").titled("EACH_CARRIES"),
    column("missed"),
    column("missed_minutes"),
    column("held_missed").titled("MISSED_AS_HELD"),
    column("held_missed_minutes").titled("MINUTES_AS_HELD"),
];

const CHANGES: &[Column] = &[column("at").time(), column("desired"), column("outcome")];

/// The characters of a query that a line has room for.
const METRIC: usize = 48;

pub fn table(replay: &Replay, detailed: bool) -> String {
    let mut capacities = vec![capacity("replayed", &replay.capacity)];
    capacities.extend(replay.held.as_ref().map(|held| capacity("held", held)));
    let loads: Vec<Row> = replay.loads.iter().map(load).collect();
    let mut parts = vec![
        head(replay),
        drawn(CAPACITIES, &capacities, false),
        drawn(LOADS, &loads, false),
    ];
    parts.extend(warnings(replay));
    if detailed && !replay.changes.is_empty() {
        let changes: Vec<Row> = replay.changes.iter().map(change).collect();
        parts.push(drawn(CHANGES, &changes, false));
    }
    parts.join("\n\n")
}

fn head(replay: &Replay) -> String {
    let (from, to, step) = (time(replay.from), time(replay.to), replay.step);
    let (group, policies, start) = (&replay.group, replay.policies.join(", "), replay.start);
    format!(
        "group {group}, policies {policies}\nfrom {from} to {to}, a decision each {step} s, {start} at its begin"
    )
}

fn capacity(what: &str, capacity: &ReplayedCapacity) -> Row {
    row(json!({
        "capacity": what,
        "least": capacity.least,
        "most": capacity.most,
        "mean": format!("{:.2}", capacity.mean),
        "instance_hours": format!("{:.1}", capacity.instance_hours),
        "launched": capacity.launched,
        "terminated": capacity.terminated,
        "changes": capacity.changes,
    }))
}

fn load(load: &ReplayedLoad) -> Row {
    let percent = |share: Option<f64>| share.map(|share| format!("{share:.3} %"));
    let minutes = |minutes: Option<f64>| minutes.map(|minutes| format!("{minutes:.1}"));
    let mut metric: String = load.metric.chars().take(METRIC).collect();
    if metric.len() < load.metric.len() {
        metric.push_str("...");
    }
    row(json!({
        "metric": metric,
        "source": load.source,
        "carries": load.instance_capacity,
        "missed": percent(load.missed_percent),
        "missed_minutes": minutes(load.missed_minutes),
        "held_missed": percent(load.held_missed_percent),
        "held_missed_minutes": minutes(load.held_missed_minutes),
    }))
}

fn change(change: &ReplayedChange) -> Row {
    row(json!({
        "at": change.at,
        "desired": format!("{} -> {}", change.before, change.after),
        "outcome": change.outcome,
    }))
}

fn row(fields: Value) -> Row {
    match fields {
        Value::Object(fields) => fields,
        _ => Row::new(),
    }
}

/// What the figures do not tell.
fn warnings(replay: &Replay) -> Option<String> {
    let whole = (replay.to - replay.from) as f64 / 60.0;
    let mut lines = Vec::new();
    for load in &replay.loads {
        let (metric, missing) = (&load.metric, whole - load.recorded_minutes);
        if missing >= 1.0 {
            lines.push(format!(
                "of {metric} nothing is recorded in {missing:.0} of {whole:.0} minutes"
            ));
        }
        if load.saturated_minutes > 0.0 {
            let full = load.saturated_minutes;
            lines.push(format!(
                "in {full:.0} minutes the instances had as much {metric} as they can: the load may have been more than is recorded"
            ));
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
