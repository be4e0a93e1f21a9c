//! Three servers that keep every job together.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::jetstream;
use bus::conformance::fixture::{host, launch, patiently, taken};
use bus::{Bus, BusError, NatsBus, NatsLimits, NatsOptions, Queue};
use test_servers::nats::{Cluster, Nats, Which};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep};

use super::faults::{acknowledged, sent, taken_by};
use super::{BOTH, options_at};

fn replicated(urls: Vec<String>, replicas: usize) -> NatsOptions {
    let options = options_at(urls);
    let limits = NatsLimits {
        replicas,
        ..options.limits
    };
    NatsOptions { limits, ..options }
}

/// Tries until the cluster has chosen who leads it, as our programs do.
async fn connected(urls: &[String], replicas: usize) -> NatsBus {
    let connecting = async {
        loop {
            match NatsBus::connect(replicated(urls.to_vec(), replicas)).await {
                Ok(bus) => return bus,
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    patiently(connecting).await
}

/// Whom the stream's copies follow, and which of them are up to date.
async fn copies(urls: &[String]) -> Option<(String, BTreeSet<String>)> {
    let client = async_nats::connect(urls).await.ok()?;
    let stream = jetstream::new(client).get_stream("microscaler").await.ok()?;
    let cluster = stream.cached_info().cluster.clone()?;
    let current = cluster
        .replicas
        .iter()
        .filter(|copy| copy.current && !copy.offline);
    let current = current.map(|copy| copy.name.clone()).collect();
    Some((cluster.leader?, current))
}

/// The stream's leader, when so many other copies are up to date.
async fn settled(urls: &[String], copied: usize) -> String {
    let looking = async {
        loop {
            match copies(urls).await {
                Some((leader, current)) if current.len() == copied => return leader,
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    patiently(looking).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_job_is_lost_when_the_stream_s_leader_is_killed_debian() {
    leader_killed(Which::Debian).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_job_is_lost_when_the_stream_s_leader_is_killed_current() {
    leader_killed(Which::Current).await;
}

async fn leader_killed(which: Which) {
    let Some(mut cluster) = Cluster::start(which) else {
        return;
    };
    let urls = cluster.urls();
    let (sender, receiver) = (Arc::new(connected(&urls, 3).await), connected(&urls, 3).await);
    let here = host("cluster.example.net");
    let (told, mut records) = unbounded_channel();
    let receiving = tokio::spawn(taken_by(receiver, here.clone(), told));
    let leader = settled(&urls, 2).await;
    let first = patiently(acknowledged(Arc::clone(&sender), here.clone(), 50)).await;
    let mut seen = BTreeSet::from([patiently(records.recv()).await.unwrap()]);
    let sending = tokio::spawn(acknowledged(Arc::clone(&sender), here.clone(), 2_000));
    while seen.is_subset(&first) {
        seen.insert(patiently(records.recv()).await.unwrap());
    }
    assert!(!sending.is_finished(), "it is killed in the middle of it");
    tokio::task::block_in_place(|| cluster.server(&leader).kill());

    let later = patiently(sending).await.unwrap();
    let killed = cluster.server(&leader).url();
    let others: Vec<String> = urls.iter().filter(|url| **url != killed).cloned().collect();
    assert_ne!(settled(&others, 1).await, leader, "another leads");
    let mut missing = &(&first | &later) - &seen;
    patiently(async {
        while !missing.is_empty() {
            missing.remove(&records.recv().await.unwrap());
        }
    })
    .await;

    // More than there are.
    let error = NatsBus::connect(replicated(others, 5))
        .await
        .unwrap_err()
        .to_string();
    let begins = "the bus is unavailable: stream microscaler, kept by 5 servers (nats.replicas): ";
    assert!(error.starts_with(begins), "{error}");

    // The one that was killed comes back, and is one of the two that a job needs.
    tokio::task::block_in_place(|| cluster.server(&leader).restart());
    let now = settled(&urls, 2).await;
    let third = ["server0", "server1", "server2"]
        .into_iter()
        .find(|name| *name != leader && *name != now);
    tokio::task::block_in_place(|| cluster.server(third.unwrap()).kill());
    let job = launch(&here);
    sent(&sender, &job).await;
    patiently(async { while records.recv().await.unwrap() != job.record {} }).await;
    receiving.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_that_keeps_the_stream_is_missed_debian() {
    keeper_killed(Which::Debian).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_that_keeps_the_stream_is_missed_current() {
    keeper_killed(Which::Current).await;
}

async fn keeper_killed(which: Which) {
    let Some(mut cluster) = Cluster::start(which) else {
        return;
    };
    let urls = cluster.urls();
    let bus = connected(&urls, 1).await;
    let keeper = settled(&urls, 0).await;
    bus.ping().await.unwrap();
    tokio::task::block_in_place(|| cluster.server(&keeper).kill());
    let missed = "the bus is unavailable: stream microscaler has no leader: the server that keeps it is away (nats.replicas)";
    patiently(async {
        loop {
            let asked = Instant::now();
            match bus.ping().await {
                // Those who ask wait no longer.
                Err(error) if error.to_string() == missed && asked.elapsed() < Duration::from_secs(2) => {
                    break;
                }
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    })
    .await;

    tokio::task::block_in_place(|| cluster.server(&keeper).restart());
    patiently(async {
        while bus.ping().await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    bus.send(&launch(&host("kept"))).await.unwrap();
}

#[tokio::test]
async fn another_number_of_copies_is_told_where_it_is_changed() {
    for cluster in BOTH.into_iter().filter_map(Cluster::start) {
        let urls = cluster.urls();
        let log = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&log);
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
            .with_ansi(false)
            .with_writer(move || Log(Arc::clone(&writer)))
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let logged = || String::from_utf8(std::mem::take(&mut *log.lock().unwrap())).unwrap();
        for (replicas, told) in [
            (1, None),
            (3, Some("kept by 1 servers, and nats.replicas is 3")),
            (3, None),
            (1, Some("kept by 3 servers, and nats.replicas is 1")),
        ] {
            drop(connected(&urls, replicas).await);
            let said = logged();
            assert_eq!(told.is_some(), said.contains("nats.replicas"), "{said}");
            assert!(said.contains(told.unwrap_or_default()), "{said}");
        }
    }
}

/// What is logged.
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_stream_that_is_missing_is_made_by_whoever_asks_for_it() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = super::connected(&server).await;
        let client = async_nats::connect(server.url()).await.unwrap();
        let jetstream = jetstream::new(client);
        jetstream.delete_stream("microscaler").await.unwrap();
        bus.ping().await.unwrap();
        jetstream.get_stream("microscaler").await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_no_cluster_keeps_no_copies_and_says_what_to_change() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        let urls = vec![server.url()];
        let refused = |error: BusError, expected: &str| {
            let why = error.to_string();
            let begins = "the bus is unavailable: stream microscaler, kept by 3 servers (nats.replicas): ";
            assert!(why.starts_with(begins) && why.contains(expected), "{why}");
        };
        let error = NatsBus::connect(replicated(urls.clone(), 3)).await.unwrap_err();
        refused(error, "replicas > 1 not supported in non-clustered mode");
        let bus = NatsBus::connect(replicated(urls.clone(), 1)).await.unwrap();
        // Nor when the stream is there, which stays as it is.
        let error = NatsBus::connect(replicated(urls.clone(), 3)).await.unwrap_err();
        refused(error, "the server is no cluster");
        let client = async_nats::connect(&urls).await.unwrap();
        let stream = jetstream::new(client).get_stream("microscaler").await.unwrap();
        assert_eq!(stream.cached_info().config.num_replicas, 1);
        let here = host("alone");
        let job = launch(&here);
        bus.send(&job).await.unwrap();
        let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
        assert_eq!(taken(&mut *jobs).await.job(), &job);
    }
}
