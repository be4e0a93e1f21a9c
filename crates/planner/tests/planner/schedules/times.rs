//! One-time actions, bounds of recurrences, and what is refused.

use std::time::{Duration, Instant};

use domain::schedule::{Rule, ScheduledAction};
use planner::schedule::Timetable;

use super::{action, at, capacity, cron, following, preceding, schedule, table};

const EVERY_DAY: Option<&str> = Some("0 9 * * *");

#[test]
fn a_one_time_action_happens_once() {
    let table = table("UTC", action(None, Some("2026-12-01T10:00:00Z"), None));
    let time = at("2026-12-01T10:00:00Z");
    assert_eq!(
        following(&table, "2026-11-01T00:00:00Z", 3),
        ["2026-12-01T10:00:00Z"]
    );
    assert_eq!(table.next_after(time), None);
    assert_eq!(table.last_before(time, time), None);
    let ran = table.last_before(at("2026-11-30T00:00:00Z"), time).unwrap();
    assert_eq!((ran.at, ran.sizes), (time, capacity(3)));
    assert_eq!(
        table.last_before(at("2026-11-30T00:00:00Z"), at("2026-12-01T09:59:59Z")),
        None
    );
}

#[test]
fn a_recurrence_keeps_to_its_bounds() {
    let bounds = (Some("2026-12-01T09:00:00Z"), Some("2026-12-02T12:00:00Z"));
    let table = table("UTC", action(EVERY_DAY, bounds.0, bounds.1));
    let expected = ["2026-12-01T09:00:00Z", "2026-12-02T09:00:00Z"];
    assert_eq!(following(&table, "2026-11-01T00:00:00Z", 5), expected);
    let mut back = preceding(&table, "2027-01-01T00:00:00Z", 5);
    back.reverse();
    assert_eq!(back, expected);
}

#[test]
fn cron_is_that_of_five_fields_with_a_day_of_either_kind() {
    // Days of the month or of the week: either, when both are given.
    let either = cron("UTC", "0 12 1 * mon");
    assert_eq!(
        following(&either, "2026-11-25T00:00:00Z", 3),
        [
            "2026-11-30T12:00:00Z",
            "2026-12-01T12:00:00Z",
            "2026-12-07T12:00:00Z"
        ]
    );
    let leap = cron("UTC", "0 0 29 2 *");
    assert_eq!(
        following(&leap, "2026-11-25T00:00:00Z", 1),
        ["2028-02-29T00:00:00Z"]
    );
    let within_a_second = cron("UTC", "* * * * *");
    assert_eq!(
        following(&within_a_second, "2026-11-25T00:00:00.500Z", 1),
        ["2026-11-25T00:01:00Z"]
    );
    assert_eq!(
        preceding(&within_a_second, "2026-11-25T00:01:00.500Z", 1),
        ["2026-11-25T00:01:00Z"]
    );
}

#[test]
fn what_never_happens_is_found_out_fast() {
    let begun = Instant::now();
    let never = cron("America/New_York", "0 0 30 2 *");
    assert_eq!(never.next_after(at("2026-11-25T00:00:00Z")), None);
    assert_eq!(
        never.last_before(at("1970-01-01T00:00:00Z"), at("2026-11-25T00:00:00Z")),
        None
    );
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn what_cannot_be_followed_is_refused_with_field_and_value() {
    let refused = |zone: &str, rule: Rule| Timetable::of(&schedule(zone, rule)).unwrap_err().to_string();
    for zone in [
        "",
        "Europe/Atlantis",
        "+01:00",
        "EST5EDT,M3.2.0,M11.1.0",
        "../UTC",
    ] {
        let problem = format!("time_zone: {zone:?} is no IANA time zone");
        let told = refused(zone, action(EVERY_DAY, None, None));
        assert!(told.starts_with(&problem), "{told}");
    }
    for (text, why) in [
        ("", "has 0 field(s)"),
        ("@daily", "has 1 field(s)"),
        ("0 9 * *", "has 4 field(s)"),
        ("0 0 9 * * *", "has 6 field(s)"),
        ("61 9 * * *", "minute \"61\": Component error"),
        ("5 9 * 13 *", "month \"13\": "),
        ("a 9 * * *", ""),
        ("0 9 * * foo", ""),
        ("*/0 9 * * *", ""),
    ] {
        let told = refused("UTC", action(Some(text), None, None));
        assert!(
            told.starts_with(&format!("recurrence: {text:?}: {why}")),
            "{told}"
        );
        assert!(told.ends_with("for example \"0 9 * * mon-fri\""), "{told}");
    }
    let nothing = ScheduledAction {
        recurrence: None,
        start_time: None,
        end_time: None,
        sizes: capacity(1),
    };
    assert_eq!(
        refused("UTC", Rule::Action(nothing)),
        "recurrence: is required where there is no start_time"
    );
}
