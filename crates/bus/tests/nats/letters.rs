//! Jobs that nobody manages, and queues that are full.

use std::time::Duration;

use bus::conformance::fixture::{host, launch, patiently, stop, taken};
use bus::{Bus, BusError, NatsBus, NatsLimits, NatsOptions, Queue, Received};
use domain::{Job, Message, Outcome};
use futures_util::TryStreamExt;
use test_servers::nats::Nats;

use super::{BOTH, options};

async fn limited(server: &Nats, limit: impl FnOnce(&mut NatsLimits)) -> NatsBus {
    let mut options: NatsOptions = options(server);
    limit(&mut options.limits);
    NatsBus::connect(options).await.unwrap()
}

fn given_up(job: &Job) -> Message {
    let outcome = match Queue::of(job) {
        Queue::Launch => Outcome::Failed {
            reason: "given up after 3 deliveries".to_owned(),
            host_full: false,
        },
        Queue::Stop => Outcome::NotStopped { deliveries: 3 },
    };
    Message::Job {
        host: job.host.clone(),
        group: job.group,
        record: job.record,
        outcome,
    }
}

#[tokio::test]
async fn a_launch_that_is_retried_too_often_has_failed_and_leaves_the_stream() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = limited(&server, |limits| (limits.deliveries, limits.jobs) = (3, 1)).await;
        let here = host("given-up");
        let mut messages = bus.messages().await.unwrap();
        let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
        let job = launch(&here);
        bus.send(&job).await.unwrap();
        for _ in 0..3 {
            let delivery = taken(&mut *jobs).await;
            assert_eq!(delivery.job(), &job);
            delivery.retry(Duration::ZERO).await.unwrap();
        }
        assert_eq!(
            patiently(messages.next()).await,
            Some(Received::Item(given_up(&job)))
        );
        // The queue holds one: there is room for it, so the other has left.
        let next = launch(&here);
        bus.send(&next).await.unwrap();
        let delivery = taken(&mut *jobs).await;
        assert_eq!(delivery.job(), &next);
        delivery.ack().await.unwrap();
    }
}

#[tokio::test]
async fn a_job_that_ends_its_workers_is_given_up_by_the_next() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = limited(&server, |limits| limits.deliveries = 3).await;
        let here = host("poison");
        let mut messages = bus.messages().await.unwrap();
        let (poison, stopping, mark) = (launch(&here), stop(&here), launch(&here));
        bus.send(&poison).await.unwrap();
        bus.send(&stopping).await.unwrap();
        for (queue, job) in [(Queue::Launch, &poison), (Queue::Stop, &stopping)] {
            for _ in 0..3 {
                let mut jobs = bus.jobs(&here, queue).await.unwrap();
                assert_eq!(taken(&mut *jobs).await.job(), job);
            }
        }
        let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
        let mut stops = bus.jobs(&here, Queue::Stop).await.unwrap();
        let next = tokio::spawn(async move { taken(&mut *jobs).await.job().clone() });
        let told = patiently(messages.next()).await;
        assert_eq!(told, Some(Received::Item(given_up(&poison))));
        bus.send(&mark).await.unwrap();
        assert_eq!(next.await.unwrap(), mark);

        let mark = stop(&here);
        bus.send(&mark).await.unwrap();
        assert_eq!(taken(&mut *stops).await.job(), &mark);
        let told = patiently(messages.next()).await;
        assert_eq!(told, Some(Received::Item(given_up(&stopping))));
    }
}

#[tokio::test]
async fn a_full_queue_refuses_its_host_alone_and_takes_the_job_later() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = limited(&server, |limits| limits.jobs = 2).await;
        let (here, there) = (host("full"), host("empty"));
        for _ in 0..2 {
            bus.send(&launch(&here)).await.unwrap();
        }
        let third = launch(&here);
        let error = bus.send(&third).await.unwrap_err();
        assert!(matches!(error, BusError::Unavailable(_)), "{error}");
        bus.send(&stop(&here)).await.unwrap();
        bus.send(&launch(&there)).await.unwrap();
        let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
        taken(&mut *jobs).await.ack().await.unwrap();
        bus.send(&third).await.unwrap();
    }
}

#[tokio::test]
async fn installations_that_share_a_server_do_not_hear_each_other() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = limited(&server, |_| {}).await;
        let other = NatsBus::connect(NatsOptions {
            prefix: "other".to_owned(),
            ..options(&server)
        });
        let other = other.await.unwrap();
        let here = host("shared");
        let mut jobs = other.jobs(&here, Queue::Launch).await.unwrap();
        let (ours, theirs) = (launch(&here), launch(&here));
        bus.send(&ours).await.unwrap();
        other.send(&theirs).await.unwrap();
        assert_eq!(taken(&mut *jobs).await.job(), &theirs);
    }
}

/// The consumers that the server keeps, by name, and how many jobs.
async fn kept(server: &Nats) -> (Vec<String>, u64) {
    let client = async_nats::connect(server.url()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    let prefix = options(server).prefix;
    let mut stream = context.get_stream(&prefix).await.unwrap();
    let mut consumers: Vec<String> = stream.consumer_names().try_collect().await.unwrap();
    consumers.sort();
    (consumers, stream.info().await.unwrap().state.messages)
}

#[tokio::test]
async fn nothing_is_kept_of_a_host_that_is_forgotten() {
    for server in BOTH.into_iter().filter_map(Nats::start) {
        let bus = limited(&server, |_| {}).await;
        let (gone, other) = (host("gone.example.net"), host("other"));
        for here in [&gone, &other] {
            for queue in Queue::ALL {
                drop(bus.jobs(here, queue).await.unwrap());
            }
            bus.send(&launch(here)).await.unwrap();
            bus.send(&stop(here)).await.unwrap();
        }
        assert_eq!(kept(&server).await.0.len(), 4);
        bus.forget_host(&gone).await.unwrap();
        let others = ["other-l", "other-s"].map(str::to_owned).to_vec();
        assert_eq!(kept(&server).await, (others, 2));
    }
}
