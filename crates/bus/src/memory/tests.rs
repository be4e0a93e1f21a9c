#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::Received;
use crate::conformance::fixture::{group, host, launch, patiently, said, stop};

#[tokio::test]
async fn closing_ends_receivers_that_wait_and_refuses_calls() {
    let bus = Arc::new(MemoryBus::new());
    let here = host("closing");
    let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
    let mut nudges = bus.nudges().await.unwrap();
    let mut messages = bus.messages().await.unwrap();
    bus.publish(&said(&here, 1)).await.unwrap();
    let closing = tokio::spawn({
        let bus = Arc::clone(&bus);
        async move { bus.close() }
    });
    assert!(patiently(jobs.next()).await.is_none());
    assert_eq!(patiently(nudges.next()).await, None);
    assert_eq!(
        patiently(messages.next()).await,
        Some(Received::Item(said(&here, 1)))
    );
    assert_eq!(patiently(messages.next()).await, None);
    closing.await.unwrap();

    let refused = "the bus is unavailable: it is closed";
    assert_eq!(bus.send(&launch(&here)).await.unwrap_err().to_string(), refused);
    assert_eq!(bus.nudge(Nudge::Report).await.unwrap_err().to_string(), refused);
    assert_eq!(bus.ping().await.unwrap_err().to_string(), refused);
    assert!(bus.jobs(&here, Queue::Stop).await.is_err());
    assert!(bus.messages().await.is_err());
}

#[tokio::test]
async fn dropping_the_bus_ends_its_receivers() {
    let bus = MemoryBus::new();
    let mut jobs = bus.jobs(&host("dropping"), Queue::Launch).await.unwrap();
    drop(bus);
    assert!(patiently(jobs.next()).await.is_none());
}

