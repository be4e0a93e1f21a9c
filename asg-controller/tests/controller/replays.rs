//! Policies tried on what was recorded.

use std::sync::Arc;
use std::time::Duration;

use asg_controller::Settings;
use config::{MetricSource, SourceKind, SourceServer};
use domain::{GroupId, Rolled, Rollup, Timestamp};
use serde_json::{Value, json};
use sources::Source;
use store::MemoryStore;
use test_servers::Prometheus;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::rig::{Rig, asg, but, policy, settings};

/// The rig's clock stands here, in Unix seconds.
const NOW: i64 = 1_700_000_000;
const REPLAYS: &str = "POST /asgs/a/replays";

/// A minute of two instances.
fn minute(group: GroupId, at: i64, cpu: f64) -> Rollup {
    let of = |source: &str, metric: &str, average: f64| Rolled {
        source: source.to_owned(),
        metric: metric.to_owned(),
        reported: 2,
        average,
        maximum: average,
        minimum: average,
        sum: average * 2.0,
    };
    Rollup {
        group,
        at: Timestamp::from_millis(at * 1_000),
        desired: 2,
        in_service: 2,
        figures: vec![of("agent", "CPU", cpu), of("traffic", "rps", cpu * 10.0)],
    }
}

/// A group with a policy, and four hours of which the last is busy.
async fn recorded(rig: &Rig) -> i64 {
    rig.user01("POST /asgs", but(asg("a"), "max_size", json!(8)))
        .await
        .ok();
    rig.user01("POST /policies", policy("p", "a")).await.ok();
    let group = rig.user01("GET /asgs/a", Value::Null).await.ok();
    let id = GroupId(group["id"].as_str().unwrap().parse().unwrap());
    let first = NOW - NOW % 60 - 4 * 3600;
    let busy = |number: i64| if number < 180 { 40.0 } else { 100.0 };
    let minutes: Vec<_> = (0..240)
        .map(|number| minute(id, first + number * 60, busy(number)))
        .collect();
    rig.store.put_rollups(&minutes).await.unwrap();
    first
}

fn tracking(name: &str) -> Value {
    json!({
        "name": name, "metric": "CPU", "statistic": "AVG", "sampling_window": 60, "target_value": 50,
    })
}

#[tokio::test]
async fn policies_are_tried_on_the_groups_minutes_and_nothing_is_changed() {
    let rig = Rig::start().await;
    let first = recorded(&rig).await;
    let before = rig.user01("GET /asgs/a", Value::Null).await.ok();
    let body = json!({"policies": ["p", tracking("t")], "instance_warmup": 0, "scale_out_cooldown": 0});
    let shown = rig.user01(REPLAYS, body).await.ok();
    assert_eq!(shown["policies"], json!(["p", "t"]));
    assert_eq!(
        (shown["from"].clone(), shown["to"].clone()),
        (json!(first), json!(first + 4 * 3600))
    );
    assert_eq!(
        (shown["step"].clone(), shown["start"].clone()),
        (json!(10), json!(2))
    );
    // Two instances at 100 % are four at the target of 50 %; while they are two there is more than they carry, but what is
    // measured is what they carry.
    assert_eq!(shown["capacity"]["most"], 4, "{}", shown["capacity"]);
    assert_eq!(shown["held"]["most"], 2);
    assert_eq!(shown["held"]["instance_hours"], 8.0);
    let load = &shown["loads"][0];
    assert_eq!(
        (load["metric"].clone(), load["instance_capacity"].clone()),
        (json!("CPU"), json!(100.0))
    );
    assert_eq!(
        (
            load["recorded_minutes"].clone(),
            load["saturated_minutes"].clone()
        ),
        (json!(240.0), json!(60.0))
    );
    assert_eq!(load["held_missed_percent"], 0.0);
    let change = &shown["changes"][0];
    assert!(
        change["outcome"].as_str().unwrap().contains("policy t"),
        "{change}"
    );
    assert_eq!(shown["series"].as_array().unwrap().len(), 1440);
    assert_eq!(
        shown["series"][0],
        json!({
            "at": first, "desired": [2, 2], "in_service": [2, 2], "held": [2, 2], "loads": [{"least": 80.0, "most": 80.0, "missed": 0.0}],
        })
    );
    assert_eq!(rig.user01("GET /asgs/a", Value::Null).await.ok(), before);
    let all = rig.user01("GET /policies", Value::Null).await.ok();
    assert_eq!(all.as_array().unwrap().len(), 1);
    // Another account has no such group.
    let other = rig.call("User02", REPLAYS, &json!({"policies": ["p"]})).await;
    assert_eq!(other.status, 404);
    rig.stop().await;
}

