//! A group that grows ahead of the load that its history forecasts, on a real engine.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::policy::AGENT;
use domain::{GroupId, Rolled, Rollup, Timestamp};
use scenarios::harness::{Image, Rest, Service, Setup};
use serde_json::{Value, json};
use store::{EmbeddedStore, Store};

use super::policies::{decided, from_to, threshold};

const MINUTE: i64 = Rollup::MINUTE_MS;
const DAY: i64 = 24 * 60 * MINUTE;
/// Until the load comes, of which all have a part then. Forecasts are of five minutes each.
const COMES_IN: i64 = 12 * MINUTE;
/// Per cent of an instance, of the whole group.
const QUIET: f64 = 40.0;
const LOADED: f64 = 250.0;

/// Three days of a group that was loaded for two hours each day, and is not now.
async fn remember(store: &dyn Store, group: GroupId) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_millis()).unwrap();
    let minutes = (now - 3 * DAY..now).step_by(60_000).map(|at| {
        let since = (at - now - COMES_IN).rem_euclid(DAY);
        let sum = if since < 120 * MINUTE { LOADED } else { QUIET };
        let average = sum / 4.0;
        Rollup {
            group,
            at: Rollup::minute_of(Timestamp::from_millis(at)),
            desired: 4,
            in_service: 4,
            figures: vec![Rolled {
                source: AGENT.to_owned(),
                metric: "CPU".to_owned(),
                reported: 4,
                average,
                maximum: average,
                minimum: average,
                sum,
            }],
        }
    });
    let minutes: Vec<Rollup> = minutes.collect();
    store.put_rollups(&minutes).await.unwrap();
}

/// A service that knows the group `web` and its history.
pub(super) async fn remembering() -> (Service, Rest) {
    let mut service = Service::start(Setup::new().entry("agent", "sample_interval", json!(1))).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["z1"], 1, 4).await;
    let quick = json!({
        "min_size": 1, "scale_out_cooldown": 1, "scale_in_cooldown": 1, "instance_warmup": 1,
        "scale_in_stabilization": 0,
    });
    rest.client.put("asgs/web", &quick).await.unwrap();
    let shown = rest.client.get("asgs/web").await.unwrap();
    let group: GroupId = serde_json::from_value(shown["id"].clone()).unwrap();
    service.terminate().await;
    let store = EmbeddedStore::open(&service.data_dir().join("microscaler.db")).unwrap();
    remember(&store, group).await;
    drop(store);
    service.start_again().await;
    let rest = service.rest("user01").await;
    (service, rest)
}

/// What a policy wished for in a decision.
fn wish<'a>(decision: &'a Value, policy: &str) -> &'a Value {
    let wishes = decision["wishes"].as_array().unwrap();
    wishes
        .iter()
        .find(|wish| wish["policy"] == policy)
        .unwrap_or(&Value::Null)
}

#[tokio::test]
async fn capacity_is_there_before_the_load_and_nothing_goes_below_the_forecast() {
    let (_service, rest) = remembering().await;
    let ahead = json!({
        "name": "ahead", "auto_scaling_group": "web", "policy_type": "predictive", "metric": "CPU", "statistic": "AVG",
        "target_value": 100, "scheduling_buffer_time": 1_200,
    });
    rest.client.post("policies", &ahead).await.unwrap();
    rest.start("web").await;
    rest.in_service("web", 3).await;
    let grown = decided(&rest, "it grows ahead of its load", |d| from_to(d) == (1, 3)).await;
    let why = wish(&grown[0], "ahead");
    assert_eq!(
        (&why["value"], &why["capacity"]),
        (&json!(LOADED), &json!(3)),
        "{why}"
    );
    let reason = why["reason"].as_str().unwrap();
    assert!(
        reason.contains("is forecast to be up to 250") && reason.contains("off by 0 %"),
        "{reason}"
    );
    rest.told("web", "is forecast to be up to 250").await;

    // Idle as it is, another policy would remove.
    let band = json!({"upper_threshold": 99.0, "lower_threshold": 98.0});
    let mut removes = threshold(0.0);
    removes
        .as_object_mut()
        .unwrap()
        .extend(band.as_object().unwrap().clone());
    rest.client.post("policies", &removes).await.unwrap();
    let held = |d: &Value| {
        from_to(d) == (3, 3) && wish(d, "cpu")["capacity"] == 2 && wish(d, "ahead")["capacity"] == 3
    };
    decided(&rest, "nobody removes what the forecast takes", held).await;
    rest.client.delete("policies/cpu").await.unwrap();

    // Of the next moment alone it expects little; it only adds.
    rest.client
        .put("policies/ahead", &json!({"scheduling_buffer_time": 0}))
        .await
        .unwrap();
    let would_do = |d: &Value| from_to(d) == (3, 3) && wish(d, "ahead")["capacity"] == 1;
    let stays = decided(&rest, "a forecast removes nothing", would_do).await;
    assert_eq!(wish(&stays[0], "ahead")["value"], json!(QUIET));
    let shrunk = rest.client.get("asgs/web").await.unwrap()["desired_capacity"].clone();
    assert_eq!(shrunk, 3);
}

#[tokio::test]
async fn a_young_group_says_that_there_is_no_forecast_and_follows_its_other_policies() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["z1"], 2, 4).await;
    let ahead = json!({
        "name": "ahead", "auto_scaling_group": "web", "policy_type": "predictive", "metric": "CPU", "statistic": "SUM",
        "target_value": 50,
    });
    rest.client.post("policies", &ahead).await.unwrap();
    rest.start("web").await;
    let waits = |d: &Value| {
        wish(d, "ahead")["reason"]
            .as_str()
            .is_some_and(|why| why.contains("it takes a day of it"))
    };
    let silent = decided(&rest, "it says what is missing", waits).await;
    assert_eq!(
        (wish(&silent[0], "ahead")["capacity"].clone(), from_to(&silent[0])),
        (Value::Null, (2, 2))
    );
}
