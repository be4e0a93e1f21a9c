//! Schedules, and pauses of them. The clock of these tests stands at 2023-11-14T22:13:20Z, a Tuesday.

use std::time::Duration;

use domain::{GroupName, Kind};
use serde_json::{Value, json};

use crate::rig::{Rig, asg, but, policy, without};

fn mornings() -> Value {
    json!({
        "name": "s", "auto_scaling_group": "a", "time_zone": "Europe/Berlin", "recurrence": "0 9 * * mon-fri",
        "end_time": "2030-01-01T00:00:00Z", "desired_capacity": 3,
    })
}

fn hours() -> Value {
    json!({
        "name": "h", "auto_scaling_group": "a", "hours": {"start": "09:00", "end": "17:00"},
        "exceptions": ["2023-11-15"], "inside": {"min_size": 2}, "outside": {"min_size": 0, "desired_capacity": 0},
    })
}

async fn rig() -> Rig {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    rig
}

#[tokio::test]
async fn a_schedule_is_shown_as_it_was_given_with_its_next_time() {
    let rig = rig().await;
    rig.user01("POST /schedules", mornings()).await.ok();
    let shown = rig.user01("GET /schedules/s", Value::Null).await.ok();
    let expected = but(mornings(), "end_time", json!("2030-01-01T01:00:00+01:00"));
    assert_eq!(shown, but(expected, "next", json!("2023-11-15T09:00:00+01:00")));

    rig.user01("POST /schedules", hours()).await.ok();
    let shown = rig.user01("GET /schedules/h", Value::Null).await.ok();
    let whole = but(hours(), "time_zone", json!("UTC"));
    let whole = but(whole, "days", json!(["mon", "tue", "wed", "thu", "fri"]));
    assert_eq!(shown, but(whole, "next", json!("2023-11-16T09:00:00Z")));

    let once =
        json!({"name": "o", "auto_scaling_group": "a", "start_time": "2023-11-14T22:13:21Z", "max_size": 9});
    rig.user01("POST /schedules", once).await.ok();
    rig.clock.pass(Duration::from_secs(2));
    let all = rig.user01("GET /schedules", Value::Null).await.ok();
    let next: Vec<&Value> = all.as_array().unwrap().iter().map(|s| &s["next"]).collect();
    assert_eq!(
        next,
        [
            &json!("2023-11-16T09:00:00Z"),
            &Value::Null,
            &json!("2023-11-15T09:00:00+01:00")
        ]
    );
    rig.stop().await;
}

#[tokio::test]
async fn a_change_counts_from_when_it_was_made_and_one_that_changes_nothing_is_none() {
    let rig = rig().await;
    rig.user01("POST /schedules", mornings()).await.ok();
    let account = "user01".parse().unwrap();
    let stored = async || {
        let read = rig.store.document(Kind::Schedule, &account, "s").await;
        let read = read.unwrap().unwrap().value;
        let domain::Body::Schedule(schedule) = read.body else {
            panic!("{read:?}");
        };
        (schedule.changed.seconds(), read.generation.0)
    };
    assert_eq!(stored().await, (1_700_000_000, 1));
    rig.clock.pass(Duration::from_secs(100));
    let shown = rig.user01("GET /schedules/s", Value::Null).await.ok();
    rig.user01("PUT /schedules/s", shown).await.ok();
    assert_eq!(stored().await, (1_700_000_000, 1));
    rig.user01("PUT /schedules/s", json!({"recurrence": "30 9 * * *"}))
        .await
        .ok();
    assert_eq!(stored().await, (1_700_000_100, 2));
    rig.stop().await;
}