#[tokio::test]
async fn bounds_and_times_are_as_asked() {
    let rig = Rig::start().await;
    let first = recorded(&rig).await;
    let asked = json!({
        "policies": [tracking("t")], "from": first + 3 * 3600, "to": "2023-11-14T22:13:20Z", "step": 60, "start": 3,
        "max_size": 3, "min_size": 2, "launch_delay": 0, "scale_in_rate": {"instances": 1, "period": 60},
    });
    let shown = rig.user01(REPLAYS, asked).await.ok();
    assert_eq!(shown["from"], first + 3 * 3600);
    assert_eq!(
        (shown["start"].clone(), shown["capacity"]["most"].clone()),
        (json!(3), json!(3))
    );
    let few = json!({"policies": ["p"], "step": 1, "from": first});
    let shown = rig.user01(REPLAYS, few).await.ok();
    let series = shown["series"].as_array().unwrap();
    assert!((1000..=2000).contains(&series.len()), "{}", series.len());
    rig.stop().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    let rig = Rig::start().await;
    recorded(&rig).await;
    rig.user01("POST /asgs", asg("b")).await.ok();
    rig.user01("POST /policies", policy("other", "b")).await.ok();
    let with = |field: &str, value: Value| but(json!({"policies": ["p"]}), field, value);
    let try_ = |policy: Value| json!({"policies": [policy]});
    let percentile = but(tracking("t"), "statistic", json!("p90"));
    let elsewhere = but(
        but(percentile.clone(), "source", json!("traffic")),
        "metric",
        json!("rps"),
    );
    let unheard = but(
        but(tracking("t"), "source", json!("traffic")),
        "metric",
        json!("nothing"),
    );
    rig.expect(&[
        (REPLAYS, json!({}), 422, &["policies: is required"]),
        (
            REPLAYS,
            json!({"policies": []}),
            422,
            &["policies: has 0 entries, from 1 to 16"],
        ),
        (
            REPLAYS,
            json!({"policies": [7]}),
            422,
            &["policies: 7 is neither a name nor a JSON object"],
        ),
        (
            REPLAYS,
            json!({"policies": ["q"]}),
            422,
            &["policies: policy \"q\" not found"],
        ),
        (
            REPLAYS,
            json!({"policies": ["p", "p"]}),
            422,
            &["policies: policy p: is there twice"],
        ),
        (
            REPLAYS,
            json!({"policies": ["other"]}),
            422,
            &["policies: policy other: is of group b, not of a"],
        ),
        (
            REPLAYS,
            try_(but(tracking("t"), "target_value", json!(0))),
            422,
            &["policies: policy t: target_value: 0 is not above 0"],
        ),
        (
            REPLAYS,
            try_(but(tracking("t"), "auto_scaling_group", json!("b"))),
            422,
            &["policy t: auto_scaling_group: \"b\" is not a"],
        ),
        (
            REPLAYS,
            try_(but(tracking("t"), "business_hours_only", json!(true))),
            422,
            &["policy t: business_hours_only: true"],
        ),
        (
            REPLAYS,
            try_(percentile),
            422,
            &["policy t: statistic: p90 cannot be replayed from rollups"],
        ),
        (
            REPLAYS,
            try_(elsewhere),
            422,
            &[
                "statistic: p90 cannot be replayed from rollups",
                "name source \"traffic\"",
            ],
        ),
        (
            REPLAYS,
            try_(unheard),
            422,
            &["policy t: nothing is recorded of metric nothing of source traffic from"],
        ),
        (REPLAYS, with("step", json!(0)), 422, &["step: 0 is below 1"]),
        (
            REPLAYS,
            with("from", json!("monday")),
            422,
            &["from: \"monday\" is no time"],
        ),
        (
            REPLAYS,
            with("from", json!(NOW + 60)),
            422,
            &["from: 1700000060 is not at least a step of 10 s before to, 1700000000"],
        ),
        (
            REPLAYS,
            with("from", json!(NOW - 36 * 86_400)),
            422,
            &["from: 1696889600 is more than 35 days before to"],
        ),
        (
            REPLAYS,
            but(with("from", json!(NOW - 35 * 86_400)), "step", json!(5)),
            422,
            &["step: 5 makes 604800 decisions", "at most 302400"],
        ),
        (
            REPLAYS,
            with("to", json!(NOW - 9 * 86_400)),
            422,
            &["policy p: nothing is recorded"],
        ),
        (
            REPLAYS,
            with("start", json!(9)),
            422,
            &["start: 9 is outside min_size 1 and max_size 8"],
        ),
        (
            REPLAYS,
            with("min_size", json!(9)),
            422,
            &["min_size: 9 is above max_size 8"],
        ),
        (
            REPLAYS,
            with("scale_in_rate", json!({"period": 60})),
            422,
            &["scale_in_rate: instances or percent is required"],
        ),
        (
            REPLAYS,
            with("instance_capacity", json!(0)),
            422,
            &["instance_capacity: 0 is not above 0"],
        ),
        (
            REPLAYS,
            with("maxsize", json!(3)),
            422,
            &["maxsize", "did you mean \"max_size\""],
        ),
        (
            REPLAYS,
            with("source", json!("nosuch")),
            422,
            &["source: \"nosuch\" is neither \"rollups\" nor declared"],
        ),
        (
            REPLAYS,
            with("source", json!("app")),
            422,
            &["source: \"app\" keeps no history"],
        ),
        ("GET /asgs/a/replays", Value::Null, 405, &[]),
    ])
    .await;
    rig.stop().await;
}

