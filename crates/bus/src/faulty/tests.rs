#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;

use super::*;
use crate::conformance::fixture::{host, launch, patiently, said};
use crate::{MemoryBus, Received};

/// A bus whose items meet these faults, then none.
fn faulty(faults: &[Fault]) -> FaultyBus {
    let faults: Mutex<VecDeque<Fault>> = Mutex::new(faults.iter().copied().collect());
    let hook = move |_| faults.lock().unwrap().pop_front().unwrap_or(Fault::Deliver);
    FaultyBus::new(Arc::new(MemoryBus::new()), Arc::new(hook))
}

/// Publishes messages 1 to `count` and returns their numbers in the order of arrival, up to the last.
async fn arrivals(bus: &FaultyBus, count: u64) -> Vec<u64> {
    let here = host("arrivals");
    let mut messages = bus.messages().await.unwrap();
    for number in 1..=count {
        let _ = bus.publish(&said(&here, number)).await;
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    bus.inner.publish(&said(&here, 99)).await.unwrap();
    let mut seen = Vec::new();
    while let Some(Received::Item(Message::Host { stamp, .. })) = patiently(messages.next()).await {
        if stamp.sequence == 99 {
            break;
        }
        seen.push(stamp.sequence);
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn each_fault_does_to_messages_what_it_says() {
    let later = Fault::Delay(Duration::from_secs(5));
    for (faults, expected) in [
        (vec![Fault::Deliver], vec![1, 2, 3]),
        (vec![Fault::Lose], vec![2, 3]),
        (vec![Fault::Duplicate], vec![1, 1, 2, 3]),
        (vec![later], vec![2, 3, 1]),
        (vec![Fault::Refuse], vec![2, 3]),
        (vec![Fault::Deliver, Fault::Unconfirmed], vec![1, 2, 3]),
    ] {
        assert_eq!(arrivals(&faulty(&faults), 3).await, expected, "{faults:?}");
    }
}

#[tokio::test]
async fn senders_are_told_what_they_may_know() {
    let bus = faulty(&[Fault::Refuse, Fault::Unconfirmed, Fault::Lose, Fault::Refuse]);
    let job = launch(&host("told"));
    assert!(matches!(bus.send(&job).await, Err(BusError::Unavailable(_))));
    assert!(matches!(bus.send(&job).await, Err(BusError::Unknown(_))));
    assert!(bus.nudge(Nudge::Report).await.is_ok());
    assert!(matches!(
        bus.nudge(Nudge::Report).await,
        Err(BusError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_duplicated_job_is_in_two_hands_at_once_and_gone_after_one_ack() {
    let bus = faulty(&[Fault::Duplicate]);
    let here = host("two-hands");
    let (first, marker) = (launch(&here), launch(&here));
    let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
    bus.send(&first).await.unwrap();
    bus.send(&marker).await.unwrap();
    let one = patiently(jobs.next()).await.unwrap();
    let two = patiently(jobs.next()).await.unwrap();
    assert_eq!((one.job(), two.job()), (&first, &first));
    drop(two);
    one.ack().await.unwrap();
    assert_eq!(patiently(jobs.next()).await.unwrap().job(), &marker);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_job_is_overtaken_and_a_lost_one_never_comes() {
    let bus = faulty(&[Fault::Delay(Duration::from_secs(3)), Fault::Lose]);
    let here = host("overtaken");
    let sent = [launch(&here), launch(&here), launch(&here)];
    let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
    for job in &sent {
        bus.send(job).await.unwrap();
    }
    for expected in [&sent[2], &sent[0]] {
        let delivery = patiently(jobs.next()).await.unwrap();
        assert_eq!(delivery.job(), expected);
        delivery.ack().await.unwrap();
    }
    let more = tokio::time::timeout(Duration::from_secs(3600), jobs.next()).await;
    assert!(more.is_err());
}
