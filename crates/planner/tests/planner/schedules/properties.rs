//! What holds of any schedule at any time.

use domain::Timestamp;
use planner::schedule::Timetable;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{cron, hours};

const ZONES: [&str; 6] = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Tehran",
    "UTC",
];
const CRONS: [&str; 6] = [
    "*/7 * * * *",
    "30 0-3 * * *",
    "0,15 23 * * sat,sun",
    "30 2 * * *",
    "0 0 1 * *",
    "59 1 * 3,4,9,10,11 sun",
];

fn times() -> impl Strategy<Value = Timestamp> {
    // The years 2025 to 2027, often within hours of a change of wall clocks.
    let years = 1_735_689_600_000_i64..1_830_297_600_000;
    let changes = [
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-04-04T15:00:00Z",
        "2026-09-06T04:00:00Z",
        "2026-04-05T03:00:00Z",
    ];
    let near = (select(changes.to_vec()), -10_800_000_i64..10_800_000);
    let near = near.prop_map(|(change, off)| super::at(change).millis() + off);
    prop_oneof![years, near].prop_map(Timestamp::from_millis)
}

fn tables() -> impl Strategy<Value = Timetable> {
    let zone = || select(ZONES.to_vec());
    let crons = (zone(), select(CRONS.to_vec())).prop_map(|(zone, text)| cron(zone, text));
    let edges = (zone(), 0_u32..24, 0_u32..24, select(vec!["00", "30"]));
    let edges = edges.prop_map(|(zone, start, end, minute)| {
        let (start, end) = (format!("{start:02}:{minute}"), format!("{end:02}:00"));
        hours(
            zone,
            json!({"hours": {"start": start, "end": end}, "days": ["mon", "wed", "sat", "sun"]}),
        )
    });
    prop_oneof![crons, edges]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn looking_ahead_and_looking_back_agree(table in tables(), now in times()) {
        let next = table.next_after(now).expect("there is always a next one");
        prop_assert!(next.at > now);
        let just_before = Timestamp::from_millis(next.at.millis() - 1);
        prop_assert_eq!(table.last_before(now, next.at), Some(next));
        prop_assert_eq!(table.last_before(now, just_before), None);
        prop_assert_eq!(table.next_after(just_before), Some(next));
    }

    #[test]
    fn hours_are_entered_and_left_at_their_edges_alone(table in tables(), now in times()) {
        let Some(inside) = table.inside(now) else { return Ok(()) };
        let edge = table.next_after(now).expect("there is always a next one").at;
        let just_before = Timestamp::from_millis(edge.millis() - 1);
        prop_assert_eq!(table.inside(just_before), Some(inside));
        prop_assert_eq!(table.inside(edge), Some(!inside));
    }
}
