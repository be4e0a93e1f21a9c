//! Two accounts never see each other's names.

use std::collections::BTreeSet;
use std::sync::Arc;

use asg_controller::Settings;
use domain::AccountName;
use serde_json::{Value, json};
use store::MemoryStore;
use telemetry::{Reason, RoundStatus};

use crate::rig::{Answer, Rig, asg, but, lb, lconf, policy, send, settings};

/// Everything of user01's is called so.
const HIDDEN: &str = "hidden";
/// Nothing is called so, and it is as long.
const NOTHING: &str = "nobody";

async fn furnish(rig: &Rig, user: &str, name: &str) {
    let group = but(asg(name), "launch_configuration", json!(name));
    let schedule = json!({"name": name, "auto_scaling_group": name, "start_time": "2023-11-15T00:00:00Z", "max_size": 9});
    for (path, body) in [
        ("POST /lconfs", lconf(name)),
        ("POST /lbs", lb(name)),
        ("POST /asgs", group),
        ("POST /policies", policy(name, name)),
        ("POST /schedules", schedule),
    ] {
        rig.call(user, path, &body).await.ok();
    }
}

/// The documented paths with the methods of each.
async fn documented(rig: &Rig) -> Vec<(String, BTreeSet<String>)> {
    let description = send(rig.request("GET /openapi.json")).await.ok();
    let paths = description["paths"].as_object().unwrap().iter();
    paths
        .map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            (
                path.clone(),
                methods.map(|method| method.to_uppercase()).collect(),
            )
        })
        .collect()
}

/// Calls a path as User02, with a body that is right where one is taken.
async fn as_stranger(rig: &Rig, method: &str, path: &str, name: &str) -> Answer {
    let segments = path.split('/').map(|segment| match segment {
        "{account}" => "user01",
        _ if segment.starts_with('{') => name,
        _ => segment,
    });
    let given = segments.collect::<Vec<_>>().join("/");
    let body = match path.rsplit('/').next() {
        Some("desired_capacity") => json!({"desired_capacity": 0}),
        Some("pause_until") => json!({"until": "2023-11-15T00:00:00Z"}),
        Some("{metric}") => json!({"value": 1}),
        Some("replays") => json!({"policies": ["policy1"]}),
        _ => json!({}),
    };
    let request = rig.request(&format!("{method} {given}"));
    let request = request.header("authorization", rig.token("User02"));
    send(match method {
        "GET" | "DELETE" => request,
        _ => request.json(&body),
    })
    .await
}

#[tokio::test]
async fn every_path_that_takes_a_name_answers_a_stranger_as_if_nothing_had_it() {
    let rig = Rig::start().await;
    furnish(&rig, "user01", HIDDEN).await;
    let before = owned(&rig).await;
    let mut tried = 0;
    for (path, methods) in documented(&rig).await {
        if !path.contains('{') {
            continue;
        }
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = as_stranger(&rig, method, &path, HIDDEN).await;
            let expected = match (methods.contains(method), path.contains("{account}")) {
                (_, true) => 403,
                (true, false) => 404,
                (false, false) => 405,
            };
            assert_eq!(answer.status, expected, "{method} {path}: {}", answer.text);
            let nothing = as_stranger(&rig, method, &path, NOTHING).await;
            let seen = (answer.status, answer.text.replace(HIDDEN, NOTHING));
            assert_eq!(seen, (nothing.status, nothing.text), "{method} {path}");
            tried += usize::from(methods.contains(method));
        }
    }
    // Three for each of five kinds, those of a group besides, those of hosts and of the autoscaler.
    assert!(tried >= 31, "{tried} calls");
    assert_eq!(owned(&rig).await, before, "a stranger changed something");
    rig.stop().await;
}

/// What user01 has.
async fn owned(rig: &Rig) -> Vec<Value> {
    let mut all = Vec::new();
    for list in ["/lbs", "/lconfs", "/asgs", "/policies", "/schedules"] {
        let seen = rig.user01(&format!("GET {list}"), Value::Null).await.ok();
        assert_eq!(seen[0]["name"], HIDDEN, "{list}");
        all.push(seen);
    }
    all
}

