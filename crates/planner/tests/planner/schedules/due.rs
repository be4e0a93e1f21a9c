//! What is due for a group: what was missed, what was paused, and clocks that jump.

use domain::{Group, Process, Timestamp};
use planner::schedule::{Hours, Timetable, counts_from, due, hours as stands};
use serde_json::json;

use super::{EVER, at, cron, hours};
use crate::scene;

fn group(ran: &str) -> Group {
    let mut group = scene::group(&["z1"], 1, 9);
    group.scheduled.insert("s1".parse().unwrap(), at(ran));
    group
}

/// Daily at nine.
fn nine() -> Timetable {
    cron("UTC", "0 9 * * *")
}

fn ran(group: &Group, table: &Timetable, now: &str) -> Option<Timestamp> {
    let due = due(group, [table], at(now));
    assert!(due.len() < 2);
    due.first().map(|due| due.occurrence.at)
}

#[test]
fn of_what_was_missed_the_latest_is_made_up_for() {
    let group = group("2026-11-20T09:00:00Z");
    let missed = ran(&group, &nine(), "2026-11-25T08:00:00Z");
    assert_eq!(missed, Some(at("2026-11-24T09:00:00Z")));
}

#[test]
fn what_ran_does_not_run_again_also_when_the_clock_goes_back() {
    let group = group("2026-11-25T09:00:00Z");
    for now in [
        "2026-11-25T09:00:00Z",
        "2026-11-25T08:59:59Z",
        "2026-11-24T10:00:00Z",
    ] {
        assert_eq!(ran(&group, &nine(), now), None, "{now}");
    }
    let next = ran(&group, &nine(), "2026-11-26T09:00:00Z");
    assert_eq!(next, Some(at("2026-11-26T09:00:00Z")));
}

#[test]
fn a_clock_that_was_far_ahead_does_not_stop_schedules_until_then() {
    let group = group("2031-01-01T09:00:00Z");
    let latest = ran(&group, &nine(), "2026-11-25T10:00:00Z");
    assert_eq!(latest, Some(at("2026-11-25T09:00:00Z")));
}

#[test]
fn what_was_before_a_schedule_was_made_or_changed_does_not_happen() {
    let mut table = nine();
    table.changed = at("2026-11-25T09:00:01Z");
    let group = group("2026-11-20T09:00:00Z");
    assert_eq!(ran(&group, &table, "2026-11-26T08:59:59Z"), None);
    assert!(ran(&group, &table, "2026-11-26T09:00:00Z").is_some());
}

#[test]
fn what_falls_into_a_suspension_or_a_pause_is_not_made_up_for() {
    let now = "2026-11-25T12:00:00Z";
    let mut suspended = group("2026-11-20T09:00:00Z");
    suspended.suspended.insert(Process::ScheduledActions);
    assert_eq!(ran(&suspended, &nine(), now), None);
    suspended.suspended.clear();
    suspended.schedules_resumed = Some(at("2026-11-25T11:00:00Z"));
    assert_eq!(ran(&suspended, &nine(), now), None);
    assert!(ran(&suspended, &nine(), "2026-11-26T09:00:00Z").is_some());

    let mut paused = group("2026-11-20T09:00:00Z");
    paused.paused_until = Some(at("2026-11-26T09:00:00Z"));
    assert_eq!(ran(&paused, &nine(), now), None);
    // Just as the pause ends it is over.
    let ended = ran(&paused, &nine(), "2026-11-26T09:00:01Z");
    assert_eq!(ended, Some(at("2026-11-26T09:00:00Z")));
    paused.paused_until = Some(at("2026-11-26T09:00:00.001Z"));
    assert_eq!(ran(&paused, &nine(), "2026-11-26T09:00:01Z"), None);
}

#[test]
fn several_come_in_the_order_of_their_times_and_names() {
    let named = |name: &str, recurrence: &str| {
        let mut table = cron("UTC", recurrence);
        table.name = name.parse().unwrap();
        table
    };
    let tables = [
        named("c", "0 9 * * *"),
        named("b", "0 9 * * *"),
        named("a", "30 9 * * *"),
    ];
    let mut group = group("2026-11-20T09:00:00Z");
    let due_now = due(&group, &tables, at("2026-11-25T10:00:00Z"));
    let names: Vec<&str> = due_now.iter().map(|due| due.name.as_str()).collect();
    assert_eq!(names, ["b", "c", "a"]);
    group.deleted = true;
    assert!(due(&group, &tables, at("2026-11-25T10:00:00Z")).is_empty());
}

#[test]
fn an_edge_that_sets_nothing_hides_the_one_before_it() {
    let table = hours(
        "UTC",
        json!({"hours": {"start": "09:00", "end": "17:00"}, "outside": {}}),
    );
    let group = group("2026-11-20T09:00:00Z");
    assert!(ran(&group, &table, "2026-11-25T12:00:00Z").is_some());
    assert_eq!(ran(&group, &table, "2026-11-25T18:00:00Z"), None);
}

fn closed(opens: &str, told: &str) -> Hours {
    Hours::Closed {
        opens: at(opens),
        told: format!("begin at {told}"),
    }
}

#[test]
fn a_closed_group_says_by_whose_wall_clock_it_opens() {
    let of = |zone| hours(zone, json!({"hours": {"start": "09:00", "end": "17:00"}}));
    let (york, berlin) = (of("America/New_York"), of("Europe/Berlin"));
    // Clocks in New York are set back on the first of November, those in Berlin a week before.
    for (tables, now, opens, told) in [
        (
            vec![&york],
            "2026-10-30T21:00:00Z",
            "2026-11-02T14:00:00Z",
            "2026-11-02 09:00 (America/New_York)",
        ),
        (
            vec![&york, &berlin],
            "2026-10-31T21:00:00.869Z",
            "2026-11-02T08:00:00Z",
            "2026-11-02 09:00 (Europe/Berlin)",
        ),
        (
            vec![&berlin, &york],
            "2026-11-02T23:00:00Z",
            "2026-11-03T08:00:00Z",
            "2026-11-03 09:00 (Europe/Berlin)",
        ),
    ] {
        assert_eq!(stands(tables, at(now)), closed(opens, told), "{now}");
    }
}

#[test]
fn a_group_is_open_while_any_of_its_hours_are() {
    let day = hours("UTC", json!({"hours": {"start": "09:00", "end": "17:00"}}));
    let evening = hours("UTC", json!({"hours": {"start": "16:00", "end": "20:00"}}));
    let tables = [nine(), day, evening];
    for (now, expected) in [
        (
            "2026-11-25T08:00:00Z",
            closed("2026-11-25T09:00:00Z", "2026-11-25 09:00 (UTC)"),
        ),
        ("2026-11-25T12:00:00Z", Hours::Open),
        ("2026-11-25T18:00:00Z", Hours::Open),
        (
            "2026-11-25T21:00:00Z",
            closed("2026-11-26T09:00:00Z", "2026-11-26 09:00 (UTC)"),
        ),
    ] {
        assert_eq!(stands(&tables, at(now)), expected, "{now}");
    }
    assert_eq!(stands([&nine()], at("2026-11-25T21:00:00Z")), Hours::Undeclared);
    assert_eq!(counts_from(&group("2026-11-20T09:00:00Z"), &nine(), EVER), EVER);
}