#[tokio::test]
async fn schedules_that_cannot_be_meant_are_refused_with_field_and_value() {
    let rig = rig().await;
    let action = |field: &str, value: Value| but(mornings(), field, value);
    let of_hours = |field: &str, value: Value| but(hours(), field, value);
    let once = |start: &str| {
        let once = without(without(mornings(), "recurrence"), "end_time");
        but(once, "start_time", json!(start))
    };
    let refused: &[(Value, &str)] = &[
        (
            action("recurrence", json!("61 9 * * *")),
            "recurrence: \"61 9 * * *\": ",
        ),
        (
            action("recurrence", json!("0 9 30 2 *")),
            "recurrence: \"0 9 30 2 *\": nothing would happen within five years",
        ),
        (
            action("end_time", json!("2023-11-15T00:00:00Z")),
            "recurrence: \"0 9 * * mon-fri\": nothing would happen",
        ),
        (
            action("time_zone", json!("Europe/Atlantis")),
            "time_zone: \"Europe/Atlantis\" is no IANA time zone",
        ),
        (
            action("start_time", json!("tomorrow")),
            "start_time: \"tomorrow\" is no time: use RFC 3339",
        ),
        (
            action("start_time", json!(1_800_000_000)),
            "start_time: 1800000000 is not a string",
        ),
        (
            action("start_time", json!("2031-01-01T00:00:00Z")),
            "end_time: 2030-01-01T01:00:00+01:00 is not after start_time 2031-01-01T01:00:00+01:00",
        ),
        (
            action("end_time", json!("2023-11-14T22:13:20Z")),
            "end_time: 2023-11-14T23:13:20+01:00 is past",
        ),
        (
            once("2023-11-14T22:13:20Z"),
            "start_time: 2023-11-14T23:13:20+01:00 is past",
        ),
        (
            once("2033-01-01T00:00:00Z"),
            "start_time: 2033-01-01T01:00:00+01:00: nothing would happen",
        ),
        (
            but(
                once("2024-01-01T00:00:00Z"),
                "end_time",
                json!("2025-01-01T00:00:00Z"),
            ),
            "end_time: only a recurrence has one",
        ),
        (
            without(mornings(), "recurrence"),
            "recurrence: is required where there is no start_time",
        ),
        (
            without(mornings(), "desired_capacity"),
            "desired_capacity: is required where neither",
        ),
        (
            action("min_size", json!(4)),
            "desired_capacity: 3 is outside min_size 4 and max_size 2000",
        ),
        (
            but(action("min_size", json!(4)), "max_size", json!(2)),
            "min_size: 4 is above max_size 2",
        ),
        (action("max_size", json!(2001)), "max_size: 2001 is above 2000"),
        (
            action("auto_scaling_group", json!("b")),
            "auto_scaling_group: group \"b\" not found",
        ),
        (
            action("recurence", json!("0 9 * * *")),
            "did you mean \"recurrence\"?",
        ),
        (
            of_hours("recurrence", json!("0 9 * * *")),
            "recurrence: business hours have none",
        ),
        (
            of_hours("hours", json!({"start": "9:00", "end": "17:00"})),
            "hours: start: \"9:00\" is no time of day",
        ),
        (
            of_hours("hours", json!({"start": "09:00"})),
            "hours: end: is required",
        ),
        (
            of_hours("days", json!(["mon", "funday"])),
            "days: \"funday\" is none of mon, tue, wed",
        ),
        (
            of_hours("days", json!(["mon", "xyz"])),
            "days: \"xyz\" is none of mon, tue",
        ),
        (of_hours("days", json!([])), "days: [] names no day"),
        (
            of_hours("exceptions", json!(["2023-02-30"])),
            "exceptions: \"2023-02-30\" is no date",
        ),
        (
            of_hours("exceptions", json!(["20231225"])),
            "exceptions: \"20231225\" is no date: use for example 2030-12-25",
        ),
        (
            of_hours("inside", json!({"min_size": 3, "max_size": 2})),
            "inside: min_size: 3 is above max_size 2",
        ),
        (
            but(
                of_hours("days", json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])),
                "hours",
                json!({"start": "00:00", "end": "00:00"}),
            ),
            "", // with an exception it ends once, and begins again
        ),
    ];
    let (ends, never) = refused.split_last().unwrap();
    for (given, fragment) in never {
        rig.expect(&[("POST /schedules", given.clone(), 422, &[*fragment])])
            .await;
    }
    let always = but(ends.0.clone(), "exceptions", json!([]));
    let problem = "hours: 00:00 to 00:00: nothing would happen within five years";
    rig.expect(&[
        ("POST /schedules", always, 422, &[problem]),
        ("POST /schedules", ends.0.clone(), 200, &[]),
    ])
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn what_has_passed_cannot_be_changed_into_something_that_never_happens() {
    let rig = rig().await;
    let once =
        json!({"name": "o", "auto_scaling_group": "a", "start_time": "2023-11-14T22:13:21Z", "max_size": 9});
    rig.user01("POST /schedules", once).await.ok();
    rig.clock.pass(Duration::from_secs(2));
    rig.expect(&[
        (
            "PUT /schedules/o",
            json!({"max_size": 8}),
            422,
            &["start_time: 2023-11-14T22:13:21Z is past"],
        ),
        (
            "PUT /schedules/o",
            json!({"max_size": 8, "start_time": "2023-11-15T00:00:00Z"}),
            200,
            &[],
        ),
        (
            "PUT /schedules/o",
            json!({"hours": {"start": "09:00", "end": "10:00"}}),
            422,
            &["hours"],
        ),
    ])
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn schedules_go_with_their_group() {
    let rig = rig().await;
    rig.user01("POST /asgs", asg("b")).await.ok();
    rig.expect(&[
        ("POST /schedules", mornings(), 200, &[]),
        (
            "POST /schedules",
            but(
                but(mornings(), "name", json!("t")),
                "auto_scaling_group",
                json!("b"),
            ),
            200,
            &[],
        ),
        ("DELETE /asgs/a", Value::Null, 200, &[]),
        ("GET /schedules/s", Value::Null, 404, &["schedule s not found"]),
        ("GET /schedules/t", Value::Null, 200, &[]),
    ])
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn a_policy_of_business_hours_needs_some() {
    let rig = rig().await;
    let only = but(policy("p", "a"), "business_hours_only", json!(true));
    rig.expect(&[
        ("POST /schedules", mornings(), 200, &[]),
        (
            "POST /policies",
            only.clone(),
            422,
            &["business_hours_only: true, but group a has no schedule with hours"],
        ),
        ("POST /schedules", hours(), 200, &[]),
        ("POST /policies", only, 200, &[]),
    ])
    .await;
    let shown = rig.user01("GET /policies/p", Value::Null).await.ok();
    assert_eq!(shown["business_hours_only"], true);
    rig.stop().await;
}

#[tokio::test]
async fn a_group_is_paused_until_a_time_and_no_longer() {
    let rig = rig().await;
    let paused = async || {
        let group = rig.user01("GET /asgs/a", Value::Null).await.ok();
        group.get("paused_until").cloned()
    };
    let pause = |until: Value| rig.user01("PUT /asgs/a/pause_until", json!({"until": until}));
    assert_eq!(paused().await, None);
    pause(json!("2023-11-15T00:00:00+01:00")).await.ok();
    assert_eq!(paused().await, Some(json!(1_700_002_800)));
    pause(json!(1_700_000_060)).await.ok();
    assert_eq!(paused().await, Some(json!(1_700_000_060)));
    pause(Value::Null).await.ok();
    assert_eq!(paused().await, None);
    // Whatever fell into the pause is not made up for.
    let account = "user01".parse().unwrap();
    let name = GroupName::parse("a").unwrap();
    let group = rig.store.group_named(&account, &name).await.unwrap().unwrap();
    assert_eq!(group.value.schedules_resumed, Some(rig.deps.clock.now()));
    for (body, fragment) in [
        (json!({"until": 1_700_000_000}), "until: 1700000000 is past"),
        (
            json!({"until": "soon"}),
            "until: \"soon\" is no time: use RFC 3339",
        ),
        (json!({"until": 1.5}), "until: 1.5 is no time"),
        (json!({"until": i64::MAX}), "is no time"),
        (json!({}), "until: is required"),
        (json!({"till": 1}), "till: no field of a pause"),
    ] {
        rig.expect(&[("PUT /asgs/a/pause_until", body, 422, &[fragment])])
            .await;
    }
    rig.stop().await;
}
