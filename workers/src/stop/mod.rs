//! worker-stop: stops and removes the container of a record that ends.
//!
//! Why `Gone` is true. We read the record as ended *before* we search. A launch worker that creates its container
//! after our search reads the record after that create, hence sees it ended, and removes the container without
//! starting it. One that created before our search left a container that the search finds; we remove it, and a
//! start by its id that comes later finds nothing. So once we say `Gone` nothing of the record lives or can come
//! alive.

use std::time::Duration;

use bus::Queue;
use domain::{Job, JobKind, Outcome};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::calls::logged;
use crate::jobs::{self, Verdict, Work};
use crate::record::{Record, look};
use crate::{Deps, WorkerError};

struct Stopper {
    deps: Deps,
}

/// Takes stop jobs until `shutdown`.
///
/// # Errors
/// [`WorkerError`] when the queue cannot be opened or ends.
pub async fn run(deps: Deps, shutdown: CancellationToken) -> Result<(), WorkerError> {
    let parallel = deps.settings.parallel_stops;
    jobs::run(Stopper { deps }, parallel, shutdown).await
}

impl Work for Stopper {
    const QUEUE: Queue = Queue::Stop;

    fn deps(&self) -> &Deps {
        &self.deps
    }

    async fn work(&self, job: &Job, _permit: OwnedSemaphorePermit) -> Verdict {
        match &job.kind {
            JobKind::Stop { grace_ms } => self.stop(job, Duration::from_millis(*grace_ms)).await,
            JobKind::Launch(_) => Verdict::Silent,
        }
    }
}

impl Stopper {
    async fn stop(&self, job: &Job, grace: Duration) -> Verdict {
        match look(&*self.deps.store, job).await {
            Err(error) => return Verdict::Retry(error.to_string()),
            // A stale job: never against a record that lives.
            Ok(Record::Pending | Record::InService) => return Verdict::Silent,
            Ok(Record::Ended) => {}
        }
        let removed = match logged(job, "find", self.deps.engine.find(job.record)).await {
            Ok(Some(facts)) => logged(job, "remove", self.deps.engine.remove(&facts.id, grace)).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        match removed {
            Ok(()) => Verdict::Report(Outcome::Gone),
            Err(error) => Verdict::Retry(error.to_string()),
        }
    }
}
