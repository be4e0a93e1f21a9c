//! Jobs that come again.

use std::time::Duration;

use tokio::time::Instant;

use super::Rig;
use super::fixture::{host, launch, taken};
use crate::Queue;

/// A worker that ends with a job in its hands loses nothing: another gets it.
pub async fn a_dropped_job_comes_again(rig: Rig) {
    let here = host("dropped");
    let job = launch(&here);
    rig.bus.send(&job).await.unwrap();
    let mut one = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    drop(taken(&mut *one).await);
    drop(one);
    let mut two = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    let delivery = taken(&mut *two).await;
    assert_eq!(delivery.job(), &job);
    delivery.ack().await.unwrap();

    let mark = launch(&here);
    rig.bus.send(&mark).await.unwrap();
    assert_eq!(taken(&mut *two).await.job(), &mark, "acknowledged is done");
}

/// A job given back comes after its delay, and others pass it meanwhile.
pub async fn a_retried_job_comes_after_its_delay(rig: Rig) {
    const DELAY: Duration = Duration::from_millis(400);
    let here = host("retried");
    let (job, other) = (launch(&here), launch(&here));
    let mut jobs = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    rig.bus.send(&job).await.unwrap();
    let delivery = taken(&mut *jobs).await;
    let before = Instant::now();
    delivery.retry(DELAY).await.unwrap();
    rig.bus.send(&other).await.unwrap();
    let passing = taken(&mut *jobs).await;
    assert_eq!(passing.job(), &other);
    passing.ack().await.unwrap();
    let again = taken(&mut *jobs).await;
    assert_eq!(again.job(), &job);
    assert!(before.elapsed() >= DELAY, "after {:?}", before.elapsed());
    again.retry(Duration::ZERO).await.unwrap();
    let at_once = taken(&mut *jobs).await;
    assert_eq!(at_once.job(), &job);
    at_once.ack().await.unwrap();
}
