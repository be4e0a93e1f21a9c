//! What a group's load was, minute by minute.

use domain::{GroupId, Rolled, Rollup, Timestamp};
use serde_json::{Value, json};

use crate::rig::{Rig, asg};

/// The rig's clock stands here, in Unix seconds.
const NOW: i64 = 1_700_000_000;
const DAY: i64 = 86_400;

fn minute(group: GroupId, at: i64) -> Rollup {
    Rollup {
        group,
        at: Timestamp::from_millis(at * 1_000),
        desired: 3,
        in_service: 2,
        figures: vec![Rolled {
            source: "agent".to_owned(),
            metric: "CPU".to_owned(),
            reported: 2,
            average: 31.25,
            maximum: 80.0,
            minimum: 1.5,
            sum: 62.5,
        }],
    }
}

async fn shown(rig: &Rig, query: &str) -> Vec<i64> {
    let asked = format!("GET /asgs/a/rollups{query}");
    let answer = rig.user01(&asked, Value::Null).await.ok();
    let minutes = answer.as_array().unwrap().iter();
    minutes.map(|minute| minute["at"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn minutes_of_a_day_are_shown_oldest_first_and_to_their_account_alone() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    assert_eq!(shown(&rig, "").await, [0_i64; 0]);
    let group = rig.user01("GET /asgs/a", Value::Null).await.ok();
    let id = GroupId(group["id"].as_str().unwrap().parse().unwrap());
    let last = NOW - NOW % 60 - 60;
    let times = [last - 2 * DAY, last - DAY + 120, last - 60, last];
    let made: Vec<_> = times.iter().map(|at| minute(id, *at)).collect();
    rig.store.put_rollups(&made).await.unwrap();

    assert_eq!(shown(&rig, "").await, times[1..]);
    assert_eq!(shown(&rig, &format!("?from={}", times[0])).await, times[..1]);
    assert_eq!(shown(&rig, &format!("?to={last}")).await, times[1..3]);
    let both = format!("?from={}&to={last}", last - 60);
    assert_eq!(shown(&rig, &both).await, times[2..3]);
    assert_eq!(shown(&rig, "?from=5&to=5").await, [0_i64; 0]);
    assert_eq!(shown(&rig, "?to=0").await, [0_i64; 0]);
    assert_eq!(shown(&rig, "?from=9223372036854775").await, [0_i64; 0]);
    let one = format!("GET /asgs/a/rollups?from={last}");
    assert_eq!(
        rig.user01(&one, Value::Null).await.ok(),
        json!([{
            "at": last, "desired": 3, "in_service": 2,
            "figures": [{"source": "agent", "metric": "CPU", "reported": 2, "average": 31.25, "maximum": 80.0, "minimum": 1.5,
                "sum": 62.5}],
        }])
    );
    rig.expect(&[
        (
            "GET /asgs/a/rollups?from=0&to=86401",
            Value::Null,
            422,
            &["to: 86401 is more than a day (86400 s) after from 0"],
        ),
        (
            "GET /asgs/a/rollups?from=5&to=4",
            Value::Null,
            422,
            &["to: 4 is before from 5"],
        ),
        (
            "GET /asgs/a/rollups?from=yesterday",
            Value::Null,
            422,
            &["from: \"yesterday\" is not a time in Unix seconds"],
        ),
        ("GET /asgs/a/rollups?to=-1", Value::Null, 422, &["to: \"-1\""]),
        (
            "GET /asgs/a/rollups?from=9223372036854775807",
            Value::Null,
            422,
            &["from: \"9223372036854775807\""],
        ),
        ("GET /asgs/a/rollups?limit=7", Value::Null, 422, &["\"limit\""]),
        ("GET /asgs/b/rollups", Value::Null, 404, &["b"]),
    ])
    .await;
}
