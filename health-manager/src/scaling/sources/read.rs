//! Reading one metric again and again, and of whom.

use std::sync::Arc;
use std::time::Duration;

use ::sources::Source;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Key, Told};

/// Who reads a metric.
pub(super) struct Reader {
    pub(super) key: Key,
    pub(super) server: Arc<Source>,
    pub(super) every: Duration,
    /// Turns of this source, and of all.
    pub(super) turns: [Arc<Semaphore>; 2],
    pub(super) tell: mpsc::Sender<Told>,
}

impl Reader {
    /// Reads at its interval, until nobody listens.
    pub(super) async fn run(self) {
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let [own, all] = &self.turns;
            let (Ok(_own), Ok(_all)) = (own.acquire().await, all.acquire().await) else {
                return;
            };
            let at = Instant::now();
            let read = self.server.read(&self.key.metric).await;
            let key = self.key.clone();
            if self.tell.send(Told { key, at, read }).await.is_err() {
                return;
            }
        }
    }
}
