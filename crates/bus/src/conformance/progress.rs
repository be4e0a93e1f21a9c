//! Work that takes long.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Rig;
use super::fixture::{host, launch, taken};
use crate::Queue;

/// While a worker says that it goes on, its job is given to nobody else, however long it takes.
pub async fn a_job_in_progress_stays_in_its_hands(rig: Rig) {
    let here = host("progress");
    let (job, mark) = (launch(&here), launch(&here));
    let mut jobs = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    rig.bus.send(&job).await.unwrap();
    let delivery = taken(&mut *jobs).await;
    let wait = rig.ack_wait.unwrap_or(Duration::ZERO);
    let until = Instant::now() + wait * 2;
    delivery.in_progress().await.unwrap();
    while Instant::now() < until {
        sleep(wait / 4).await;
        delivery.in_progress().await.unwrap();
    }
    rig.bus.send(&mark).await.unwrap();
    let next = taken(&mut *jobs).await;
    assert_eq!(next.job(), &mark);
    next.ack().await.unwrap();
    delivery.ack().await.unwrap();
}
