//! Groups that follow their load, on a real engine with what its agent samples.

use api::documents::Instance;
use scenarios::harness::{DEADLINE, Image, Rest, Service, Setup, told};
use serde_json::{Value, json};

/// A service whose agent samples each second, and a group of one to three instances that follows their CPU at once.
pub async fn following(policy: Value) -> (Service, Rest, Instance) {
    following_with(Setup::new(), policy).await
}

/// The same with more settings.
pub async fn following_with(setup: Setup, policy: Value) -> (Service, Rest, Instance) {
    following_as(setup, Image::Busy.name(), policy).await
}

/// The same with an image of the test's choice.
pub async fn following_as(setup: Setup, image: &str, policy: Value) -> (Service, Rest, Instance) {
    let service = Service::start(setup.entry("agent", "sample_interval", json!(1))).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", image).await;
    rest.group("web", "web", &["z1"], 1, 3).await;
    let quick = json!({
        "min_size": 1, "scale_out_cooldown": 1, "scale_in_cooldown": 1, "instance_warmup": 1,
        "scale_in_stabilization": 0,
    });
    rest.client.put("asgs/web", &quick).await.unwrap();
    rest.client.post("policies", &policy).await.unwrap();
    rest.start("web").await;
    let first = rest.in_service("web", 1).await.remove(0);
    (service, rest, first)
}

pub fn threshold(lower: f64) -> Value {
    // Far below what one busy instance uses, however many others share its CPUs.
    json!({
        "name": "cpu", "auto_scaling_group": "web", "metric": "CPU", "statistic": "AVG", "sampling_window": 2,
        "breach_duration": 0, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 4.0,
        "lower_threshold": lower,
    })
}

/// Decisions about the group that satisfy `wanted`, once there is one; newest first.
pub async fn decided(rest: &Rest, what: &str, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    told(DEADLINE, what, async || {
        let call = rest.client.call(reqwest::Method::GET, "asgs/web/decisions");
        let all = call.query("limit", "100").send().await;
        let all: Value = all.map_err(|error| error.to_string())?;
        let found: Vec<Value> = all
            .as_array()
            .into_iter()
            .flatten()
            .filter(|d| wanted(d))
            .cloned()
            .collect();
        match found.is_empty() {
            false => Ok(found),
            true => Err(all.to_string()),
        }
    })
    .await
}

pub fn from_to(decision: &Value) -> (u64, u64) {
    let figure = |name: &str| decision[name].as_u64().unwrap();
    (figure("before"), figure("after"))
}

#[tokio::test]
async fn a_group_follows_its_load_out_and_back_in_and_says_why() {
    let (service, rest, first) = following(threshold(2.0)).await;
    service.engine.touch(&first.instance_id, "/busy").await;
    rest.in_service("web", 3).await;
    let out = decided(&rest, "it grew twice", |d| from_to(d) == (2, 3)).await;
    assert_eq!(out.len(), 1);
    let wish = &out[0]["wishes"][0];
    assert!(wish["value"].as_f64().unwrap() > 4.0, "{wish}");
    assert_eq!(
        (&wish["policy"], &wish["capacity"]),
        (&json!("cpu"), &json!(3)),
        "{wish}"
    );
    assert!(wish["reason"].as_str().unwrap().contains("CPU"), "{wish}");
    rest.told("web", "cpu").await;
    let at_most = |d: &Value| {
        d["clamps"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["by"] == "bounds")
    };
    decided(&rest, "it wishes for more than its max_size", at_most).await;

    service.engine.erase(&first.instance_id, "/busy").await;
    rest.in_service("web", 1).await;
    decided(&rest, "it shrank twice", |d| from_to(d) == (2, 1)).await;
    assert_eq!(rest.client.get("asgs/web").await.unwrap()["desired_capacity"], 1);
}

#[tokio::test]
async fn what_is_suspended_or_in_shadow_moves_nothing_and_is_told() {
    let (service, rest, first) = following(threshold(2.0)).await;
    let alarms = json!({"processes": ["AlarmNotification"]});
    rest.client.put("asgs/web/suspend", &alarms).await.unwrap();
    service.engine.touch(&first.instance_id, "/busy").await;
    let is_held = |d: &Value| {
        d["clamps"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["by"] == "suspended")
    };
    let held = decided(&rest, "what is suspended is told", is_held).await;
    assert_eq!(from_to(&held[0]), (1, 1));

    rest.client
        .put("policies/cpu", &json!({"shadow": true}))
        .await
        .unwrap();
    rest.client.put("asgs/web/resume", &alarms).await.unwrap();
    let in_shadow = |d: &Value| {
        let wish = &d["wishes"][0];
        wish["shadow"] == true && wish["capacity"] == 2 && d["clamps"] == json!([])
    };
    let shown = decided(&rest, "a shadow's wish is told", in_shadow).await;
    assert_eq!(from_to(&shown[0]), (1, 1));

    rest.client
        .put("policies/cpu", &json!({"shadow": false}))
        .await
        .unwrap();
    rest.in_service("web", 3).await;
}

#[tokio::test]
async fn a_group_tracks_its_target() {
    let target = json!({
        "name": "cpu", "auto_scaling_group": "web", "policy_type": "target_tracking", "metric": "CPU",
        "statistic": "AVG", "sampling_window": 2, "target_value": 2.0,
    });
    let (service, rest, first) = following(target).await;
    service.engine.touch(&first.instance_id, "/busy").await;
    // More than three times the target: at once as many as there may be.
    decided(&rest, "it goes to its target in one step", |d| {
        from_to(d) == (1, 3)
    })
    .await;
    rest.in_service("web", 3).await;
    service.engine.erase(&first.instance_id, "/busy").await;
    rest.in_service("web", 1).await;
}
