//! What a group's load was, minute by minute.

use serde_json::{Value, json};

use crate::rig::Rig;

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn minutes() -> Value {
    let figure = |source: &str, metric: &str, average: f64| {
        json!({"source": source, "metric": metric, "reported": 2, "average": average, "maximum": 90.5, "minimum": 1.25,
            "sum": average * 2.0})
    };
    json!([
        {"at": 1_700_000_040, "desired": 3, "in_service": 2,
            "figures": [figure("agent", "CPU", 31.25), figure("agent", "NETWORK_IN", 1500.0), figure("app", "jobs", 12.0)]},
        {"at": 1_700_000_100, "desired": 3, "in_service": 0, "figures": []},
    ])
}

#[tokio::test]
async fn the_last_hour_is_listed_a_line_for_each_minute() {
    let rig = Rig::logged_in().await;
    rig.get("asgs/a1/rollups", minutes()).await;
    let out = rig.line("ms list-rollups -a a1").out;
    let seen: Vec<_> = out.lines().map(words).collect();
    let expected = [
        "AT DESIRED IN_SERVICE CPU MEM NETWORK_IN NETWORK_OUT OTHERS",
        "2023-11-14 22:14:00 UTC 3 2 31.2 - 1500.0 - app:jobs=12.0",
        "2023-11-14 22:15:00 UTC 3 0 - - - - -",
    ];
    assert_eq!(seen, expected.map(words), "{out}");
    let asked = rig.last_asked().await.1;
    let query = asked.strip_prefix("/asgcc/asgs/a1/rollups?from=").unwrap();
    let (from, to) = query.split_once("&to=").unwrap();
    let (from, to): (i64, i64) = (from.parse().unwrap(), to.parse().unwrap());
    assert_eq!(to - from, 3_600);
    assert!((jiff::Timestamp::now().as_second() - to).abs() < 60, "{to}");
}

#[tokio::test]
async fn a_time_is_named_and_each_figure_told_in_detail() {
    let rig = Rig::logged_in().await;
    rig.get("asgs/a1/rollups", minutes()).await;
    let out = rig
        .line(
            "ms list-rollups --asg-name a1 --from 2023-11-14T23:14:00+01:00 --to 1700000200 --detailed-list",
        )
        .out;
    assert_eq!(
        rig.last_asked().await.1,
        "/asgcc/asgs/a1/rollups?from=1700000040&to=1700000200"
    );
    let seen: Vec<_> = out.lines().map(words).collect();
    let expected = [
        "AT DESIRED IN_SERVICE SOURCE METRIC REPORTED AVERAGE MAXIMUM MINIMUM SUM",
        "2023-11-14 22:14:00 UTC 3 2 agent CPU 2 31.25 90.5 1.25 62.5",
        "2023-11-14 22:14:00 UTC 3 2 agent NETWORK_IN 2 1500.0 90.5 1.25 3000.0",
        "2023-11-14 22:14:00 UTC 3 2 app jobs 2 12.0 90.5 1.25 24.0",
    ];
    assert_eq!(seen, expected.map(words), "{out}");
    rig.line("ms list-rollups -a a1 --to 1700000200");
    assert_eq!(
        rig.last_asked().await.1,
        "/asgcc/asgs/a1/rollups?from=1699996600&to=1700000200"
    );
    let json: Value = serde_json::from_str(&rig.line("ms list-rollups -a a1 -o json").out).unwrap();
    assert_eq!(json, minutes());
}

#[tokio::test]
async fn nothing_and_nonsense_are_told() {
    let rig = Rig::logged_in().await;
    rig.get("asgs", json!([{"name": "web1"}])).await;
    rig.get("asgs/a1/rollups", json!([])).await;
    let out = rig.line("ms list-rollups -a a1").out;
    assert!(out.starts_with("there is no minute of this time"), "{out}");
    rig.refuse("GET", "asgs/web/rollups", 404, "group web not found")
        .await;
    rig.refuse("GET", "asgs/web", 404, "group web not found").await;
    rig.ms(&["list-rollups", "-a", "web"])
        .fails_with(1, &["group web not found", "did you mean the group \"web1\"?"]);
    rig.ms(&["list-rollups", "-a", "a1", "--from", "yesterday"])
        .fails_with(2, &["yesterday", "Unix seconds"]);
}
