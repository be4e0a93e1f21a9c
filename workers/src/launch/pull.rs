//! Pulls, one per image however many launches wait for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Job, Outcome};
use engine::{ContainerEngine, EngineError, PullProgress};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::interval;

use crate::Deps;
use crate::jobs::tell;

/// How often progress is told at most.
const TELL_EVERY: Duration = Duration::from_secs(1);

type Pulled = Result<(), Arc<EngineError>>;

/// A pull under way. Whoever waits drives it; it is dropped with the worker.
#[derive(Clone)]
struct Pull {
    done: Shared<BoxFuture<'static, Pulled>>,
    progress: watch::Receiver<PullProgress>,
}

/// The pulls of one host.
pub(super) struct Pulls {
    slots: Arc<Semaphore>,
    under_way: Mutex<BTreeMap<String, Pull>>,
}

impl Pulls {
    pub(super) fn new(parallel: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(parallel.max(1))),
            under_way: Mutex::default(),
        }
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<String, Pull>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the image available, telling how far it is.
    pub(super) async fn ensure(&self, deps: &Deps, job: &Job, image: &str) -> Pulled {
        let mut pull = self
            .under_way()
            .entry(image.to_owned())
            .or_insert_with(|| {
                begin(
                    Arc::clone(&self.slots),
                    Arc::clone(&deps.engine),
                    image.to_owned(),
                )
            })
            .clone();
        pull.progress.mark_changed();
        let mut ticks = interval(TELL_EVERY);
        let pulled = loop {
            tokio::select! {
                biased;
                pulled = pull.done.clone() => break pulled,
                _ = ticks.tick() => tell_progress(deps, job, &mut pull.progress).await,
            }
        };
        let mut under_way = self.under_way();
        if under_way
            .get(image)
            .is_some_and(|now| now.done.ptr_eq(&pull.done))
        {
            under_way.remove(image);
        }
        pulled
    }
}

async fn tell_progress(deps: &Deps, job: &Job, progress: &mut watch::Receiver<PullProgress>) {
    if !progress.has_changed().unwrap_or(false) {
        return;
    }
    let PullProgress { percent, message } = progress.borrow_and_update().clone();
    // Progress that is not told is told by the next one; the failure was logged.
    let _ = tell(deps, job, Outcome::Progress { percent, message }).await;
}

fn begin(slots: Arc<Semaphore>, engine: Arc<dyn ContainerEngine>, image: String) -> Pull {
    let first = PullProgress {
        percent: 0,
        message: format!("Pulling {image}"),
    };
    let (seen, progress) = watch::channel(first);
    let done = async move {
        let _slot = slots.acquire().await;
        let done = pull(&*engine, &image, &seen).await;
        match &done {
            Ok(()) => tracing::info!(call = "ensure_image", image, "engine call"),
            Err(error) => tracing::error!(call = "ensure_image", image, %error, "engine call failed"),
        }
        done.map_err(Arc::new)
    };
    Pull {
        done: done.boxed().shared(),
        progress,
    }
}

async fn pull(
    engine: &dyn ContainerEngine,
    image: &str,
    seen: &watch::Sender<PullProgress>,
) -> engine::Result<()> {
    let (sender, mut told) = mpsc::channel(16);
    let mut pulling = engine.ensure_image(image, sender);
    loop {
        tokio::select! {
            biased;
            Some(progress) = told.recv() => { seen.send_replace(progress); }
            done = &mut pulling => return done,
        }
    }
}