#[tokio::test]
async fn every_path_that_takes_no_name_shows_nothing_of_another_account() {
    let rig = Rig::start().await;
    furnish(&rig, "user01", HIDDEN).await;
    rig.deps.board.round(decided());
    let mut tried = 0;
    for (path, methods) in documented(&rig).await {
        // The figures have names of groups and a token of their own.
        if path.contains('{') || path == "/metrics" || !methods.contains("GET") {
            continue;
        }
        let answer = as_stranger(&rig, "GET", &path, HIDDEN).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text.contains(HIDDEN), "{path}: {}", answer.text);
        tried += 1;
    }
    // Five lists, types, hosts, status and health.
    assert!(tried >= 9, "{tried} paths");
    rig.stop().await;
}

/// A round that did something for both accounts, and for one that an older process did not tell.
fn decided() -> RoundStatus {
    let reason = |account: &str, text: &str| Reason {
        account: account.to_owned(),
        text: text.to_owned(),
    };
    RoundStatus {
        decided: vec![
            reason("user01", "hidden: launching 1"),
            reason("User02", "shop: launching 2"),
        ],
        reasons: vec!["hidden: stopping 3".to_owned()],
        ..RoundStatus::default()
    }
}

#[tokio::test]
async fn the_status_gives_reasons_to_whose_group_it_is_and_to_named_operators() {
    let (first, second) = ("hidden: launching 1", "shop: launching 2");
    let all = json!(["hidden: stopping 3", "user01/hidden: launching 1", second]);
    for (operators, expected) in [
        // Everybody may change hosts then; that is no leave to read each other's names.
        (None, [json!([first]), json!([second])]),
        (Some(Vec::new()), [json!([first]), json!([second])]),
        (Some(vec!["User02"]), [json!([first]), all]),
    ] {
        let names = |names: Vec<&str>| {
            names
                .into_iter()
                .map(|n| AccountName::parse(n).unwrap())
                .collect()
        };
        let settings = Settings {
            operators: operators.map(names),
            ..settings()
        };
        let rig = Rig::with(settings, Arc::new(MemoryStore::new())).await;
        rig.deps.board.round(decided());
        for (user, expected) in ["user01", "User02"].into_iter().zip(expected) {
            let seen = rig.call(user, "GET /status", &Value::Null).await.ok();
            assert_eq!(seen["rounds"]["reasons"], expected, "{user}");
        }
        rig.stop().await;
    }
}

#[tokio::test]
async fn nothing_refers_to_another_accounts_names() {
    let rig = Rig::start().await;
    furnish(&rig, "user01", "asg1").await;
    rig.call(
        "User02",
        "POST /asgs",
        &but(asg("asg2"), "launch_configuration", json!("asg1")),
    )
    .await
    .ok();
    let schedule = json!({"name": "s", "auto_scaling_group": "asg1", "start_time": "2023-11-15T00:00:00Z", "max_size": 9});
    for (request, body) in [
        ("POST /policies", policy("p", "asg1")),
        ("POST /schedules", schedule),
        ("PUT /asgs/asg2/start", Value::Null),
    ] {
        let answer = rig.call("User02", request, &body).await;
        assert_eq!(answer.status, 422, "{request}");
        assert!(answer.message().contains("not found"), "{request}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn two_accounts_use_the_same_names() {
    let rig = Rig::start().await;
    furnish(&rig, "user01", "asg1").await;
    furnish(&rig, "User02", "asg1").await;
    rig.call("User02", "DELETE /lconfs/asg1", &Value::Null).await.ok();
    rig.call(
        "User02",
        "PUT /asgs/asg1",
        &json!({"max_size": 9, "load_balancer": "asg1"}),
    )
    .await
    .ok();
    rig.user01("GET /lconfs/asg1", Value::Null).await.ok();
    assert_eq!(
        rig.user01("GET /asgs/asg1", Value::Null).await.ok()["max_size"],
        4
    );
    let other = rig.call("User02", "GET /asgs/asg1", &Value::Null).await.ok();
    assert_eq!(other["url"], "asg1.user02.lb.example");
    rig.stop().await;
}
