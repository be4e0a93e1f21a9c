//! Jobs through the bus alone: sent as a leader sends them, taken and acknowledged as a worker does, with nothing done
//! in between. No store, no engine and no outcome is in the figures; the fleet's server makes each job durable, the
//! memory's bus keeps none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bus::{Bus, Jobs, MemoryBus, NatsBus, NatsOptions, Queue};
use domain::{Epoch, GroupId, HostName, InstanceId, Job, JobKind};
use futures_util::future::join;
use futures_util::{StreamExt, stream};
use test_servers::nats::{Nats, Which};
use uuid::Uuid;

use super::figures::{Series, Table, times};

const ROUNDS: usize = 3;
/// In one round, by many at once.
const MANY: usize = 4_000;
/// In one round, one after the other.
const FEW: usize = 200;
/// As the leader sends.
const SENT_AT_ONCE: usize = 64;
/// As a worker carries out.
const DONE_AT_ONCE: usize = 8;

/// A bus under measurement.
struct Measured {
    bus: Arc<dyn Bus>,
    host: HostName,
    jobs: Box<dyn Jobs>,
    many: Series,
    single: Series,
}

/// Measures both in turns.
pub async fn run(table: &mut Table) {
    let (what, single) = (
        "fleet: jobs sent, taken and acknowledged",
        "fleet: one job at a time",
    );
    let Some(server) = Nats::start(Which::Current).or_else(|| Nats::start(Which::Debian)) else {
        table.figure(what, "not measured: nats-server is not here");
        return;
    };
    let options = NatsOptions {
        urls: vec![server.url()],
        ..NatsOptions::default()
    };
    let nats = NatsBus::connect(options)
        .await
        .expect("a server of our own answers");
    let mut nats = Measured::new(Arc::new(nats)).await;
    let mut memory = Measured::new(Arc::new(MemoryBus::new())).await;
    for _ in 0..ROUNDS {
        for measured in [&mut nats, &mut memory] {
            measured.many().await;
            measured.one_by_one().await;
        }
    }
    let ratio = times(memory.many.median(), nats.many.median());
    let beside = format!("memory bus: {}", rate(&memory.many));
    table.ratio(
        what,
        format!("JetStream: {}", rate(&nats.many)),
        beside,
        ratio,
        None,
    );
    let ratio = times(nats.single.median(), memory.single.median());
    let beside = format!("memory bus: {}", wait(&memory.single));
    table.ratio(
        single,
        format!("JetStream: {}", wait(&nats.single)),
        beside,
        ratio,
        None,
    );
}

impl Measured {
    async fn new(bus: Arc<dyn Bus>) -> Self {
        let host: HostName = "bench".parse().expect("a name");
        Self {
            jobs: bus.jobs(&host, Queue::Stop).await.expect("a queue can be opened"),
            host,
            bus,
            many: Series::default(),
            single: Series::default(),
        }
    }

    /// A stop of a record, as small as a job gets; never the same twice.
    fn job(&self) -> Job {
        Job {
            group: GroupId(Uuid::nil()),
            record: InstanceId(Uuid::now_v7()),
            host: self.host.clone(),
            epoch: Epoch(1),
            attempt: 1,
            kind: JobKind::Stop { grace_ms: 5_000 },
        }
    }

    /// From the first job sent to the last one acknowledged.
    async fn many(&mut self) {
        let jobs: Vec<Job> = (0..MANY).map(|_| self.job()).collect();
        let begun = Instant::now();
        let sending = stream::iter(&jobs).for_each_concurrent(SENT_AT_ONCE, |job| async {
            self.bus.send(job).await.expect("the bus takes it");
        });
        let queue = &mut self.jobs;
        let deliveries = stream::unfold(queue, async |queue| Some((queue.next().await?, queue)));
        let working = deliveries
            .take(MANY)
            .for_each_concurrent(DONE_AT_ONCE, async |job| {
                job.ack().await.expect("the bus knows it")
            });
        join(sending, working).await;
        self.many.push(begun.elapsed());
    }

    /// What the bus adds to a single launch.
    async fn one_by_one(&mut self) {
        for _ in 0..FEW {
            let job = self.job();
            let begun = Instant::now();
            self.bus.send(&job).await.expect("the bus takes it");
            let taken = self.jobs.next().await.expect("the bus stays");
            let took = begun.elapsed();
            taken.ack().await.expect("the bus knows it");
            self.single.push(took);
        }
    }
}

fn rate(series: &Series) -> String {
    // A count of some thousands.
    #[allow(clippy::cast_precision_loss)]
    let per_second = MANY as f64 / series.median().as_secs_f64();
    format!("{per_second:.0}/s")
}

fn wait(series: &Series) -> String {
    let [p50, p99] = [0.5, 0.99].map(|share| series.quantile(share));
    format!("{} until taken, p99 {}", short(p50), short(p99))
}

fn short(took: Duration) -> String {
    format!("{:.3} ms", took.as_secs_f64() * 1e3)
}
