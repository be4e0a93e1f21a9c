//! Health, metrics, status.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use store::MemoryStore;
use store::faulty::{Fault, FaultyStore};
use telemetry::{ComponentState, HostState, HostStatus, Reason, RoundStatus};

use crate::rig::{Rig, send, settings};

#[tokio::test]
async fn health_tells_components_and_degrades_with_them() {
    let rig = Rig::start().await;
    rig.deps
        .board
        .component("controller", ComponentState::Running, "");
    let body = send(rig.request("GET /health")).await.ok();
    assert_eq!(
        (&body["status"], &body["timestamp"]),
        (&json!("OK"), &json!(1_700_000_000))
    );
    assert_eq!(body["components"][0]["name"], "controller");
    rig.deps
        .board
        .component("worker-launch", ComponentState::Failed, "no engine");
    let body = send(rig.request("GET /health")).await.ok();
    assert_eq!(body["status"], "DEGRADED");
    assert_eq!(body["components"][1]["message"], "no engine");
    rig.stop().await;
}

/// A controller whose store can be taken away, and what takes it.
async fn rig_with_switch() -> (Rig, Arc<AtomicBool>) {
    let away = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&away);
    // The token is known to the cache of a controller that shares one.
    let hook = move |method: &'static str| match seen.load(Ordering::SeqCst) && method != "token" {
        true => Fault::Unavailable,
        false => Fault::None,
    };
    let store = FaultyStore::new(Arc::new(MemoryStore::new()), Arc::new(hook));
    (Rig::with(settings(), Arc::new(store)).await, away)
}

