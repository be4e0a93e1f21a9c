//! The jobs of one host and queue.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::Job;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::recent::Recent;
use super::{Limits, closed};
use crate::{BusError, Delivery, Jobs, Result};

/// The longest delay of a retry; an instant further off could not be told.
const LONGEST_DELAY: Duration = Duration::from_secs(365 * 24 * 3600);

#[derive(Debug)]
struct State {
    closed: bool,
    ready: VecDeque<Arc<Job>>,
    /// Jobs to be retried, by when, then in the order in which they were put back.
    delayed: BTreeMap<(Instant, u64), Arc<Job>>,
    put_back: u64,
    recent: Recent,
}

#[derive(Debug)]
pub(super) struct JobQueue {
    most: usize,
    state: Mutex<State>,
    changed: Notify,
}

impl JobQueue {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            most: limits.jobs,
            state: Mutex::new(State {
                closed: false,
                ready: VecDeque::new(),
                delayed: BTreeMap::new(),
                put_back: 0,
                recent: Recent::new(limits.remember, limits.remembered),
            }),
            changed: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn send(&self, job: &Job) -> Result<()> {
        let (id, now) = (job.message_id(), Instant::now());
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        if state.recent.knows(&id, now) {
            return Ok(());
        }
        if state.ready.len() + state.delayed.len() >= self.most {
            let full = format!("the queue of host {} is full: {} jobs wait", job.host, self.most);
            return Err(BusError::Unavailable(full));
        }
        state.recent.remember(&id, now);
        state.ready.push_back(Arc::new(job.clone()));
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    /// Drops what waits.
    pub(super) fn clear(&self) {
        let mut state = self.lock();
        state.ready.clear();
        state.delayed.clear();
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.clear();
        self.changed.notify_waiters();
    }

    /// Puts a delivered job back, whatever the limit: it was accepted once.
    fn put_back(&self, job: Arc<Job>, delay: Duration) {
        let due = Instant::now() + delay.min(LONGEST_DELAY);
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let nth = state.put_back;
        state.put_back = nth.wrapping_add(1);
        state.delayed.insert((due, nth), job);
        drop(state);
        self.changed.notify_waiters();
    }
}

impl State {
    /// The next job, or when there may be one.
    fn take(&mut self, now: Instant) -> std::result::Result<Arc<Job>, Option<Instant>> {
        while let Some(due) = self.delayed.first_entry()
            && due.key().0 <= now
        {
            self.ready.push_back(due.remove());
        }
        let next_due = || self.delayed.first_key_value().map(|((due, _), _)| *due);
        self.ready.pop_front().ok_or_else(next_due)
    }
}

/// One of the receivers that share a queue.
pub(super) struct Receiver(Arc<JobQueue>);

impl Receiver {
    pub(super) fn new(queue: Arc<JobQueue>) -> Self {
        Self(queue)
    }
}

#[async_trait]
impl Jobs for Receiver {
    async fn next(&mut self) -> Option<Box<dyn Delivery>> {
        loop {
            // Made before looking: a change after the look ends the wait.
            let changed = self.0.changed.notified();
            let due = {
                let mut state = self.0.lock();
                if state.closed {
                    return None;
                }
                match state.take(Instant::now()) {
                    Ok(job) => return Some(Box::new(Held::new(job, Arc::clone(&self.0)))),
                    Err(due) => due,
                }
            };
            match due {
                Some(due) => tokio::select! {
                    biased;
                    () = changed => {}
                    () = sleep_until(due) => {}
                },
                None => changed.await,
            }
        }
    }
}

/// A job in somebody's hands.
struct Held {
    job: Arc<Job>,
    queue: Arc<JobQueue>,
    ended: bool,
}

impl Held {
    fn new(job: Arc<Job>, queue: Arc<JobQueue>) -> Self {
        let ended = false;
        Self { job, queue, ended }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.ended {
            self.queue.put_back(Arc::clone(&self.job), Duration::ZERO);
        }
    }
}

#[async_trait]
impl Delivery for Held {
    fn job(&self) -> &Job {
        &self.job
    }

    async fn ack(mut self: Box<Self>) -> Result<()> {
        self.ended = true;
        Ok(())
    }

    async fn retry(mut self: Box<Self>, delay: Duration) -> Result<()> {
        self.ended = true;
        self.queue.put_back(Arc::clone(&self.job), delay);
        Ok(())
    }

    async fn in_progress(&self) -> Result<()> {
        Ok(())
    }
}
