//! Whose jobs go where, how often and in which order.

use std::collections::BTreeSet;

use super::Rig;
use super::fixture::{host, launch, stop, taken};
use crate::Queue;

/// A job in somebody's hands, or acknowledged, is given to nobody else: the next one comes.
pub async fn a_job_is_delivered_once(rig: Rig) {
    let here = host("once");
    let mut jobs = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    let sent = [launch(&here), launch(&here), launch(&here)];
    rig.bus.send(&sent[0]).await.unwrap();
    rig.bus.send(&sent[1]).await.unwrap();
    let first = taken(&mut *jobs).await;
    let second = taken(&mut *jobs).await;
    assert_eq!((first.job(), second.job()), (&sent[0], &sent[1]));
    first.ack().await.unwrap();
    rig.bus.send(&sent[2]).await.unwrap();
    assert_eq!(taken(&mut *jobs).await.job(), &sent[2]);
    second.ack().await.unwrap();
}

/// Jobs may be sent before any worker is there.
pub async fn jobs_wait_for_a_receiver(rig: Rig) {
    let here = host("waiting");
    let job = stop(&here);
    rig.bus.send(&job).await.unwrap();
    let mut jobs = rig.bus.jobs(&here, Queue::Stop).await.unwrap();
    let delivery = taken(&mut *jobs).await;
    assert_eq!(delivery.job(), &job);
    delivery.ack().await.unwrap();
}

/// What one sender sends arrives in its order.
pub async fn jobs_keep_their_order(rig: Rig) {
    let here = host("order");
    let sent: Vec<_> = (0..50).map(|_| launch(&here)).collect();
    for job in &sent {
        rig.bus.send(job).await.unwrap();
    }
    let mut jobs = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    for job in &sent {
        let delivery = taken(&mut *jobs).await;
        assert_eq!(delivery.job(), job);
        delivery.ack().await.unwrap();
    }
}

/// Two receivers of a queue get each job once between them, and each of them can get some.
pub async fn receivers_share_the_jobs(rig: Rig) {
    let here = host("shared");
    let mut one = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    let mut two = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    let sent: Vec<_> = (0..20).map(|_| launch(&here)).collect();
    let sending = async {
        for job in &sent {
            rig.bus.send(job).await.unwrap();
        }
    };
    let receiving = async {
        let mut seen = Vec::new();
        for _ in 0..sent.len() / 2 {
            let (first, second) = tokio::join!(taken(&mut *one), taken(&mut *two));
            for delivery in [first, second] {
                seen.push(delivery.job().record);
                delivery.ack().await.unwrap();
            }
        }
        seen
    };
    let ((), seen) = tokio::join!(sending, receiving);
    let records = |jobs: &[_]| jobs.iter().copied().collect::<BTreeSet<_>>();
    let expected: Vec<_> = sent.iter().map(|job| job.record).collect();
    assert_eq!((seen.len(), records(&seen)), (sent.len(), records(&expected)));
}

/// A worker gets its own host's and its own queue's jobs alone.
pub async fn hosts_and_queues_are_apart(rig: Rig) {
    let (here, there) = (host("docker01"), host("docker01.example.net"));
    let sent = [launch(&here), stop(&here), launch(&there), stop(&there)];
    let marks = [launch(&here), stop(&here), launch(&there), stop(&there)];
    for job in sent.iter().chain(&marks) {
        rig.bus.send(job).await.unwrap();
    }
    for (first, mark) in sent.iter().zip(&marks) {
        let mut jobs = rig.bus.jobs(&first.host, Queue::of(first)).await.unwrap();
        for expected in [first, mark] {
            let delivery = taken(&mut *jobs).await;
            assert_eq!(delivery.job(), expected);
            delivery.ack().await.unwrap();
        }
    }
}

/// A job sent again with the same id is dropped, whether it waits, is in hand or is done; the next attempt is not.
pub async fn the_same_message_id_is_dropped(rig: Rig) {
    let here = host("dedup");
    let (job, mark) = (launch(&here), launch(&here));
    let mut jobs = rig.bus.jobs(&here, Queue::Launch).await.unwrap();
    rig.bus.send(&job).await.unwrap();
    rig.bus.send(&job).await.unwrap();
    let delivery = taken(&mut *jobs).await;
    assert_eq!(delivery.job(), &job);
    rig.bus.send(&job).await.unwrap();
    delivery.ack().await.unwrap();
    rig.bus.send(&job).await.unwrap();
    rig.bus.send(&mark).await.unwrap();
    let mut again = job;
    again.attempt += 1;
    rig.bus.send(&again).await.unwrap();
    for expected in [&mark, &again] {
        let delivery = taken(&mut *jobs).await;
        assert_eq!(delivery.job(), expected);
        delivery.ack().await.unwrap();
    }
}

/// What was sent to a host that is forgotten arrives nowhere; what is sent to it afterwards arrives, also where somebody
/// received already. Others keep what waits for them.
pub async fn what_waits_for_a_forgotten_host_is_dropped(rig: Rig) {
    let (gone, other) = (host("gone.example.net"), host("other"));
    let mut waiting = rig.bus.jobs(&gone, Queue::Stop).await.unwrap();
    let kept = launch(&other);
    for job in [&launch(&gone), &launch(&gone), &stop(&gone), &kept] {
        rig.bus.send(job).await.unwrap();
    }
    for _ in 0..2 {
        rig.bus.forget_host(&gone).await.unwrap();
    }
    let (launched, stopped) = (launch(&gone), stop(&gone));
    rig.bus.send(&launched).await.unwrap();
    rig.bus.send(&stopped).await.unwrap();
    let mut jobs = rig.bus.jobs(&gone, Queue::Launch).await.unwrap();
    let mut others = rig.bus.jobs(&other, Queue::Launch).await.unwrap();
    for (jobs, job) in [
        (&mut jobs, launched),
        (&mut waiting, stopped),
        (&mut others, kept),
    ] {
        let delivery = taken(&mut **jobs).await;
        assert_eq!(delivery.job(), &job);
        delivery.ack().await.unwrap();
    }
    rig.bus.forget_host(&host("never-known")).await.unwrap();
}
