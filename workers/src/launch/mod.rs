//! worker-launch: create, look again, start.
//!
//! The container is created before the record is read, so that whoever cancels the record and then searches
//! either finds the container or is seen by our look. It is started by its id, so that a start that comes late
//! cannot hit another container.

mod admission;
mod pull;

use std::sync::Arc;
use std::time::Duration;

use bus::Queue;
use domain::job::LaunchSpec;
use domain::{ContainerId, ContainerState, Job, JobKind, Outcome};
use engine::EngineError;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::calls::logged;
use crate::jobs::{self, Verdict, Work};
use crate::record::{Record, look};
use crate::{Deps, WorkerError};
use admission::{Gate, labelled};
use pull::Pulls;

struct Launcher {
    deps: Deps,
    gate: Gate,
    pulls: Pulls,
}

/// Takes launch jobs until `shutdown`.
///
/// # Errors
/// [`WorkerError`] when the queue cannot be opened or ends.
pub async fn run(deps: Deps, shutdown: CancellationToken) -> Result<(), WorkerError> {
    let parallel = deps.settings.parallel_starts;
    let launcher = Launcher {
        gate: Gate::default(),
        pulls: Pulls::new(deps.settings.parallel_pulls),
        deps,
    };
    jobs::run(launcher, parallel, shutdown).await
}

/// The step that comes next, or what becomes of the job without it.
type Step<T> = Result<T, Verdict>;

impl Work for Launcher {
    const QUEUE: Queue = Queue::Launch;

    fn deps(&self) -> &Deps {
        &self.deps
    }

    async fn work(&self, job: &Job, permit: OwnedSemaphorePermit) -> Verdict {
        match &job.kind {
            JobKind::Launch(spec) => self
                .launch(job, spec, permit)
                .await
                .unwrap_or_else(|verdict| verdict),
            JobKind::Stop { .. } => Verdict::Silent,
        }
    }
}

impl Launcher {
    async fn launch(&self, job: &Job, spec: &LaunchSpec, permit: OwnedSemaphorePermit) -> Step<Verdict> {
        let admitted = self.gate.admit(&self.deps, job, spec).await.map_err(verdict_of)?;
        let Some(_room) = admitted else {
            return Err(failed(format!("host {} is full", job.host), true));
        };
        let (id, _permit) = self.create(job, &labelled(spec), permit).await?;
        match self.look(job).await? {
            Record::Pending => self.start(job, &id).await,
            Record::InService => self.leave_alone(job, &id).await,
            Record::Ended => self.discard(job, &id).await,
        }
    }

    async fn look(&self, job: &Job) -> Step<Record> {
        look(&*self.deps.store, job).await.map_err(|error| retry(&error))
    }

    /// Creates the container; pulls its image if need be, without holding up the starts of others.
    async fn create(
        &self,
        job: &Job,
        spec: &LaunchSpec,
        permit: OwnedSemaphorePermit,
    ) -> Step<(ContainerId, OwnedSemaphorePermit)> {
        match logged(job, "create", self.deps.engine.create(spec)).await {
            Ok(id) => return Ok((id, permit)),
            Err(EngineError::NoImage { .. }) => {}
            Err(error) => return Err(verdict_of(error)),
        }
        let permits = Arc::clone(permit.semaphore());
        drop(permit);
        let pulled = self.pulls.ensure(&self.deps, job, &spec.image).await;
        pulled.map_err(|error| judge(&error))?;
        let permit = permits.acquire_owned().await.map_err(|closed| retry(&closed))?;
        let created = logged(job, "create", self.deps.engine.create(spec)).await;
        created.map(|id| (id, permit)).map_err(verdict_of)
    }

    async fn start(&self, job: &Job, id: &ContainerId) -> Step<Verdict> {
        match logged(job, "start", self.deps.engine.start(id)).await {
            // An exited container is never started again; its agent tells that it exited.
            Ok(()) | Err(EngineError::Exited) => Ok(Verdict::Report(Outcome::Started)),
            Err(EngineError::NotFound) => self.vanished(job).await,
            // A container that does not start stays: removing it here would be told before the reason. The stop
            // job of the failed record removes it.
            Err(error) => Ok(verdict_of(error)),
        }
    }

    /// Somebody removed the container under our hands: a fault only if it is still wanted; otherwise whoever
    /// ends the record tells so.
    async fn vanished(&self, job: &Job) -> Step<Verdict> {
        Ok(match self.look(job).await? {
            Record::Pending => failed("its container was removed before it ran".to_owned(), false),
            Record::InService | Record::Ended => Verdict::Silent,
        })
    }

    /// A late job for a record that came into service. A container that never ran is a second one that this job
    /// made after the first was removed: it must not start.
    async fn leave_alone(&self, job: &Job, id: &ContainerId) -> Step<Verdict> {
        match logged(job, "inspect", self.deps.engine.inspect(id)).await {
            Ok(Some(facts)) if facts.state == ContainerState::Created => self.discard(job, id).await,
            Ok(_) => Ok(Verdict::Silent),
            Err(error) => Ok(retry(&error)),
        }
    }

    async fn discard(&self, job: &Job, id: &ContainerId) -> Step<Verdict> {
        self.remove(job, id).await.map_err(|error| retry(&error))?;
        Ok(Verdict::Report(Outcome::Gone))
    }

    async fn remove(&self, job: &Job, id: &ContainerId) -> engine::Result<()> {
        logged(job, "remove", self.deps.engine.remove(id, Duration::ZERO)).await
    }
}

fn retry(error: &impl std::fmt::Display) -> Verdict {
    Verdict::Retry(error.to_string())
}

fn failed(reason: String, host_full: bool) -> Verdict {
    Verdict::Report(Outcome::Failed { reason, host_full })
}

fn verdict_of(error: EngineError) -> Verdict {
    judge(&error)
}

/// What an engine's error makes of a launch: what may pass is tried again until the record's deadline.
fn judge(error: &EngineError) -> Verdict {
    match error {
        EngineError::Unknown(_) | EngineError::Unavailable(_) => retry(error),
        EngineError::NoImage { .. }
        | EngineError::NameTaken(_)
        | EngineError::NotFound
        | EngineError::Exited
        | EngineError::Refused(_) => failed(error.to_string(), false),
    }
}
