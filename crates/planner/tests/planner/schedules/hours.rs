//! Business hours: days, nights, exceptions.

use serde_json::json;

use super::{at, cron, following, hours, preceding};

#[test]
fn by_default_they_are_those_of_the_working_week() {
    let table = hours(
        "Europe/Berlin",
        json!({"hours": {"start": "09:00", "end": "17:00"}}),
    );
    for (time, inside) in [
        ("2026-11-27T08:59:59.999+01:00", false),
        ("2026-11-27T09:00:00+01:00", true),
        ("2026-11-27T16:59:59.999+01:00", true),
        ("2026-11-27T17:00:00+01:00", false),
        ("2026-11-28T12:00:00+01:00", false),
        ("2026-11-30T12:00:00+01:00", true),
    ] {
        assert_eq!(table.inside(at(time)), Some(inside), "{time}");
    }
    let friday = "2026-11-27T12:00:00+01:00";
    assert_eq!(
        following(&table, friday, 3),
        [
            "2026-11-27T17:00:00+01:00",
            "2026-11-30T09:00:00+01:00",
            "2026-11-30T17:00:00+01:00"
        ]
    );
    let begin = table.next_after(at("2026-11-29T00:00:00Z")).unwrap();
    assert_eq!(begin.sizes.desired_capacity, Some(5));
    let end = table.next_after(at(friday)).unwrap();
    assert_eq!(end.sizes.desired_capacity, Some(1));
    assert_eq!(cron("UTC", "0 9 * * *").inside(at(friday)), None);
}

#[test]
fn overnight_they_end_on_the_day_that_follows() {
    let table = hours(
        "UTC",
        json!({"hours": {"start": "22:00", "end": "06:00"}, "days": ["fri"]}),
    );
    for (time, inside) in [
        ("2026-11-27T03:00:00Z", false),
        ("2026-11-27T22:00:00Z", true),
        ("2026-11-28T05:59:59Z", true),
        ("2026-11-28T06:00:00Z", false),
        ("2026-11-28T22:00:00Z", false),
    ] {
        assert_eq!(table.inside(at(time)), Some(inside), "{time}");
    }
    assert_eq!(
        preceding(&table, "2026-12-01T00:00:00Z", 3),
        [
            "2026-11-28T06:00:00Z",
            "2026-11-27T22:00:00Z",
            "2026-11-21T06:00:00Z"
        ]
    );
}

#[test]
fn days_that_follow_each_other_without_a_break_have_no_edge_between_them() {
    let days = ["mon", "tue", "wed", "thu", "fri"];
    let table = hours(
        "UTC",
        json!({"hours": {"start": "07:00", "end": "07:00"}, "days": days}),
    );
    let expected = [
        "2026-11-28T07:00:00Z",
        "2026-11-30T07:00:00Z",
        "2026-12-05T07:00:00Z",
    ];
    assert_eq!(following(&table, "2026-11-25T12:00:00Z", 3), expected);
    let mut back = preceding(&table, "2026-12-06T00:00:00Z", 3);
    back.reverse();
    assert_eq!(back, expected);
}

#[test]
fn hours_that_never_end_have_no_edges() {
    let all = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let table = hours(
        "UTC",
        json!({"hours": {"start": "00:00", "end": "00:00"}, "days": all}),
    );
    assert_eq!(table.next_after(at("2026-11-25T12:00:00Z")), None);
    assert_eq!(table.inside(at("2026-11-25T12:00:00Z")), Some(true));
}

#[test]
fn on_a_date_that_is_excepted_they_do_not_begin() {
    let table = hours(
        "America/New_York",
        json!({"hours": {"start": "20:00", "end": "04:00"}, "exceptions": ["2026-12-25", "2027-01-01"]}),
    );
    // The night before goes on into it.
    assert_eq!(table.inside(at("2026-12-25T03:00:00-05:00")), Some(true));
    assert_eq!(table.inside(at("2026-12-25T23:00:00-05:00")), Some(false));
    assert_eq!(
        following(&table, "2026-12-24T12:00:00-05:00", 3),
        [
            "2026-12-24T20:00:00-05:00",
            "2026-12-25T04:00:00-05:00",
            "2026-12-28T20:00:00-05:00"
        ]
    );
}
