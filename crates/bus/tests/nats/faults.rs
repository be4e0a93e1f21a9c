//! Servers that die, are wiped, or are not there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bus::conformance::fixture::{group, host, launch, patiently, said, taken};
use bus::{Bus, BusError, NatsBus, Nudge, Queue, Received, Subscription};
use domain::{HostName, InstanceId, Job};
use test_servers::nats::Nats;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep};

use super::{BOTH, connected, options};

/// Sends until it is taken, as a health manager does.
pub(super) async fn sent(bus: &NatsBus, job: &Job) {
    patiently(async {
        while bus.send(job).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// Takes jobs for ever; tells the record of each.
pub(super) async fn taken_by(bus: NatsBus, here: HostName, told: UnboundedSender<InstanceId>) {
    let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
    while let Some(delivery) = jobs.next().await {
        let _ = told.send(delivery.job().record);
        // Lost acknowledgements bring it again, which is allowed.
        let _ = delivery.ack().await;
    }
}

/// Sends jobs until `count` were acknowledged; their records.
pub(super) async fn acknowledged(bus: Arc<NatsBus>, here: HostName, count: usize) -> BTreeSet<InstanceId> {
    let mut acknowledged = BTreeSet::new();
    while acknowledged.len() < count {
        let job = launch(&here);
        match bus.send(&job).await {
            Ok(()) => drop(acknowledged.insert(job.record)),
            Err(_) => sleep(Duration::from_millis(5)).await,
        }
    }
    acknowledged
}

async fn lagged<T: PartialEq + Send>(subscription: &mut dyn Subscription<T>) {
    while patiently(subscription.next()).await.expect("the bus is open") != Received::Lagged {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_job_is_lost_when_the_server_is_killed_and_started_again() {
    for mut server in BOTH.into_iter().filter_map(Nats::start) {
        let (sender, receiver) = (connected(&server).await, connected(&server).await);
        let here = host("killed.example.net");
        let (told, mut records) = unbounded_channel();
        let receiving = tokio::spawn(taken_by(receiver, here.clone(), told));
        let sending = tokio::spawn(acknowledged(Arc::new(sender), here, 600));
        let mut seen = BTreeSet::new();
        for _ in 0..3 {
            seen.insert(patiently(records.recv()).await.unwrap());
            tokio::task::block_in_place(|| {
                server.kill();
                server.restart();
            });
        }
        let sent = patiently(sending).await.unwrap();
        let mut missing = &sent - &seen;
        patiently(async {
            while !missing.is_empty() {
                missing.remove(&records.recv().await.unwrap());
            }
        })
        .await;
        receiving.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wiped_server_gets_its_stream_back_and_subscribers_are_told_once() {
    for mut server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = connected(&server).await;
        let here = host("wiped");
        let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
        let mut nudges = bus.nudges().await.unwrap();
        let mut messages = bus.messages().await.unwrap();
        sent(&bus, &launch(&here)).await;
        tokio::task::block_in_place(|| server.wipe());

        lagged(&mut *nudges).await;
        lagged(&mut *messages).await;
        let nudge = Nudge::Group(group());
        bus.nudge(nudge).await.unwrap();
        bus.publish(&said(&here, 1)).await.unwrap();
        assert_eq!(patiently(nudges.next()).await, Some(Received::Item(nudge)));
        assert_eq!(
            patiently(messages.next()).await,
            Some(Received::Item(said(&here, 1)))
        );

        let job = launch(&here);
        sent(&bus, &job).await;
        let delivery = taken(&mut *jobs).await;
        assert_eq!(
            delivery.job(),
            &job,
            "what was wiped is gone, what came after is there"
        );
        delivery.ack().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_waits_makes_a_wiped_queue_again() {
    for mut server in BOTH.into_iter().filter_map(Nats::start) {
        let (bus, other) = (connected(&server).await, connected(&server).await);
        let here = host("waits");
        let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
        let waiting = tokio::spawn(async move {
            let delivery = taken(&mut *jobs).await;
            let job = delivery.job().clone();
            delivery.ack().await.unwrap();
            job
        });
        tokio::task::block_in_place(|| server.wipe());
        let job = launch(&here);
        sent(&other, &job).await;
        assert_eq!(patiently(waiting).await.unwrap(), job);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_end_while_the_server_is_down_or_stopped_and_work_again_after() {
    for mut server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = connected(&server).await;
        let here = host("down");
        let mut nudges = bus.nudges().await.unwrap();

        // It takes connections and says nothing.
        server.signal("STOP");
        let begun = Instant::now();
        let error = bus.send(&launch(&here)).await.unwrap_err();
        assert!(matches!(error, BusError::Unknown(_)), "{error}");
        assert!(bus.ping().await.is_err());
        assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
        server.signal("CONT");

        tokio::task::block_in_place(|| server.kill());
        patiently(async {
            while !matches!(bus.send(&launch(&here)).await, Err(BusError::Unavailable(_))) {}
        })
        .await;
        for error in [
            bus.send(&launch(&here)).await,
            bus.nudge(Nudge::Report).await,
            bus.publish(&said(&here, 1)).await,
            bus.ping().await,
            bus.jobs(&here, Queue::Stop).await.map(drop),
            bus.messages().await.map(drop),
        ] {
            assert!(matches!(error, Err(BusError::Unavailable(_))), "{error:?}");
        }
        let new = NatsBus::connect(options(&server)).await.unwrap_err();
        assert!(matches!(new, BusError::Unavailable(_)), "{new}");

        tokio::task::block_in_place(|| server.restart());
        lagged(&mut *nudges).await;
        bus.ping().await.unwrap();
        sent(&bus, &launch(&here)).await;
    }
}

#[tokio::test]
async fn closing_and_dropping_end_those_who_wait() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        for dropped in [false, true] {
            let bus = connected(&server).await;
            let here = host("closing");
            let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
            let mut nudges = bus.nudges().await.unwrap();
            if dropped {
                drop(bus);
            } else {
                bus.close().await;
                assert!(bus.nudge(Nudge::Report).await.is_err());
            }
            assert!(patiently(jobs.next()).await.is_none());
            assert_eq!(patiently(nudges.next()).await, None);
        }
    }
}
