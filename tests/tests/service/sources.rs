//! Groups that follow figures of a real Prometheus, which scrapes an exporter that speaks as Traefik does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use scenarios::harness::{DEADLINE, Image, Rest, Service, Setup, told};
use serde_json::{Value, json};
use test_servers::Prometheus;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{Duration, interval};

use super::policies::{decided, from_to};

/// Requests to a service in ten seconds, as a policy asks for them.
const REQUESTS: &str = "sum(increase(traefik_service_requests_total{service=\"web@docker\"}[10s]))";
/// What one policy adds or removes, and what is too much or too little.
const BUSY: f64 = 10.0;
const QUIET: f64 = 1.0;

/// What Traefik's `/metrics` tells of a service, and who sends it requests.
struct Traffic {
    address: SocketAddr,
    requests: Arc<AtomicU64>,
    senders: JoinSet<()>,
    _exporter: JoinSet<()>,
}

impl Traffic {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, requests) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
        let mut exporter = JoinSet::new();
        exporter.spawn(export(listener, Arc::clone(&requests)));
        Self {
            address,
            requests,
            senders: JoinSet::new(),
            _exporter: exporter,
        }
    }

    /// Ten requests a second from now on.
    fn flows(&mut self) {
        let requests = Arc::clone(&self.requests);
        self.senders.spawn(async move {
            let mut ticks = interval(Duration::from_millis(100));
            loop {
                ticks.tick().await;
                requests.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    /// No request any more.
    async fn ends(&mut self) {
        self.senders.shutdown().await;
    }
}

async fn export(listener: TcpListener, requests: Arc<AtomicU64>) {
    while let Ok((mut link, _)) = listener.accept().await {
        let count = requests.load(Ordering::Relaxed);
        let body = format!(
            "# HELP traefik_service_requests_total How many HTTP requests processed on a service.\n\
             # TYPE traefik_service_requests_total counter\n\
             traefik_service_requests_total{{code=\"200\",method=\"GET\",protocol=\"http\",service=\"web@docker\"}} {count}\n\
             traefik_service_requests_total{{code=\"404\",method=\"GET\",protocol=\"http\",service=\"web@docker\"}} 0\n"
        );
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let mut request = [0; 4096];
        // A request of Prometheus is shorter than that, and one that is cut off gets no answer.
        if link.read(&mut request).await.is_ok_and(|read| read > 0) {
            let _answered = link.write_all((head + &body).as_bytes()).await;
        }
    }
}

/// A service whose group of one to three instances follows the requests that `server` counts.
async fn following(server: &Prometheus) -> (Service, Rest) {
    let source = json!({"type": "prometheus", "url": server.url(), "interval": 1, "timeout": 1});
    let service = Service::start(Setup::new().entry("metric_sources", "traffic", source)).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["z1"], 1, 3).await;
    let quick = json!({
        "min_size": 1, "scale_out_cooldown": 1, "scale_in_cooldown": 1, "instance_warmup": 1,
        "scale_in_stabilization": 0,
    });
    rest.client.put("asgs/web", &quick).await.unwrap();
    let policy = json!({
        "name": "requests", "auto_scaling_group": "web", "source": "traffic", "metric": REQUESTS,
        "statistic": "AVG", "sampling_window": 1, "breach_duration": 0, "scale_out_step": 1, "scale_in_step": -1,
        "upper_threshold": BUSY, "lower_threshold": QUIET,
    });
    rest.client.post("policies", &policy).await.unwrap();
    rest.start("web").await;
    rest.in_service("web", 1).await;
    (service, rest)
}

fn reason(decision: &Value) -> &str {
    decision["wishes"][0]["reason"].as_str().unwrap_or_default()
}

async fn desired(rest: &Rest) -> Value {
    rest.client.get("asgs/web").await.unwrap()["desired_capacity"].clone()
}

#[tokio::test]
async fn requests_scale_out_quiet_scales_in_and_a_prometheus_that_dies_moves_nothing() {
    let mut traffic = Traffic::start().await;
    let Some(mut server) = Prometheus::start(traffic.address) else {
        return;
    };
    let (service, rest) = following(&server).await;
    traffic.flows();
    rest.in_service("web", 3).await;
    let out = decided(&rest, "it grew twice", |d| from_to(d) == (2, 3)).await;
    assert!(
        out[0]["wishes"][0]["value"].as_f64().unwrap() > BUSY,
        "{}",
        out[0]
    );

    server.kill();
    let blind = |d: &Value| d["wishes"][0]["value"].is_null() && reason(d).contains("does not answer");
    let held = decided(&rest, "it says that nothing is known", blind).await;
    assert_eq!(from_to(&held[0]), (3, 3), "{}", held[0]);
    // The load ends while nobody can tell: what was known last is no reason to remove anything.
    traffic.ends().await;
    let later = held[0]["at"].as_i64().unwrap() + 8;
    let still = |d: &Value| blind(d) && d["at"].as_i64().unwrap() >= later;
    let held = decided(&rest, "nothing is known for a while", still).await;
    assert_eq!(from_to(&held[0]), (3, 3), "{}", held[0]);
    assert!(reason(&held[0]).contains("the last figure came"), "{}", held[0]);
    assert_eq!(desired(&rest).await, 3);
    let none_less = |d: &Value| from_to(d).1 < from_to(d).0;
    let all = rest.client.get("asgs/web/decisions").await.unwrap();
    assert!(!all.as_array().unwrap().iter().any(none_less), "{all}");

    server.restart();
    decided(&rest, "what is quiet shrinks", |d| from_to(d) == (2, 1)).await;
    rest.in_service("web", 1).await;
    drop(service);
}

#[tokio::test]
async fn a_figure_that_is_told_moves_a_group() {
    let setup = Setup::new().entry("metric_sources", "app", json!({"type": "push", "interval": 60}));
    let service = Service::start(setup).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["z1"], 1, 3).await;
    let policy = json!({
        "name": "jobs", "auto_scaling_group": "web", "source": "app", "metric": "jobs", "statistic": "AVG",
        "sampling_window": 60, "target_value": 10,
    });
    rest.client.post("policies", &policy).await.unwrap();
    rest.start("web").await;
    decided(&rest, "nothing is known yet", |d| {
        reason(d).contains("no figure came yet")
    })
    .await;
    service
        .ms(&[
            "login",
            "--target",
            &service.target(),
            "--user",
            "user01",
            "--key",
            "key",
        ])
        .await;
    let pushed = service
        .ms(&[
            "push-metric",
            "--source",
            "app",
            "--metric",
            "jobs",
            "--value",
            "25",
        ])
        .await;
    assert_eq!(
        (pushed.code, pushed.stdout.trim()),
        (Some(0), "OK"),
        "{}",
        pushed.stderr
    );
    decided(&rest, "as many as its target needs", |d| from_to(d) == (1, 3)).await;
    rest.in_service("web", 3).await;
}

#[tokio::test]
async fn a_window_that_has_just_begun_and_a_source_that_fell_silent_remove_nothing() {
    let app = json!({"type": "push", "interval": 1, "timeout": 1});
    let service = Service::start(Setup::new().entry("metric_sources", "app", app)).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["z1"], 3, 3).await;
    let quick =
        json!({"min_size": 1, "scale_in_cooldown": 0, "instance_warmup": 0, "scale_in_stabilization": 0});
    rest.client.put("asgs/web", &quick).await.unwrap();
    let policy = json!({
        "name": "jobs", "auto_scaling_group": "web", "source": "app", "metric": "jobs", "statistic": "AVG",
        "sampling_window": 120, "breach_duration": 0, "scale_out_step": 1, "scale_in_step": -1,
        "upper_threshold": 10, "lower_threshold": 5,
    });
    rest.client.post("policies", &policy).await.unwrap();
    rest.start("web").await;
    rest.in_service("web", 3).await;
    let tell = async || {
        let told = rest.client.put("metrics/app/jobs", &json!({"value": 1})).await;
        told.unwrap();
    };
    let begun = |d: &Value| reason(d).contains("1 fewer, but its window of 120 s is not full yet: no change");
    told(DEADLINE, "the window is not full yet", async || {
        tell().await;
        let all = rest.client.get("asgs/web/decisions").await.unwrap();
        let found = all.as_array().unwrap().iter().any(begun);
        found.then_some(()).ok_or_else(|| all.to_string())
    })
    .await;
    let silent = |d: &Value| d["wishes"][0]["value"].is_null() && reason(d).contains("the last figure came");
    let held = decided(&rest, "its figures are not taken for what is now", silent).await;
    assert_eq!(from_to(&held[0]), (3, 3), "{}", held[0]);
    rest.in_service("web", 3).await;
}

#[tokio::test]
async fn queries_that_give_no_figure_are_told_and_move_nothing() {
    let traffic = Traffic::start().await;
    let Some(server) = Prometheus::start(traffic.address) else {
        return;
    };
    let (service, rest) = following(&server).await;
    for (query, why) in [
        (
            "sum(traefik_service_requests_total",
            "the query does not parse: 1:35: parse error: unclosed left parenthesis",
        ),
        ("nothing_of_this_name", "the query gives no series"),
        (
            "traefik_service_requests_total",
            "the query gives 2 series: aggregate them to one",
        ),
        ("sum(traefik_service_requests_total) / 0", "NaN is not a number"),
        ("up[5m]", "is not a number"),
    ] {
        let broken = json!({"metric": query, "missing_data": "hold"});
        rest.client.put("policies/requests", &broken).await.unwrap();
        let told = decided(&rest, why, |d| reason(d).contains(why)).await;
        assert_eq!(from_to(&told[0]), (1, 1), "{}", told[0]);
    }
    let metrics = reqwest::get(service.root() + "/metrics").await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for outcome in ["query", "no_series", "many_series", "no_number"] {
        let line = format!("microscaler_source_reads_total{{source=\"traffic\",outcome=\"{outcome}\"}}");
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
}