#[tokio::test]
async fn a_full_queue_refuses_its_host_alone_and_takes_the_job_later() {
    let bus = MemoryBus::with_limits(Limits {
        jobs: 2,
        ..Limits::default()
    });
    let (here, there) = (host("full"), host("empty"));
    for _ in 0..2 {
        bus.send(&launch(&here)).await.unwrap();
    }
    let third = launch(&here);
    let error = bus.send(&third).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the bus is unavailable: the queue of host full is full: 2 jobs wait"
    );
    bus.send(&stop(&here)).await.unwrap();
    bus.send(&launch(&there)).await.unwrap();

    let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
    let held = patiently(jobs.next()).await.unwrap();
    bus.send(&third).await.unwrap();
    // What was accepted once goes back even into a full queue.
    drop(held);
    for _ in 0..3 {
        patiently(jobs.next()).await.unwrap().ack().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_id_is_forgotten_after_its_window() {
    let bus = MemoryBus::new();
    let job = launch(&host("window"));
    let mut jobs = bus.jobs(&job.host, Queue::Launch).await.unwrap();
    bus.send(&job).await.unwrap();
    patiently(jobs.next()).await.unwrap().ack().await.unwrap();

    tokio::time::advance(Duration::from_secs(119)).await;
    bus.send(&job).await.unwrap();
    let nothing = tokio::time::timeout(Duration::from_millis(500), jobs.next()).await;
    assert!(nothing.is_err(), "still remembered");

    tokio::time::advance(Duration::from_secs(1)).await;
    bus.send(&job).await.unwrap();
    assert_eq!(patiently(jobs.next()).await.unwrap().job(), &job);
}

#[tokio::test]
async fn only_the_newest_ids_are_remembered() {
    let bus = MemoryBus::with_limits(Limits {
        remembered: 1,
        ..Limits::default()
    });
    let here = host("newest");
    let (first, second) = (launch(&here), launch(&here));
    let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
    for job in [&first, &second, &second, &first] {
        bus.send(job).await.unwrap();
    }
    for expected in [&first, &second, &first] {
        let delivery = patiently(jobs.next()).await.unwrap();
        assert_eq!(delivery.job(), expected);
        delivery.ack().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn retries_come_in_the_order_of_their_times_and_a_receiver_given_up_costs_nothing() {
    let bus = MemoryBus::new();
    let here = host("retries");
    let (late, early) = (launch(&here), launch(&here));
    let mut one = bus.jobs(&here, Queue::Launch).await.unwrap();
    let mut two = bus.jobs(&here, Queue::Launch).await.unwrap();
    for (job, seconds) in [(&late, 30), (&early, 10)] {
        bus.send(job).await.unwrap();
        let delivery = patiently(one.next()).await.unwrap();
        delivery.retry(Duration::from_secs(seconds)).await.unwrap();
    }
    let start = tokio::time::Instant::now();
    // The first receiver waits for the retry and then is gone.
    let given_up = tokio::time::timeout(Duration::from_secs(5), one.next()).await;
    assert!(given_up.is_err());
    drop(one);
    for (job, seconds) in [(&early, 10), (&late, 30)] {
        let delivery = patiently(two.next()).await.unwrap();
        assert_eq!((delivery.job(), start.elapsed().as_secs()), (job, seconds));
        delivery.ack().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn every_receiver_that_waits_learns_of_a_retry() {
    let bus = MemoryBus::new();
    let job = launch(&host("learns"));
    let mut one = bus.jobs(&job.host, Queue::Launch).await.unwrap();
    let mut two = bus.jobs(&job.host, Queue::Launch).await.unwrap();
    bus.send(&job).await.unwrap();
    let held = patiently(one.next()).await.unwrap();
    let first = tokio::spawn(async move { one.next().await });
    tokio::task::yield_now().await;
    let second = tokio::spawn(async move { two.next().await });
    tokio::task::yield_now().await;
    held.retry(Duration::from_secs(10)).await.unwrap();
    tokio::task::yield_now().await;
    // The one that has waited longest goes away: the other must come for the job by itself.
    first.abort();
    let delivery = patiently(second).await.unwrap().unwrap();
    assert_eq!(delivery.job(), &job);
}

#[tokio::test(start_paused = true)]
async fn jobs_put_back_at_one_instant_all_come_again_in_that_order() {
    let bus = MemoryBus::new();
    let here = host("instant");
    let sent: Vec<_> = (0..3).map(|_| launch(&here)).collect();
    let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
    let mut held = Vec::new();
    for job in &sent {
        bus.send(job).await.unwrap();
        held.push(patiently(jobs.next()).await.unwrap());
    }
    for delivery in held {
        delivery.retry(Duration::from_secs(1)).await.unwrap();
    }
    for job in &sent {
        let delivery = patiently(jobs.next()).await.unwrap();
        assert_eq!(delivery.job(), job);
        delivery.ack().await.unwrap();
    }
}

#[tokio::test]
async fn an_endless_delay_is_no_defect() {
    let bus = MemoryBus::new();
    let job = launch(&host("endless"));
    let mut jobs = bus.jobs(&job.host, Queue::Launch).await.unwrap();
    bus.send(&job).await.unwrap();
    patiently(jobs.next())
        .await
        .unwrap()
        .retry(Duration::MAX)
        .await
        .unwrap();
    bus.send(&stop(&job.host)).await.unwrap();
    let mut stops = bus.jobs(&job.host, Queue::Stop).await.unwrap();
    assert!(patiently(stops.next()).await.is_some());
}

#[tokio::test]
async fn a_subscriber_that_is_gone_or_slow_never_holds_up_a_sender() {
    let bus = MemoryBus::with_limits(Limits {
        nudges: 4,
        ..Limits::default()
    });
    let mut slow = bus.nudges().await.unwrap();
    drop(bus.nudges().await.unwrap());
    let sent: Vec<_> = (0..10).map(|_| Nudge::Group(group())).collect();
    for nudge in &sent {
        bus.nudge(*nudge).await.unwrap();
    }
    assert_eq!(patiently(slow.next()).await, Some(Received::Lagged));
    for nudge in &sent[6..] {
        assert_eq!(
            patiently(slow.next()).await,
            Some(Received::Item(*nudge)),
            "the newest are kept"
        );
    }
}
