//! Reads and writes per second, by clients on the same machine.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scenarios::harness::{Image, Service, Setup};
use serde_json::json;

use super::disk;
use super::figures::{Series, Table};
use super::http::Connection;

const READERS: usize = 16;
const WRITERS: usize = 64;
const LASTS: Duration = Duration::from_secs(5);

struct Rate {
    per_second: f64,
    took: Series,
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99] = [0.5, 0.99].map(|share| self.took.quantile(share).as_secs_f64() * 1e3);
        write!(f, "{:.0}/s (p50 {p50:.2} ms, p99 {p99:.2} ms)", self.per_second)
    }
}

/// Many clients, each calling again as soon as it is answered; `call` is given the client's and the call's number.
async fn drive(
    service: &Service,
    clients: usize,
    call: impl Fn(usize, usize) -> (&'static str, String, String) + Copy,
) -> Rate {
    let token = service.token("user01").await;
    let begun = Instant::now();
    let client = async |n: usize| {
        let mut connection = Connection::open(service.port(), &token).await;
        let mut took = Vec::new();
        while begun.elapsed() < LASTS {
            let (method, path, body) = call(n, took.len());
            let sent = Instant::now();
            connection.call(method, &path, &body).await;
            took.push(sent.elapsed());
        }
        took
    };
    let all: Vec<Duration> = join_all((0..clients).map(client)).await.concat();
    // Counts of some thousands.
    #[allow(clippy::cast_precision_loss)]
    let per_second = all.len() as f64 / begun.elapsed().as_secs_f64();
    let mut series = Series::default();
    all.into_iter().for_each(|took| series.push(took));
    Rate {
        per_second,
        took: series,
    }
}

/// Reads of a group's document, and of its instances.
pub async fn reads(table: &mut Table) {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 8).await;
    rest.in_service("web", 8).await;
    for (what, path) in [
        ("reads: one group", "asgs/web"),
        ("reads: the 8 instances of a group", "asgs/web/instances"),
    ] {
        let rate = drive(&service, READERS, |_, _| ("GET", path.to_owned(), String::new())).await;
        table.figure(&format!("{what}, {READERS} clients"), rate);
    }
}

/// Writes, each acknowledged when it is on the disk.
pub async fn writes(table: &mut Table) {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    for n in 0..WRITERS {
        rest.group(&format!("web{n}"), "web", &["docker01"], 0, 2000)
            .await;
    }
    let serial = disk::synchronisations(service.directory());
    let beside = format!("serial fdatasync on the same disk: {serial:.0}/s");
    let created = drive(&service, WRITERS, |client, call| {
        let name = format!("l{client}-{call}");
        let body = json!({"name": name, "image_id": "a", "instances_type": "t.test", "key": "k"});
        ("POST", "lconfs".to_owned(), body.to_string())
    })
    .await;
    let ratio = created.per_second / serial;
    table.ratio(
        &format!("writes: new launch configurations, {WRITERS} clients"),
        created,
        &beside,
        ratio,
        None,
    );
    let changed = drive(&service, WRITERS, |client, call| {
        let body = json!({"desired_capacity": call % 2000}).to_string();
        ("PUT", format!("asgs/web{client}/desired_capacity"), body)
    })
    .await;
    let ratio = changed.per_second / serial;
    table.ratio(
        &format!("writes: desired capacities, {WRITERS} clients"),
        changed,
        &beside,
        ratio,
        None,
    );
}
