#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use serde_json::{Value, json};

use super::*;

fn with(fields: Value) -> Value {
    let mut schedule = json!({"name": "s1", "auto_scaling_group": "asg1", "changed": 1});
    let (Some(all), Some(more)) = (schedule.as_object_mut(), fields.as_object()) else {
        panic!("objects");
    };
    all.extend(more.clone());
    schedule
}

#[test]
fn both_kinds_come_back_as_they_were_stored() {
    let kinds = [
        (json!({"recurrence": "0 9 * * *", "min_size": 2}), false),
        (
            json!({"start_time": 1_800_000_000_000_i64, "desired_capacity": 2}),
            false,
        ),
        (
            json!({"hours": {"start": "22:00", "end": "06:00"}, "inside": {"min_size": 1}}),
            true,
        ),
        (
            json!({
                "hours": {"start": "09:00", "end": "17:00"}, "days": ["sat"], "exceptions": ["2026-12-26"],
                "outside": {"max_size": 1}, "time_zone": "Asia/Tokyo",
            }),
            true,
        ),
    ];
    for (kind, hours) in kinds {
        let schedule: Schedule = serde_json::from_value(with(kind)).unwrap();
        assert_eq!(matches!(schedule.rule, Rule::Hours(_)), hours, "{schedule:?}");
        let stored = serde_json::to_value(&schedule).unwrap();
        assert_eq!(serde_json::from_value::<Schedule>(stored).unwrap(), schedule);
    }
}

#[test]
fn what_a_schedule_leaves_out_is_utc_and_the_working_week() {
    let hours = json!({"hours": {"start": "09:00", "end": "17:00"}});
    let schedule: Schedule = serde_json::from_value(with(hours)).unwrap();
    assert_eq!(schedule.time_zone, UTC);
    let Rule::Hours(hours) = schedule.rule else {
        panic!("{schedule:?}");
    };
    let days: Vec<&str> = hours.days.iter().map(|day| day.as_str()).collect();
    assert_eq!(days, ["mon", "tue", "wed", "thu", "fri"]);
    assert!(hours.inside.is_empty() && !hours.hours.are_overnight());
}

#[test]
fn times_of_day_are_of_a_day() {
    for text in ["00:00", "09:05", "23:59"] {
        assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), text);
    }
    for text in [
        "", "9:00", "24:00", "12:60", "12", "12:0", "+9:00", "12:00:00", "ab:cd",
    ] {
        let refused = text.parse::<TimeOfDay>().unwrap_err().to_string();
        assert_eq!(refused, format!("{text:?} is no time of day: use 00:00 to 23:59"));
    }
}

#[test]
fn sizes_that_do_not_fit_together_are_refused_with_field_and_value() {
    let sizes = |min_size, max_size, desired_capacity| Sizes {
        min_size,
        max_size,
        desired_capacity,
    };
    for (given, problem) in [
        (sizes(Some(3), Some(2), None), "min_size: 3 is above max_size 2"),
        (
            sizes(Some(3), None, Some(2)),
            "desired_capacity: 2 is outside min_size 3 and max_size 2000",
        ),
        (
            sizes(None, Some(1), Some(2)),
            "desired_capacity: 2 is outside min_size 0 and max_size 1",
        ),
        (
            sizes(None, Some(2001), None),
            "max_size: 2001 is above the limit of 2000",
        ),
    ] {
        assert_eq!(given.check().unwrap_err().to_string(), problem);
    }
    assert!(sizes(Some(1), Some(1), Some(1)).check().is_ok());
}
