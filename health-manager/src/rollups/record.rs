//! Minutes reach the store behind everything else, and late while it does not answer.

use std::sync::Arc;
use std::time::Duration;

use domain::Rollup;
use store::{Store, StoreError};
use telemetry::Metrics;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

/// Minutes that wait at most: a store that is away for a quarter of an hour loses none of a thousand groups.
pub(super) const WAITING: usize = 16_384;
/// So many go with one write, of which one is under way at a time.
const TOGETHER: usize = 100;
/// Between two writes: the store has other things to do.
const BETWEEN: Duration = Duration::from_millis(100);
/// Until what was not written is written again.
const AGAIN: Duration = Duration::from_secs(5);

/// Who writes.
pub(super) struct Recorder {
    queue: mpsc::Sender<Rollup>,
    metrics: Metrics,
    _writer: AbortOnDropHandle<()>,
}

impl Recorder {
    pub(super) fn start(store: Arc<dyn Store>, metrics: Metrics) -> Self {
        let (queue, minutes) = mpsc::channel(WAITING);
        let writer = write(store, minutes, metrics.clone());
        Self {
            queue,
            metrics,
            _writer: AbortOnDropHandle::new(tokio::spawn(writer)),
        }
    }

    /// To be written soon; lost, and counted, when too many wait.
    pub(super) fn record(&self, minute: Rollup) {
        if self.queue.try_send(minute).is_err() {
            self.metrics.rollups_dropped(1);
        }
    }
}

async fn write(store: Arc<dyn Store>, mut minutes: mpsc::Receiver<Rollup>, metrics: Metrics) {
    let mut batch = Vec::new();
    let mut failing = false;
    while minutes.recv_many(&mut batch, TOGETHER).await > 0 {
        while let Err(error) = store.put_rollups(&batch).await {
            if matches!(error, StoreError::TooLarge { .. } | StoreError::Corrupt { .. }) {
                tracing::error!(%error, minutes = batch.len(), "minutes of groups' load cannot be written");
                metrics.rollups_dropped(batch.len());
                break;
            }
            if !std::mem::replace(&mut failing, true) {
                tracing::warn!(%error, "the groups' load is not written; it is tried again");
            }
            sleep(AGAIN).await;
        }
        failing = false;
        batch.clear();
        sleep(BETWEEN).await;
    }
}
