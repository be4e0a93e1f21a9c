//! Groups that go by the clock, on a real engine.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use scenarios::harness::{Image, Rest, Service, Setup};
use serde_json::{Value, json};

use crate::policies::{decided, following, from_to, threshold};

fn after(seconds: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(seconds)
}

/// Business hours of every day, from and until so many hours from now.
fn hours(from: i64, until: i64) -> Value {
    let clock = |hours: i64| {
        let at = Timestamp::now() + SignedDuration::from_hours(hours);
        at.strftime("%H:%M").to_string()
    };
    json!({
        "auto_scaling_group": "web", "hours": {"start": clock(from), "end": clock(until)},
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "name": "office",
    })
}

async fn sizes(rest: &Rest) -> Value {
    let group = rest.client.get("asgs/web").await.unwrap();
    json!([group["min_size"], group["max_size"], group["desired_capacity"]])
}

#[tokio::test]
async fn a_schedule_moves_a_group_at_its_time_and_tells_so() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 1).await;
    rest.in_service("web", 1).await;
    let due = after(3);
    let soon = json!({
        "name": "soon", "auto_scaling_group": "web", "start_time": due.to_string(), "min_size": 2, "max_size": 6,
    });
    rest.client.post("schedules", &soon).await.unwrap();
    let moved = rest.told("web", "scheduled action soon").await;
    assert!(moved.start_time >= due.as_second(), "{moved:?}");
    rest.told("web", "Desired capacity from 1 to 2").await;
    rest.in_service("web", 2).await;
    assert_eq!(sizes(&rest).await, json!([2, 6, 2]));
    let shown = rest.client.get("schedules/soon").await.unwrap();
    assert_eq!(shown["next"], Value::Null);

    // By hand it is changed as before, and stays so.
    rest.client
        .put("asgs/web", &json!({"min_size": 1, "desired_capacity": 1}))
        .await
        .unwrap();
    rest.in_service("web", 1).await;
    assert_eq!(sizes(&rest).await, json!([1, 6, 1]));
}

#[tokio::test]
async fn what_was_missed_while_nobody_led_is_made_up_for_once() {
    let mut service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 1).await;
    rest.in_service("web", 1).await;
    for (name, seconds, desired) in [("first", 4, 3), ("second", 5, 2)] {
        let schedule = json!({
            "name": name, "auto_scaling_group": "web", "start_time": after(seconds).to_string(),
            "desired_capacity": desired,
        });
        rest.client.post("schedules", &schedule).await.unwrap();
    }
    service.kill().await;
    // Nothing but time makes a schedule due.
    tokio::time::sleep(Duration::from_secs(6)).await;
    service.start_again().await;
    rest.told("web", "scheduled action second").await;
    rest.in_service("web", 2).await;
    service.terminate().await;
    service.start_again().await;
    rest.in_service("web", 2).await;
    let told = rest.activities("web").await;
    let ran = told.iter().filter(|a| a.cause == "scheduled action second");
    assert_eq!(ran.count(), 1, "{told:?}");
}

#[tokio::test]
async fn a_policy_of_business_hours_moves_nothing_outside_them() {
    let only = {
        let mut policy = threshold(2.0);
        policy["name"] = json!("office-cpu");
        policy["business_hours_only"] = json!(true);
        policy
    };
    // A shadow stands in until the hours are declared.
    let mut shadow = threshold(2.0);
    shadow["shadow"] = json!(true);
    let (service, rest, first) = following(shadow).await;
    rest.client.post("schedules", &hours(2, 4)).await.unwrap();
    rest.client.post("policies", &only).await.unwrap();
    service.engine.touch(&first.instance_id, "/busy").await;
    let is_closed = |d: &Value| {
        d["clamps"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["by"] == "schedule")
    };
    let held = decided(&rest, "what is outside business hours is told", is_closed).await;
    assert_eq!(from_to(&held[0]), (1, 1));
    let wish = held[0]["wishes"].as_array().unwrap();
    let wish = wish.iter().find(|w| w["policy"] == "office-cpu").unwrap();
    assert_eq!(wish["capacity"], Value::Null, "{wish}");
    assert!(
        wish["reason"]
            .as_str()
            .unwrap()
            .contains("acts in business hours only"),
        "{wish}"
    );

    rest.client.put("schedules/office", &hours(-2, 2)).await.unwrap();
    rest.in_service("web", 3).await;
}

#[tokio::test]
async fn a_pause_holds_policies_and_schedules_until_it_ends() {
    let (service, rest, first) = following(threshold(2.0)).await;
    let until = after(3600);
    rest.client
        .put("asgs/web/pause_until", &json!({"until": until.to_string()}))
        .await
        .unwrap();
    let due = after(2);
    let schedule = json!({
        "name": "soon", "auto_scaling_group": "web", "start_time": due.to_string(), "max_size": 2,
    });
    rest.client.post("schedules", &schedule).await.unwrap();
    service.engine.touch(&first.instance_id, "/busy").await;
    let paused = |d: &Value| {
        let clamps = d["clamps"].as_array().unwrap();
        let held = clamps
            .iter()
            .any(|c| c["by"] == "schedule" && c["reason"].to_string().contains("paused until"));
        held && d["at"].as_i64().unwrap() > due.as_second()
    };
    let held = decided(&rest, "a pause is told", paused).await;
    assert_eq!(from_to(&held[0]), (1, 1));
    assert_eq!(sizes(&rest).await, json!([1, 3, 1]));

    rest.client
        .put("asgs/web/pause_until", &json!({"until": null}))
        .await
        .unwrap();
    // What fell into the pause is not made up for: three may run.
    rest.in_service("web", 3).await;
    assert_eq!(sizes(&rest).await, json!([1, 3, 3]));
}
