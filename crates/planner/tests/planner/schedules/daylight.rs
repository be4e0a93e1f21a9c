//! The days on which wall clocks are set, in zones that do so in four ways, and in one that does not.

use serde_json::json;

use super::{cron, following, hours, preceding};

/// A zone, cron, the day before, and what follows from then on.
type Row = (&'static str, &'static str, &'static str, [&'static str; 3]);

fn holds(rows: &[Row]) {
    for (zone, recurrence, after, expected) in rows {
        let table = cron(zone, recurrence);
        assert_eq!(following(&table, after, 3), expected, "{zone} {recurrence}");
        let mut back = preceding(&table, &expected[2].replace('Z', "+00:00"), 3);
        back.reverse();
        assert_eq!(back, expected, "{zone} {recurrence}, looking back");
    }
}

#[test]
fn what_a_wall_clock_skips_happens_once_just_after() {
    holds(&[
        (
            "America/New_York",
            "30 2 * * *",
            "2026-03-07T00:00:00-05:00",
            [
                "2026-03-07T02:30:00-05:00",
                "2026-03-08T03:00:00-04:00",
                "2026-03-09T02:30:00-04:00",
            ],
        ),
        (
            "Europe/Berlin",
            "0,20,40 2 * * sun",
            "2026-03-22T02:30:00+01:00",
            [
                "2026-03-22T02:40:00+01:00",
                "2026-03-29T03:00:00+02:00",
                "2026-04-05T02:00:00+02:00",
            ],
        ),
        (
            "Australia/Lord_Howe",
            "15 2 * * *",
            "2026-10-03T00:00:00+10:30",
            [
                "2026-10-03T02:15:00+10:30",
                "2026-10-04T02:30:00+11:00",
                "2026-10-05T02:15:00+11:00",
            ],
        ),
        // Midnight itself is skipped, and the day begins at one.
        (
            "America/Santiago",
            "0 0 * * *",
            "2026-09-04T23:59:59-04:00",
            [
                "2026-09-05T00:00:00-04:00",
                "2026-09-06T01:00:00-03:00",
                "2026-09-07T00:00:00-03:00",
            ],
        ),
        (
            "Asia/Tehran",
            "30 0 * * *",
            "2026-03-21T00:00:00+03:30",
            [
                "2026-03-21T00:30:00+03:30",
                "2026-03-22T00:30:00+03:30",
                "2026-03-23T00:30:00+03:30",
            ],
        ),
    ]);
}

#[test]
fn what_a_wall_clock_shows_twice_happens_the_first_time() {
    holds(&[
        (
            "America/New_York",
            "30 1 * * *",
            "2026-10-31T00:00:00-04:00",
            [
                "2026-10-31T01:30:00-04:00",
                "2026-11-01T01:30:00-04:00",
                "2026-11-02T01:30:00-05:00",
            ],
        ),
        (
            "Europe/Berlin",
            "59 2 * * *",
            "2026-10-24T00:00:00+02:00",
            [
                "2026-10-24T02:59:00+02:00",
                "2026-10-25T02:59:00+02:00",
                "2026-10-26T02:59:00+01:00",
            ],
        ),
        (
            "Australia/Lord_Howe",
            "45 1 * * *",
            "2026-04-04T00:00:00+11:00",
            [
                "2026-04-04T01:45:00+11:00",
                "2026-04-05T01:45:00+11:00",
                "2026-04-06T01:45:00+10:30",
            ],
        ),
        (
            "America/Santiago",
            "30 23 * * *",
            "2026-04-03T00:00:00-03:00",
            [
                "2026-04-03T23:30:00-03:00",
                "2026-04-04T23:30:00-03:00",
                "2026-04-05T23:30:00-04:00",
            ],
        ),
        (
            "Asia/Tehran",
            "30 23 * * *",
            "2026-09-20T00:00:00+03:30",
            [
                "2026-09-20T23:30:00+03:30",
                "2026-09-21T23:30:00+03:30",
                "2026-09-22T23:30:00+03:30",
            ],
        ),
    ]);
}

#[test]
fn what_a_wall_clock_will_show_again_has_happened() {
    let table = cron("America/New_York", "30 1 * * *");
    let last = preceding(&table, "2026-11-01T01:10:00-05:00", 1);
    assert_eq!(last, ["2026-11-01T01:30:00-04:00"]);
    let half = cron("Australia/Lord_Howe", "50 1 * * *");
    let last = preceding(&half, "2026-04-05T01:31:00+10:30", 1);
    assert_eq!(last, ["2026-04-05T01:50:00+11:00"]);
}

#[test]
fn so_it_is_with_what_happens_every_half_hour() {
    holds(&[
        (
            "America/New_York",
            "*/30 * * * *",
            "2026-03-08T01:15:00-05:00",
            [
                "2026-03-08T01:30:00-05:00",
                "2026-03-08T03:00:00-04:00",
                "2026-03-08T03:30:00-04:00",
            ],
        ),
        (
            "America/New_York",
            "*/30 * * * *",
            "2026-11-01T00:45:00-04:00",
            [
                "2026-11-01T01:00:00-04:00",
                "2026-11-01T01:30:00-04:00",
                "2026-11-01T02:00:00-05:00",
            ],
        ),
    ]);
}

#[test]
fn hours_begin_just_after_what_is_skipped_and_end_the_first_time() {
    let all = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let early = hours(
        "Europe/Berlin",
        json!({"hours": {"start": "02:30", "end": "09:00"}, "days": all}),
    );
    assert_eq!(
        following(&early, "2026-03-29T00:00:00+01:00", 2),
        ["2026-03-29T03:00:00+02:00", "2026-03-29T09:00:00+02:00"]
    );
    let late = hours(
        "America/Santiago",
        json!({"hours": {"start": "18:00", "end": "23:30"}, "days": all}),
    );
    assert_eq!(
        following(&late, "2026-04-04T12:00:00-03:00", 3),
        [
            "2026-04-04T18:00:00-03:00",
            "2026-04-04T23:30:00-03:00",
            "2026-04-05T18:00:00-04:00"
        ]
    );
    // Skipped as a whole they are none.
    let skipped = hours(
        "America/New_York",
        json!({"hours": {"start": "02:10", "end": "02:50"}, "days": all}),
    );
    assert_eq!(
        following(&skipped, "2026-03-08T00:00:00-05:00", 1),
        ["2026-03-09T02:10:00-04:00"]
    );
}