/// Settings in which `traffic` is a server.
fn asking(url: &str) -> Settings {
    let declared = MetricSource {
        kind: SourceKind::Prometheus(SourceServer {
            url: url.to_owned(),
            authorization: None,
            tls: None,
        }),
        timeout: Duration::from_secs(2),
        interval: Duration::from_secs(5),
    };
    let mut settings = settings();
    let server = Source::declared(&declared).unwrap();
    settings.servers.insert("traffic".to_owned(), Arc::new(server));
    settings
}

fn of_traffic(query: &str) -> Value {
    let policy = but(
        but(tracking("t"), "source", json!("traffic")),
        "metric",
        json!(query),
    );
    json!({"policies": [policy], "source": "traffic", "instance_warmup": 0})
}

#[tokio::test]
async fn a_prometheus_is_asked_for_what_it_keeps() {
    let Some(mut server) = Prometheus::start(([127, 0, 0, 1], 9).into()) else {
        return;
    };
    let rig = Rig::with(asking(&server.url()), Arc::new(MemoryStore::new())).await;
    recorded(&rig).await;
    // A week of 10-second steps is asked for in pieces.
    let shown = rig.user01(REPLAYS, of_traffic("300 + 0 * time()")).await.ok();
    assert_eq!(shown["from"], NOW - 7 * 86_400);
    assert_eq!(shown["loads"][0]["instance_capacity"], 50.0);
    assert_eq!(shown["loads"][0]["recorded_minutes"], 7.0 * 1440.0);
    // The two that there were carry 100 of 300.
    let held = shown["loads"][0]["held_missed_percent"].as_f64().unwrap();
    assert!((66.6..66.7).contains(&held), "{}", shown["loads"]);
    let last = shown["series"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (last["desired"].clone(), last["held"].clone()),
        (json!([6, 6]), json!([2, 2])),
        "{last}"
    );
    let refused = rig.user01(REPLAYS, of_traffic("sum(")).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .message()
            .starts_with("policies: policy t: source traffic: the query does not parse: 1:5")
    );
    let none = rig.user01(REPLAYS, of_traffic("nothing_of_it")).await;
    assert_eq!(
        (none.status, none.message()),
        (
            422,
            "policies: policy t: source traffic: the query gives no series".to_owned()
        )
    );
    let idle = rig
        .user01(
            REPLAYS,
            but(json!({"policies": ["p"]}), "source", json!("traffic")),
        )
        .await;
    assert_eq!(
        (idle.status, idle.message()),
        (
            422,
            "source: \"traffic\": no policy that is tried looks at it".to_owned()
        )
    );
    server.kill();
    let away = rig.user01(REPLAYS, of_traffic("vector(1)")).await;
    assert_eq!(away.status, 503, "{}", away.text);
    assert!(
        away.message()
            .starts_with("policy t: source traffic: it does not answer"),
        "{}",
        away.text
    );
    rig.stop().await;
}

#[tokio::test]
async fn two_are_under_way_at_once_and_no_more() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let rig = Arc::new(Rig::with(asking(&url), Arc::new(MemoryStore::new())).await);
    recorded(&rig).await;
    let ask = || {
        let rig = Arc::clone(&rig);
        tokio::spawn(async move { rig.user01(REPLAYS, of_traffic("vector(1)")).await })
    };
    let waiting = [ask(), ask()];
    let mut links = Vec::new();
    for _ in &waiting {
        links.push(listener.accept().await.unwrap().0);
    }
    let third = rig.user01(REPLAYS, json!({"policies": ["p"]})).await;
    assert_eq!(
        (third.status, third.headers["retry-after"].to_str().unwrap()),
        (429, "2")
    );
    assert_eq!(
        third.message(),
        "2 replays are under way, as many as are at once: try again"
    );
    for mut link in links {
        link.write_all(b"HTTP/1.1 500 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
    }
    for asked in waiting {
        assert_eq!(asked.await.unwrap().status, 503);
    }
    rig.user01(REPLAYS, json!({"policies": ["p"]})).await.ok();
    Arc::into_inner(rig).unwrap().stop().await;
}
