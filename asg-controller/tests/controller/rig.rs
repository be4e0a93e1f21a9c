//! A real controller on a free port, over a store and a bus in memory, and a client that speaks HTTP to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use asg_controller::{Deps, MetricSource, ServeError, Server, Settings};
use bus::MemoryBus;
use cache::{Cache, NoCache};
use domain::{AccountName, Clock, InstanceType, SystemIds, Timestamp, TypeName};
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use store::{MemoryStore, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The autoscaler's token.
pub const AUTOSCALER: &str = "autoscaler-token";

/// A clock that tests move.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn pass(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn message(&self) -> String {
        let body = self.json();
        assert_eq!(body["status"], "ERROR", "{body}");
        body["message"].as_str().unwrap().to_owned()
    }

    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }
}

/// One row of a table: method and path, body, the status and fragments of the message expected.
pub type Row<'a> = (&'a str, Value, u16, &'a [&'a str]);

pub struct Rig {
    pub address: SocketAddr,
    pub store: Arc<dyn Store>,
    pub bus: Arc<MemoryBus>,
    pub clock: Arc<TestClock>,
    pub deps: Deps,
    pub http: reqwest::Client,
    pub shutdown: CancellationToken,
    tokens: BTreeMap<&'static str, String>,
    task: JoinHandle<Result<(), ServeError>>,
}

pub fn settings() -> Settings {
    let account = |name: &str, key: &str| (AccountName::parse(name).unwrap(), key.to_owned());
    let kind = |name: &str, vcpu, memory| (TypeName::parse(name).unwrap(), InstanceType { vcpu, memory });
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        keys: BTreeMap::from([account("user01", "key"), account("User02", "key2")]),
        autoscaler_token: Some(AUTOSCALER.to_owned()),
        metrics_token: Some("metrics-token".to_owned()),
        balancer_domain: "lb.example".to_owned(),
        instance_types: BTreeMap::from([kind("m1.small", 1, 1024), kind("m1.medium", 1, 2048)]),
        metric_sources: BTreeMap::from([
            ("traffic".to_owned(), MetricSource::Prometheus),
            ("queue".to_owned(), MetricSource::Http),
            ("app".to_owned(), MetricSource::Push),
        ]),
        ..Settings::default()
    }
}

pub fn client() -> reqwest::Client {
    // Already installed by another test of this process, it is the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap()
}

impl Rig {
    /// A controller of its own, with both accounts logged in.
    pub async fn start() -> Self {
        Self::with(settings(), Arc::new(MemoryStore::new())).await
    }

    pub async fn with(settings: Settings, store: Arc<dyn Store>) -> Self {
        Self::sharing(settings, store, Arc::new(NoCache::new())).await
    }

    /// One that shares `cache` with others.
    pub async fn sharing(settings: Settings, store: Arc<dyn Store>, cache: Arc<dyn Cache>) -> Self {
        let bus = Arc::new(MemoryBus::new());
        let clock = Arc::new(TestClock(AtomicI64::new(1_700_000_000_000)));
        let deps = Deps {
            store: Arc::clone(&store),
            bus: bus.clone(),
            cache,
            clock: clock.clone(),
            ids: Arc::new(SystemIds),
            metrics: telemetry::Metrics::new(),
            board: telemetry::StatusBoard::new(),
            settings: Arc::new(settings),
        };
        let mut rig = Self::serve(deps, store, bus, clock);
        for (user, key) in [("user01", "key"), ("User02", "key2")] {
            let token = rig.login(user, key).await;
            rig.tokens.insert(user, token);
        }
        rig
    }

    fn serve(deps: Deps, store: Arc<dyn Store>, bus: Arc<MemoryBus>, clock: Arc<TestClock>) -> Self {
        let server = Server::bind(deps.clone()).unwrap();
        let (address, shutdown) = (server.addr(), CancellationToken::new());
        let task = tokio::spawn(server.run(shutdown.clone()));
        Self {
            address,
            store,
            bus,
            clock,
            deps,
            http: client(),
            shutdown,
            tokens: BTreeMap::new(),
            task,
        }
    }

    /// Another controller over the same store, as after a restart, with other settings.
    pub fn again(&self, settings: Settings) -> Self {
        let deps = Deps {
            settings: Arc::new(settings),
            ..self.deps.clone()
        };
        let mut rig = Self::serve(deps, self.store.clone(), self.bus.clone(), self.clock.clone());
        rig.tokens.clone_from(&self.tokens);
        rig
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }

    /// Waits for a stop that was asked for.
    pub async fn ended(self) {
        self.task.await.unwrap().unwrap();
    }

    pub fn token(&self, user: &str) -> &str {
        &self.tokens[user]
    }

    pub async fn login(&self, user: &str, key: &str) -> String {
        let body = json!({"user": user, "key": key});
        let answer = send(self.request("POST /asgcc/login").json(&body)).await.ok();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// A request as it stands: nothing is added.
    pub fn request(&self, request: &str) -> RequestBuilder {
        let (method, path) = request.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        self.http
            .request(method, format!("http://{}{path}", self.address))
    }

    /// A request below the base with a user's token.
    pub fn with_token(&self, user: &str, request: &str) -> RequestBuilder {
        let (method, path) = request.split_once(' ').unwrap();
        let bearer = HeaderName::from_static("authorization");
        self.request(&format!("{method} /asgcc{path}"))
            .header(bearer, self.token(user))
    }

    /// Calls as a user; `null` sends no body.
    pub async fn call(&self, user: &str, request: &str, body: &Value) -> Answer {
        let request = self.with_token(user, request);
        send(match body {
            Value::Null => request,
            body => request.json(body),
        })
        .await
    }

    /// Calls as user01.
    pub async fn user01(&self, request: &str, body: Value) -> Answer {
        self.call("user01", request, &body).await
    }

    /// Goes through a table as user01.
    pub async fn expect(&self, rows: &[Row<'_>]) {
        for (request, body, status, fragments) in rows {
            let answer = self.user01(request, body.clone()).await;
            let seen = (answer.status, answer.text.as_str());
            assert_eq!(seen.0, *status, "{request} {body}: {}", seen.1);
            if *status != 200 {
                let message = answer.message();
                for fragment in *fragments {
                    assert!(
                        message.contains(fragment),
                        "{request} {body}: {fragment:?} is not in {message:?}"
                    );
                }
            }
        }
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

pub fn lconf(name: &str) -> Value {
    json!({"name": name, "image_id": "cirros", "instances_type": "m1.small", "key": "key1"})
}

pub fn lb(name: &str) -> Value {
    json!({"name": name, "lb_port": 80, "instances_port": "9080", "availability_zones": ["docker01"]})
}

pub fn policy(name: &str, group: &str) -> Value {
    json!({
        "name": name, "auto_scaling_group": group, "metric": "CPU", "statistic": "AVG", "sampling_window": 60,
        "breach_duration": 120, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 80, "lower_threshold": 30.5
    })
}

pub fn asg(name: &str) -> Value {
    json!({
        "name": name, "availability_zones": ["docker02"], "launch_configuration": "lconf1", "min_size": 1,
        "max_size": 4, "desired_capacity": 1, "scale_out_cooldown": 60, "scale_in_cooldown": 60,
        "domain": "mydomain.net", "no_lb": true
    })
}

/// A document with one field changed.
pub fn but(mut document: Value, field: &str, value: Value) -> Value {
    document[field] = value;
    document
}

/// A document without one field.
pub fn without(mut document: Value, field: &str) -> Value {
    document.as_object_mut().unwrap().remove(field).unwrap();
    document
}
