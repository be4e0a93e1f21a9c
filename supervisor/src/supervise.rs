//! Keeps components running: one that fails, or panics, is started again with growing pauses; told to stop, it is
//! given time to finish what it accepted.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use telemetry::{ComponentState, Metrics, StatusBoard};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A component that ran this long has recovered: its next failure is a first one.
const RECOVERED: Duration = Duration::from_secs(60);
/// For a component to end by itself; longer than a container's stop takes.
const STOP_WITHIN: Duration = Duration::from_secs(15);

type Run = Arc<dyn Fn(CancellationToken) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;

/// Where components' states are told.
#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) board: StatusBoard,
    pub(crate) metrics: Metrics,
}

/// A component that runs until it is stopped.
pub(crate) struct Component {
    name: String,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Component {
    /// Starts a component and keeps it running. `run` is called for every start.
    pub(crate) fn start<F>(
        name: impl Into<String>,
        watch: &Watch,
        run: impl Fn(CancellationToken) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let (name, shutdown) = (name.into(), CancellationToken::new());
        let run: Run = Arc::new(move |shutdown| Box::pin(run(shutdown)));
        let task = tokio::spawn(keep(name.clone(), watch.clone(), run, shutdown.clone()));
        Self { name, shutdown, task }
    }

    /// Stops it, and waits until it has ended.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        let abort = self.task.abort_handle();
        if timeout(STOP_WITHIN, self.task).await.is_err() {
            tracing::warn!(component = self.name, "did not end in time and is cut off");
            abort.abort();
        }
    }
}

async fn keep(name: String, watch: Watch, run: Run, shutdown: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    loop {
        let begun = Instant::now();
        watch.board.component(&name, ComponentState::Running, "");
        let ended = attempt(&run, &shutdown).await;
        if shutdown.is_cancelled() {
            watch.board.component(&name, ComponentState::Stopped, "");
            return;
        }
        let why = ended.map_or_else(|error| format!("{error:#}"), |()| "it ended by itself".to_owned());
        tracing::error!(
            component = name,
            why,
            ?pause,
            "a component failed; it is started again"
        );
        watch.board.component(&name, ComponentState::Failed, why);
        watch.metrics.component_restarted(&name);
        if begun.elapsed() >= RECOVERED {
            pause = FIRST_PAUSE;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(pause) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One run, in a task of its own: a panic ends the run, not the service. Dropped, it takes the run with it.
async fn attempt(run: &Run, shutdown: &CancellationToken) -> anyhow::Result<()> {
    let mut task = tokio::task::JoinSet::new();
    task.spawn(run(shutdown.child_token()));
    match task.join_next().await {
        Some(Ok(ended)) => ended,
        Some(Err(panicked)) => Err(anyhow::anyhow!("a defect: {panicked}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_component_that_fails_or_panics_is_started_again_and_stops_when_told() {
        let watch = Watch {
            board: StatusBoard::new(),
            metrics: Metrics::new(),
        };
        let (starts, third) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let (count, reached) = (Arc::clone(&starts), Arc::clone(&third));
        let component = Component::start("part", &watch, move |shutdown| {
            let (count, reached) = (Arc::clone(&count), Arc::clone(&reached));
            async move {
                match count.fetch_add(1, Ordering::SeqCst) {
                    0 => anyhow::bail!("first"),
                    1 => panic!("second"),
                    _ => reached.notify_one(),
                }
                shutdown.cancelled().await;
                Ok(())
            }
        });
        third.notified().await;
        component.stop().await;
        assert_eq!(starts.load(Ordering::SeqCst), 3);
        let state = watch.board.snapshot().components.first().map(|c| c.state);
        assert_eq!(state, Some(ComponentState::Stopped));
    }
}
