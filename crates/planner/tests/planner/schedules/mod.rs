//! Schedules: cron and business hours on wall clocks that are set, and what is due for a group.

mod daylight;
mod due;
mod hours;
mod properties;
mod times;

use domain::Timestamp;
use domain::schedule::{Rule, Schedule, ScheduledAction, Sizes};
use planner::schedule::Timetable;
use serde_json::{Value, json};

/// Long before everything.
const EVER: Timestamp = Timestamp::from_millis(0);

fn at(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    Timestamp::from_millis(at.as_millisecond())
}

fn capacity(desired: u32) -> Sizes {
    Sizes {
        desired_capacity: Some(desired),
        ..Sizes::default()
    }
}

fn schedule(zone: &str, rule: Rule) -> Schedule {
    Schedule {
        name: "s1".parse().unwrap(),
        auto_scaling_group: "asg1".parse().unwrap(),
        time_zone: zone.to_owned(),
        changed: EVER,
        rule,
    }
}

fn action(recurrence: Option<&str>, start: Option<&str>, end: Option<&str>) -> Rule {
    Rule::Action(ScheduledAction {
        recurrence: recurrence.map(str::to_owned),
        start_time: start.map(at),
        end_time: end.map(at),
        sizes: capacity(3),
    })
}

fn table(zone: &str, rule: Rule) -> Timetable {
    Timetable::of(&schedule(zone, rule)).unwrap()
}

fn cron(zone: &str, recurrence: &str) -> Timetable {
    table(zone, action(Some(recurrence), None, None))
}

fn hours(zone: &str, fields: Value) -> Timetable {
    let mut all = json!({"inside": {"desired_capacity": 5}, "outside": {"desired_capacity": 1}});
    let (Some(known), Some(more)) = (all.as_object_mut(), fields.as_object()) else {
        panic!("objects");
    };
    known.extend(more.clone());
    table(zone, Rule::Hours(serde_json::from_value(all).unwrap()))
}

/// The first occurrences after a time, as wall clocks show them.
fn following(table: &Timetable, after: &str, count: usize) -> Vec<String> {
    let mut after = at(after);
    let times = std::iter::from_fn(|| {
        after = table.next_after(after)?.at;
        Some(table.shown(after))
    });
    times.take(count).collect()
}

/// The same, the other way round: those up to a time, the last first.
fn preceding(table: &Timetable, until: &str, count: usize) -> Vec<String> {
    let mut until = at(until);
    let times = std::iter::from_fn(|| {
        let last = table.last_before(EVER, until)?.at;
        until = Timestamp::from_millis(last.millis() - 1);
        Some(table.shown(last))
    });
    times.take(count).collect()
}
