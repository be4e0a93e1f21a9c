//! Decisions that changed nothing reach the history now and then, behind everything else.

use std::sync::Arc;
use std::time::Duration;

use domain::Decision;
use store::Store;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Scaling;

/// A group's reaches the history at most this often.
const EACH: Duration = Duration::from_secs(5);
/// So many go with one write, of which one is under way at a time.
const TOGETHER: usize = 50;
/// Between two writes.
const BETWEEN: Duration = Duration::from_secs(1);

/// The write under way.
#[derive(Default)]
pub(super) struct Recorder {
    writing: Option<JoinHandle<()>>,
    last: Option<Instant>,
}

impl Recorder {
    fn is_free(&self, now: Instant) -> bool {
        let busy = self
            .writing
            .as_ref()
            .is_some_and(|writing| !writing.is_finished());
        !busy && self.last.is_none_or(|last| now >= last + BETWEEN)
    }
}

impl Scaling {
    /// Begins to write what was not told yet, the longest untold first.
    pub(super) fn record(&mut self, store: &Arc<dyn Store>) {
        let now = Instant::now();
        if !self.recorder.is_free(now) {
            return;
        }
        let is_due = |told: Option<Instant>| told.is_none_or(|told| now >= told + EACH);
        let waiting = self.states.values_mut();
        let mut due: Vec<_> = waiting.filter(|s| s.idle.is_some() && is_due(s.told)).collect();
        due.sort_by_key(|state| state.told);
        let chosen = due.into_iter().take(TOGETHER);
        let decisions: Vec<Decision> = chosen
            .filter_map(|state| {
                state.told = Some(now);
                state.idle.take()
            })
            .collect();
        if decisions.is_empty() {
            return;
        }
        self.recorder.last = Some(now);
        let store = Arc::clone(store);
        self.recorder.writing = Some(tokio::spawn(async move {
            if let Err(error) = store.put_decisions(&decisions).await {
                tracing::debug!(%error, "decisions that changed nothing were not written; later ones are");
            }
        }));
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(writing) = &self.writing {
            writing.abort();
        }
    }
}
