//! The frame around every job: taken when there is room, kept alive while it runs, reported, acknowledged.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bus::{Delivery, Queue};
use domain::{Job, Message, Outcome};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;

use crate::{Deps, WorkerError, pulse};

/// Well below the time after which a bus gives a job to another worker.
const IN_PROGRESS_EVERY: Duration = Duration::from_secs(5);
/// The longest wait before a job is tried again.
const LONGEST_RETRY: u64 = 15;

/// What is to become of a job.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Done: tell, then acknowledge.
    Report(Outcome),
    /// Done, and nothing is to be said.
    Silent,
    /// The engine or the store did not answer: again later. The record's deadline ends it; what stands in the way
    /// is told meanwhile.
    Retry(String),
}

/// A kind of worker.
pub(crate) trait Work: Send + Sync + 'static {
    /// Its queue.
    const QUEUE: Queue;
    /// Its surroundings.
    fn deps(&self) -> &Deps;
    /// Does a job. Jobs are taken while there are permits; `permit` is the one that this job holds.
    fn work(&self, job: &Job, permit: OwnedSemaphorePermit) -> impl Future<Output = Verdict> + Send;
}

/// Takes jobs, `parallel` at once, until told to stop, and tells meanwhile that the engine answers. Jobs in hand are
/// dropped then and delivered again.
pub(crate) async fn run<W: Work>(
    worker: W,
    parallel: usize,
    shutdown: CancellationToken,
) -> Result<(), WorkerError> {
    let worker = Arc::new(worker);
    tokio::select! {
        biased;
        ended = take(&worker, parallel, shutdown) => ended,
        never = pulse::tell(worker.deps()) => match never {},
    }
}

async fn take<W: Work>(
    worker: &Arc<W>,
    parallel: usize,
    shutdown: CancellationToken,
) -> Result<(), WorkerError> {
    let permits = Arc::new(Semaphore::new(parallel.max(1)));
    let mut jobs = worker.deps().bus.jobs(&worker.deps().host, W::QUEUE).await?;
    let mut running = JoinSet::new();
    loop {
        while let Some(ended) = running.try_join_next() {
            note_end(ended);
        }
        let next = async {
            let permit = Arc::clone(&permits).acquire_owned().await.ok();
            (permit, jobs.next().await)
        };
        let (permit, delivery) = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            next = next => next,
        };
        let (Some(permit), Some(delivery)) = (permit, delivery) else {
            return Err(WorkerError::QueueClosed);
        };
        running.spawn(carry_out(Arc::clone(worker), delivery, permit));
    }
}

fn note_end(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a job ended by a defect; it is delivered again");
    }
}

async fn carry_out<W: Work>(worker: Arc<W>, mut delivery: Box<dyn Delivery>, permit: OwnedSemaphorePermit) {
    let job = delivery.job().clone();
    let verdict = alive(&mut *delivery, worker.work(&job, permit)).await;
    tracing::debug!(record = %job.record, ?verdict, "job");
    if let Err(error) = finish(worker.deps(), &job, delivery, verdict).await {
        tracing::warn!(record = %job.record, %error, "a job could not be ended; it is delivered again");
    }
}

/// Does the work and tells the bus meanwhile that it goes on.
async fn alive<T>(delivery: &mut dyn Delivery, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut beat = interval_at(Instant::now() + IN_PROGRESS_EVERY, IN_PROGRESS_EVERY);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = beat.tick() => {
                if let Err(error) = delivery.in_progress().await {
                    tracing::debug!(%error, "the bus was not told that a job goes on");
                }
            }
        }
    }
}

async fn finish(deps: &Deps, job: &Job, delivery: Box<dyn Delivery>, verdict: Verdict) -> bus::Result<()> {
    match verdict {
        Verdict::Silent => delivery.ack().await,
        Verdict::Retry(message) => {
            // A word that is lost is said again by the next attempt.
            let _ = tell(deps, job, Outcome::Progress { percent: 0, message }).await;
            delivery.retry(backoff(job.attempt)).await
        }
        // An outcome that was not told would be lost with the job: doing it again tells it again.
        Verdict::Report(outcome) => match tell(deps, job, outcome).await {
            Ok(()) => delivery.ack().await,
            Err(_) => delivery.retry(backoff(job.attempt)).await,
        },
    }
}

/// Publishes what came of a job.
pub(crate) async fn tell(deps: &Deps, job: &Job, outcome: Outcome) -> bus::Result<()> {
    let message = Message::Job {
        host: job.host.clone(),
        group: job.group,
        record: job.record,
        outcome,
    };
    deps.bus.publish(&message).await.inspect_err(|error| {
        tracing::warn!(record = %job.record, %error, "an outcome was not told");
    })
}

/// 1, 2, 4 ... seconds, by how often the job was sent.
fn backoff(attempt: u32) -> Duration {
    let doubled = 1_u64 << attempt.saturating_sub(1).min(4);
    Duration::from_secs(doubled.min(LONGEST_RETRY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_double_and_stop_at_fifteen_seconds() {
        let delays: Vec<_> = [0, 1, 2, 3, 4, 5, 99].map(|n| backoff(n).as_secs()).into();
        assert_eq!(delays, [1, 1, 2, 4, 8, 15, 15]);
    }
}
