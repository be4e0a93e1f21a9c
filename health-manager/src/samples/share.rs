//! Leaves loads in the cache, and reads once what earlier leaders left there. A task of its own, so that a cache which
//! is slow or away holds up nobody.

use std::sync::Arc;
use std::time::Duration;

use cache::{Cache, Health, Older, PastLoad, PastLoads};
use samples::Windows;
use telemetry::Metrics;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::queue::Queue;
use super::{Heard, Steady};

/// What is heard within this is left together: few and large entries, and a leader that dies takes no more along.
const EVERY: Duration = Duration::from_secs(2);
/// Loads left in one go: a backlog does not become a call that misses its deadline.
const BATCH: usize = 16_000;
/// A part that a cache which answers did not give so often is not asked for again: the windows fill by themselves.
const TRIES: u32 = 3;

/// The leader's end.
pub(super) struct Sharing {
    queue: Arc<Queue>,
    earlier: mpsc::Receiver<Vec<Heard>>,
    metrics: Metrics,
    task: AbortHandle,
}

impl Sharing {
    /// `None` where nothing is shared.
    pub(super) fn start(cache: &Arc<dyn Cache>, clock: Steady, metrics: Metrics) -> Option<Self> {
        cache.health()?;
        let queue = Arc::new(Queue::default());
        // One part at a time: who takes them in has other things to do in between.
        let (parts, earlier) = mpsc::channel(1);
        let task = share(Arc::clone(cache), clock, Arc::clone(&queue), parts);
        Some(Self {
            queue,
            earlier,
            metrics,
            task: tokio::spawn(task).abort_handle(),
        })
    }

    /// To be left in the cache soon.
    pub(super) fn leave(&self, heard: Vec<Heard>) {
        self.metrics.samples_dropped(self.queue.add(heard));
    }

    /// What earlier leaders left, part by part; waits for ever when there is no more.
    pub(super) async fn earlier(&mut self) -> Vec<Heard> {
        match self.earlier.recv().await {
            Some(part) => part,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn share(cache: Arc<dyn Cache>, clock: Steady, queue: Arc<Queue>, parts: mpsc::Sender<Vec<Heard>>) {
    // Before anything of ours is there: what is read is what others left.
    let first = read(&*cache, None).await;
    let back = read_back(&*cache, clock, first, parts);
    tokio::join!(back, leave(&*cache, clock, &queue));
}

async fn read_back(
    cache: &dyn Cache,
    clock: Steady,
    first: Option<PastLoads>,
    parts: mpsc::Sender<Vec<Heard>>,
) {
    let (mut next, mut read_so_far) = (first, 0);
    while let Some(PastLoads { loads, older }) = next {
        read_so_far += loads.len();
        let now = clock.now();
        let heard = |past: PastLoad| Heard {
            record: past.record,
            at: now - past.age,
            load: past.load,
        };
        if parts.send(loads.into_iter().map(heard).collect()).await.is_err() {
            return;
        }
        let Some(older) = older else {
            tracing::info!(
                samples = read_so_far,
                "took over the recent samples that earlier leaders left"
            );
            return;
        };
        next = read(cache, Some(&older)).await;
    }
    tracing::warn!(
        samples = read_so_far,
        "the cache did not give all of the recent samples; windows fill anew"
    );
}

/// A part, waited for while the cache is away.
async fn read(cache: &dyn Cache, older: Option<&Older>) -> Option<PastLoads> {
    let mut health = cache.health()?;
    for _ in 0..TRIES {
        health
            .wait_for(|health| *health == Health::Available)
            .await
            .ok()?;
        if let Some(part) = cache.loads(older).await {
            return Some(part);
        }
    }
    None
}

async fn leave(cache: &dyn Cache, clock: Steady, queue: &Queue) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // What cannot be left now is left later, unless it waits for too long.
        while leave_some(cache, clock, queue).await {}
    }
}

/// Leaves a batch; whether there was one, and it could be left.
async fn leave_some(cache: &dyn Cache, clock: Steady, queue: &Queue) -> bool {
    let (batch, read) = queue.first(BATCH);
    if batch.is_empty() {
        return false;
    }
    let now = clock.now();
    let past = |heard: &Heard| PastLoad {
        record: heard.record,
        age: now.since(heard.at),
        load: heard.load,
    };
    let loads: Vec<PastLoad> = batch.iter().map(past).collect();
    let left = cache.put_loads(&loads, Windows::LOOK_BACK).await;
    if left {
        queue.done(read);
    }
    left
}
