//! The bus of a single process: queues and topics in memory. What is lost with the process is sent again from the
//! store's truth. Nothing here blocks a sender, and under a paused clock in one thread every run is the same.

mod queue;
mod recent;
mod topic;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{HostName, Job, Message};

use crate::{Beacon, Bus, BusError, Jobs, Nudge, Queue, Result, Subscription};
use queue::{JobQueue, Receiver};
use topic::Topic;

/// How much a memory bus holds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Jobs that wait in one host's queue; above it, sending is refused.
    pub jobs: usize,
    /// Messages that a subscriber may fall behind.
    pub messages: usize,
    /// Nudges that a subscriber may fall behind.
    pub nudges: usize,
    /// Beacons that a subscriber may fall behind.
    pub beacons: usize,
    /// How long the id of a job is remembered and a second one with it dropped.
    pub remember: Duration,
    /// Ids remembered in one queue, the newest, so that a flood of jobs cannot fill the memory.
    pub remembered: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            jobs: 10_000,
            messages: 4_096,
            nudges: 1_024,
            beacons: 1_024,
            // The window of JetStream streams that set none.
            remember: Duration::from_secs(120),
            remembered: 20_000,
        }
    }
}

type Queues = BTreeMap<(HostName, Queue), Arc<JobQueue>>;

/// Jobs, nudges and reports within one process.
///
/// A delivery is held by a value in this process, so dropping it is seen at once and no wait for an
/// acknowledgement is needed: `in_progress` has nothing to prolong. An id that was acknowledged is dropped as well
/// when it comes again within [`Limits::remember`]; whoever wants the job done again raises its `attempt`.
#[derive(Debug)]
pub struct MemoryBus {
    limits: Limits,
    /// `None` once the bus is closed.
    queues: Mutex<Option<Queues>>,
    nudges: Topic<Nudge>,
    messages: Topic<Message>,
    beacons: Topic<Beacon>,
}

impl Default for MemoryBus {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryBus {
    /// A bus with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// A bus with limits of one's own; a subscriber may always fall behind by one.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            queues: Mutex::new(Some(Queues::new())),
            nudges: Topic::new(limits.nudges),
            messages: Topic::new(limits.messages),
            beacons: Topic::new(limits.beacons),
        }
    }

    /// Ends every queue at once and every subscription after what was already published; from now on all calls
    /// are refused.
    pub fn close(&self) {
        let queues = self.lock().take();
        for queue in queues.into_iter().flat_map(BTreeMap::into_values) {
            queue.close();
        }
        self.nudges.close();
        self.messages.close();
        self.beacons.close();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Queues>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, host: &HostName, queue: Queue) -> Result<Arc<JobQueue>> {
        let mut queues = self.lock();
        let queues = queues.as_mut().ok_or_else(closed)?;
        let found = queues
            .entry((host.clone(), queue))
            .or_insert_with(|| Arc::new(JobQueue::new(self.limits)));
        Ok(Arc::clone(found))
    }
}

impl Drop for MemoryBus {
    /// Receivers of jobs hold their queue; without this they would wait for ever.
    fn drop(&mut self) {
        self.close();
    }
}

fn closed() -> BusError {
    BusError::Unavailable("it is closed".to_owned())
}

#[async_trait]
impl Bus for MemoryBus {
    async fn send(&self, job: &Job) -> Result<()> {
        self.queue(&job.host, Queue::of(job))?.send(job)
    }

    async fn jobs(&self, host: &HostName, queue: Queue) -> Result<Box<dyn Jobs>> {
        Ok(Box::new(Receiver::new(self.queue(host, queue)?)))
    }

    async fn forget_host(&self, host: &HostName) -> Result<()> {
        let mut queues = self.lock();
        let queues = queues.as_mut().ok_or_else(closed)?;
        queues.retain(|(of, _), queue| {
            let stays = of != host || Arc::strong_count(queue) > 1;
            if of == host {
                queue.clear();
            }
            stays
        });
        Ok(())
    }

    async fn nudge(&self, nudge: Nudge) -> Result<()> {
        self.nudges.publish(nudge)
    }

    async fn nudges(&self) -> Result<Box<dyn Subscription<Nudge>>> {
        self.nudges.subscribe()
    }

    async fn publish(&self, message: &Message) -> Result<()> {
        self.messages.publish(message.clone())
    }

    async fn messages(&self) -> Result<Box<dyn Subscription<Message>>> {
        self.messages.subscribe()
    }

    async fn beacon(&self, beacon: &Beacon) -> Result<()> {
        self.beacons.publish(beacon.clone())
    }

    async fn beacons(&self) -> Result<Box<dyn Subscription<Beacon>>> {
        self.beacons.subscribe()
    }

    async fn ping(&self) -> Result<()> {
        self.lock().as_ref().map(drop).ok_or_else(closed)
    }
}

#[cfg(test)]
mod tests;
