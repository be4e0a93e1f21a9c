//! Reads and writes per second, by clients on the same machine, the embedded service and the fleet in turns.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scenarios::harness::{Image, Service, Setup};
use serde_json::json;

use super::disk;
use super::figures::{Series, Table};
use super::fleet::{self, Measured};
use super::http::Connection;
use super::subject::Subject;

const READERS: usize = 16;
const WRITERS: usize = 64;
/// How often each is driven, and how long each time.
const TURNS: usize = 2;
const LASTS: Duration = Duration::from_millis(2_500);

/// Calls that were answered.
#[derive(Default)]
struct Rate {
    lasted: Duration,
    took: Series,
}

impl Rate {
    fn per_second(&self) -> f64 {
        // Counts of some thousands.
        #[allow(clippy::cast_precision_loss)]
        let count = self.took.len() as f64;
        count / self.lasted.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99] = [0.5, 0.99].map(|share| self.took.quantile(share).as_secs_f64() * 1e3);
        write!(f, "{:.0}/s (p50 {p50:.2} ms, p99 {p99:.2} ms)", self.per_second())
    }
}

/// A call: method, path and body.
type Call = (&'static str, String, String);

/// Many clients, each calling again as soon as it is answered; `call` is given the client's and the call's number.
async fn drive(
    subject: &Subject,
    clients: usize,
    call: impl Fn(usize, usize) -> Call + Copy,
    rate: &mut Rate,
) {
    let begun = Instant::now();
    let client = async |n: usize| {
        let mut connection = Connection::open(subject.port, &subject.token).await;
        let mut took = Vec::new();
        while begun.elapsed() < LASTS {
            let (method, path, body) = call(n, took.len());
            let sent = Instant::now();
            connection.call(method, &path, &body).await;
            took.push(sent.elapsed());
        }
        took
    };
    let all = join_all((0..clients).map(client)).await;
    rate.lasted += begun.elapsed();
    rate.took.extend(all.concat());
}

/// The embedded service, and the fleet where its servers are.
struct Both {
    subjects: Vec<Subject>,
    /// The fleet's, by name and version.
    server: Option<String>,
    embedded: Service,
    _fleet: Option<Measured>,
}

impl Both {
    async fn start() -> Self {
        let (embedded, fleet) = (Service::start(Setup::new()).await, Measured::start().await);
        let mut subjects = vec![Subject::embedded(&embedded).await];
        if let Some(measured) = &fleet {
            subjects.push(Subject::fleet(&measured.fleet).await);
        }
        let server = fleet.as_ref().map(|measured| measured.database.server.clone());
        Self {
            subjects,
            server,
            embedded,
            _fleet: fleet,
        }
    }

    /// Drives them in turns; `call` is given the turn's number, too.
    async fn drive(&self, clients: usize, call: impl Fn(usize, usize, usize) -> Call + Copy) -> Vec<Rate> {
        let mut rates: Vec<Rate> = self.subjects.iter().map(|_| Rate::default()).collect();
        for turn in 0..TURNS {
            for (subject, rate) in self.subjects.iter().zip(&mut rates) {
                drive(subject, clients, |client, n| call(turn, client, n), rate).await;
            }
        }
        rates
    }

    /// The fleet's rate beside the embedded service's.
    fn compare(&self, table: &mut Table, what: &str, rates: &[Rate]) {
        match (&self.server, rates) {
            (Some(server), [embedded, fleet]) => {
                let ratio = fleet.per_second() / embedded.per_second();
                let what = format!("fleet on {server}: {what}");
                table.ratio(&what, fleet, format!("embedded: {embedded}"), ratio, None);
            }
            _ => fleet::absent(table, &format!("fleet: {what}")),
        }
    }
}

/// Reads of a group's document, and of its instances.
pub async fn reads(table: &mut Table) {
    let both = Both::start().await;
    for Subject { rest, .. } in &both.subjects {
        rest.launch("web", Image::Stays, 8).await;
        rest.in_service("web", 8).await;
    }
    for (what, path) in [
        ("reads: one group", "asgs/web"),
        ("reads: the 8 instances of a group", "asgs/web/instances"),
    ] {
        let what = format!("{what}, {READERS} clients");
        let read = |_, _, _| ("GET", path.to_owned(), String::new());
        let rates = both.drive(READERS, read).await;
        if let Some(embedded) = rates.first() {
            table.figure(&what, embedded);
        }
        both.compare(table, &what, &rates);
    }
}

/// Writes, each acknowledged when it is on the disk.
pub async fn writes(table: &mut Table) {
    let both = Both::start().await;
    for Subject { rest, .. } in &both.subjects {
        for n in 0..WRITERS {
            let name = format!("web{n}");
            rest.group(&name, "web", &["docker01"], 0, 2000).await;
        }
    }
    let serial = disk::synchronisations(both.embedded.directory());
    let created = both
        .drive(WRITERS, |turn, client, call| {
            let name = format!("l{turn}-{client}-{call}");
            let body = json!({"name": name, "image_id": "a", "instances_type": "t.test", "key": "k"});
            ("POST", "lconfs".to_owned(), body.to_string())
        })
        .await;
    let changed = both
        .drive(WRITERS, |_, client, call| {
            let body = json!({"desired_capacity": call % 2000}).to_string();
            ("PUT", format!("asgs/web{client}/desired_capacity"), body)
        })
        .await;
    for (what, rates) in [
        ("writes: new launch configurations", created),
        ("writes: desired capacities", changed),
    ] {
        let what = format!("{what}, {WRITERS} clients");
        if let Some(embedded) = rates.first() {
            let beside = format!("serial fdatasync on the same disk: {serial:.0}/s");
            table.ratio(&what, embedded, beside, embedded.per_second() / serial, None);
        }
        both.compare(table, &what, &rates);
    }
}
