//! A host's engine as one life of a component sees it: every call begins and ends with a step.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::job::LaunchSpec;
use domain::report::Load;
use domain::{ContainerFacts, ContainerId, InstallationId, InstanceId};
use engine::simulated::SimulatedEngine;
use engine::{ContainerEngine, EngineEvent, EngineInfo, PullProgress, Result, Usage};
use tokio::sync::mpsc;

use super::life::Life;
use super::trace::Trace;

/// A component's way to an engine.
pub struct SimEngine {
    /// The engine.
    pub inner: SimulatedEngine,
    /// Whose way.
    pub life: Arc<Life>,
    /// What happened.
    pub trace: Trace,
}

impl SimEngine {
    async fn call<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.life.step().await;
        let answer = call.await;
        self.life.step().await;
        answer
    }

    fn note<T>(&self, what: &str, of: &ContainerId, answer: &Result<T>) {
        let how = answer.as_ref().err();
        self.trace.say(&self.life.name, || match how {
            None => format!("engine: {what} {}", of.short()),
            Some(error) => format!("engine: {what} {}: {error}", of.short()),
        });
    }
}

#[async_trait]
impl ContainerEngine for SimEngine {
    async fn info(&self) -> Result<EngineInfo> {
        self.call(self.inner.info()).await
    }

    async fn ensure_image(&self, image: &str, progress: mpsc::Sender<PullProgress>) -> Result<()> {
        self.call(self.inner.ensure_image(image, progress)).await
    }

    async fn create(&self, spec: &LaunchSpec) -> Result<ContainerId> {
        let answer = self.call(self.inner.create(spec)).await;
        self.trace.say(&self.life.name, || match &answer {
            Ok(id) => format!("engine: create {} {}", spec.name, id.short()),
            Err(error) => format!("engine: create {}: {error}", spec.name),
        });
        answer
    }

    async fn start(&self, id: &ContainerId) -> Result<()> {
        let answer = self.call(self.inner.start(id)).await;
        self.note("start", id, &answer);
        answer
    }

    async fn remove(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let answer = self.call(self.inner.remove(id, grace)).await;
        self.note("remove", id, &answer);
        answer
    }

    async fn find(&self, record: InstanceId) -> Result<Option<ContainerFacts>> {
        self.call(self.inner.find(record)).await
    }

    async fn inspect(&self, id: &ContainerId) -> Result<Option<ContainerFacts>> {
        self.call(self.inner.inspect(id)).await
    }

    async fn list(&self, installation: InstallationId) -> Result<Vec<ContainerFacts>> {
        self.call(self.inner.list(installation)).await
    }

    async fn events(&self, installation: InstallationId) -> Result<mpsc::Receiver<EngineEvent>> {
        self.call(self.inner.events(installation)).await
    }

    async fn usage(&self, ids: &[ContainerId]) -> Result<Vec<(ContainerId, Usage)>> {
        self.call(self.inner.usage(ids)).await
    }

    async fn host_load(&self) -> Result<Load> {
        self.call(self.inner.host_load()).await
    }
}