#[tokio::test]
async fn a_store_that_is_away_is_named_and_the_status_shows_what_the_leader_tells() {
    let (rig, away) = rig_with_switch().await;
    let board = &rig.deps.board;
    board.component("controller", ComponentState::Running, "");
    board.component("store", ComponentState::Running, "");
    let stored = crate::hosts::host("host1", "docker01");
    rig.store.put_host(&stored).await.unwrap();
    let draining = crate::hosts::seen("host1", HostState::Up, telemetry::Scheduling::Draining, 3);
    board.hosts(vec![draining]);
    let well = rig.user01("GET /status", Value::Null).await.ok();
    assert_eq!(
        (&well["status"], &well["hosts"][0]["state"]),
        (&json!("OK"), &json!("up"))
    );
    away.store(true, Ordering::SeqCst);
    let health = send(rig.request("GET /health")).await;
    assert_eq!(health.status, 503);
    let status = rig.user01("GET /status", Value::Null).await.ok();
    for body in [health.json(), status.clone()] {
        assert_eq!(body["status"], "DEGRADED", "{body}");
        let told = body["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| (&c["name"], &c["state"]));
        let told: Vec<_> = told
            .filter_map(|(name, state)| name.as_str().zip(state.as_str()))
            .collect();
        assert_eq!(told, [("controller", "running"), ("store", "degraded")], "{body}");
    }
    let host = &status["hosts"][0];
    assert_eq!(
        (&host["name"], &host["state"], &host["instances"]),
        (&json!("host1"), &json!("draining"), &json!(3))
    );
    let message = "away: MongoDB at db1:27017";
    board.component("store", ComponentState::Degraded, message);
    let health = send(rig.request("GET /health")).await.json();
    assert_eq!(
        health["components"][1]["message"], message,
        "what the board knows is told"
    );
    rig.stop().await;
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let rig = Rig::start().await;
    for path in ["/health", "/metrics"] {
        let head = send(rig.request(&format!("HEAD {path}"))).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        let get = send(rig.request(&format!("GET {path}"))).await;
        assert_eq!(head.headers["content-type"], get.headers["content-type"]);
    }
    assert_eq!(send(rig.request("HEAD /asgcc/asgs")).await.status, 401);
    assert_eq!(send(rig.request("HEAD /asgcc/login")).await.status, 405);
    rig.stop().await;
}

#[tokio::test]
async fn status_shows_what_is_on_the_board() {
    let rig = Rig::start().await;
    let empty = rig.user01("GET /status", Value::Null).await.ok();
    assert_eq!(
        (&empty["status"], &empty["hosts"], &empty["rounds"]),
        (&json!("OK"), &json!([]), &Value::Null)
    );
    assert_eq!(send(rig.request("GET /asgcc/status")).await.status, 401);
    let host = crate::hosts::host("host1", "docker01");
    rig.store.put_host(&host).await.unwrap();
    let known = rig.user01("GET /status", Value::Null).await.ok();
    assert_eq!(
        (&known["hosts"][0]["state"], &known["hosts"][0]["zones"]),
        (&json!("unknown"), &json!(["docker01"]))
    );
    rig.deps.board.hosts(vec![HostStatus {
        name: "host1".to_owned(),
        zones: vec!["docker01".to_owned()],
        engine: "E1".to_owned(),
        state: HostState::Up,
        scheduling: telemetry::Scheduling::Active,
        control: true,
        cpus: 2,
        memory_mib: 4096,
        cpu: 12.5,
        memory: 50.0,
        instances: 3,
    }]);
    rig.deps.board.round(RoundStatus {
        at: 7,
        decided: vec![Reason {
            account: "user01".to_owned(),
            text: "too few".to_owned(),
        }],
        ..RoundStatus::default()
    });
    let seen = rig.user01("GET /status", Value::Null).await.ok();
    let expected = json!({"name": "host1", "zones": ["docker01"], "engine": "E1", "state": "up", "scheduling": "active",
        "control": false, "cpus": 2, "memory_mib": 4096, "cpu": 12.5, "memory": 50.0, "instances": 3});
    assert_eq!(seen["hosts"], json!([expected]));
    assert_eq!(
        (&seen["rounds"]["at"], &seen["rounds"]["reasons"]),
        (&json!(7), &json!(["too few"]))
    );
    rig.stop().await;
}

#[tokio::test]
async fn metrics_count_requests_by_route() {
    let rig = Rig::start().await;
    for path in ["/asgs/a", "/asgs/b", "/nowhere"] {
        rig.user01(&format!("GET {path}"), Value::Null).await;
    }
    let answer = send(rig.request("GET /metrics")).await;
    assert_eq!(answer.status, 200);
    let requests = |fragment: &str| {
        answer
            .text
            .lines()
            .find(|line| line.contains(fragment) && line.contains("_total{"))
            .map(str::to_owned)
    };
    let found = requests("\"/asgcc/asgs/{name}\"").unwrap_or_else(|| panic!("{}", answer.text));
    assert!(found.contains("404") && found.ends_with(" 2"), "{found}");
    assert!(requests("unmatched").is_some(), "{}", answer.text);
    assert!(!answer.text.contains("/asgs/a"), "a client's path made a series");
    assert!(answer.text.contains("ok"), "logins are counted");
    rig.stop().await;
}

/// What was logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_call_is_logged_and_no_secret_is() {
    let log = Log::default();
    let written = log.clone();
    let lines = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || written.clone());
    lines.try_init().unwrap();
    let rig = Rig::start().await;
    rig.call("User02", "GET /asgs/logged-group?a=b", &Value::Null)
        .await;
    send(rig.request("GET /asgcc/logged-path")).await;
    let host = crate::hosts::host("logged-host", "docker01");
    rig.store.put_host(&host).await.unwrap();
    rig.call("User02", "PUT /hosts/logged-host/drain", &Value::Null)
        .await
        .ok();
    send(
        rig.request("POST /asgcc/login")
            .json(&json!({"user": "user01", "key": "guessed-key"})),
    )
    .await;
    let token = rig.token("User02").to_owned();
    rig.stop().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = |fragment: &str| {
        text.lines()
            .find(|line| line.contains(fragment))
            .unwrap_or_else(|| panic!("{text}"))
    };
    let call = line("/asgcc/asgs/logged-group");
    for fragment in [
        "INFO",
        "method=\"GET\"",
        "status=404",
        "account=\"User02\"",
        "ms=",
    ] {
        assert!(call.contains(fragment), "{fragment} is not in {call}");
    }
    let change = line("an operator changed a host");
    for fragment in [
        "INFO",
        "host=logged-host",
        "account=User02",
        "from=\"active\"",
        "to=\"draining\"",
    ] {
        assert!(change.contains(fragment), "{fragment} is not in {change}");
    }
    assert!(line("/asgcc/logged-path").contains("account=\"-\""));
    assert!(line("outcome=\"refused\"").contains("user01"));
    assert!(!text.contains("guessed-key") && !text.contains(&token));
}
