//! Keeps components running: one that fails, or panics, is started again with growing pauses; told to stop, it is
//! given time to finish what it accepted.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use telemetry::{ComponentState, Metrics, StatusBoard};
use tokio::sync::Notify;
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
    again: Arc<Notify>,
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
        let again = Arc::new(Notify::new());
        let run: Run = Arc::new(move |shutdown| Box::pin(run(shutdown)));
        let kept = Kept {
            name: name.clone(),
            watch: watch.clone(),
            run,
            again: Arc::clone(&again),
        };
        let task = tokio::spawn(kept.keep(shutdown.clone()));
        Self {
            name,
            shutdown,
            again,
            task,
        }
    }

    /// Has it end in order and start again, under new settings for example.
    pub(crate) fn restart(&self) {
        self.again.notify_one();
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

/// A component as its keeper sees it.
struct Kept {
    name: String,
    watch: Watch,
    run: Run,
    again: Arc<Notify>,
}

impl Kept {
    async fn keep(self, shutdown: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        self.watch.metrics.component(&self.name);
        loop {
            let begun = Instant::now();
            self.tell(ComponentState::Running, "");
            let (ended, asked) = self.once(&shutdown).await;
            if shutdown.is_cancelled() {
                self.tell(ComponentState::Stopped, "");
                return;
            }
            if asked {
                continue;
            }
            let why = ended.map_or_else(|error| format!("{error:#}"), |()| "it ended by itself".to_owned());
            tracing::error!(
                component = self.name,
                why,
                ?pause,
                "a component failed; it is started again"
            );
            self.tell(ComponentState::Failed, why);
            self.watch.metrics.component_restarted(&self.name);
            if begun.elapsed() >= RECOVERED {
                pause = FIRST_PAUSE;
            }
            tokio::select! {
                () = shutdown.cancelled() => return self.tell(ComponentState::Stopped, ""),
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One run; whether it was asked to end so that it starts again.
    async fn once(&self, shutdown: &CancellationToken) -> (anyhow::Result<()>, bool) {
        let stop = shutdown.child_token();
        let mut running = std::pin::pin!(attempt(&self.run, &stop));
        tokio::select! {
            biased;
            ended = &mut running => return (ended, false),
            () = self.again.notified() => stop.cancel(),
        }
        // What does not end in time is dropped, and its task with it.
        let ended = timeout(STOP_WITHIN, running).await;
        (ended.unwrap_or(Ok(())), true)
    }

    fn tell(&self, state: ComponentState, message: impl Into<String>) {
        self.watch.board.component(&self.name, state, message);
    }
}

/// One run, in a task of its own: a panic ends the run, not the service. Dropped, it takes the run with it.
async fn attempt(run: &Run, shutdown: &CancellationToken) -> anyhow::Result<()> {
    let mut task = tokio::task::JoinSet::new();
    task.spawn(run(shutdown.clone()));
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

    #[tokio::test(start_paused = true)]
    async fn a_restart_that_was_asked_for_is_no_failure() {
        let watch = Watch {
            board: StatusBoard::new(),
            metrics: Metrics::new(),
        };
        let (starts, started) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let (count, reached) = (Arc::clone(&starts), Arc::clone(&started));
        let component = Component::start("part", &watch, move |shutdown| {
            let (count, reached) = (Arc::clone(&count), Arc::clone(&reached));
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                reached.notify_one();
                shutdown.cancelled().await;
                Ok(())
            }
        });
        started.notified().await;
        component.restart();
        started.notified().await;
        let none = "component_restarts_total{component=\"part\"} 0\n";
        let told = watch.metrics.encode();
        assert!(told.contains(none), "no failure is counted: {told}");
        component.stop().await;
        assert_eq!(starts.load(Ordering::SeqCst), 2);
    }
}
