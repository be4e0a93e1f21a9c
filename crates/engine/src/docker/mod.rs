//! Docker through its API.
//!
//! Correctness here means knowing what a call did: every call has its own deadline and its own connection, so a
//! container whose calls hang blocks no other; what was not confirmed is `Unknown`, and asking twice is safe.

mod address;
mod cgroup;
mod client;
mod credentials;
mod events;
mod facts;
mod image;
mod instant;
mod launch;
mod load;
mod network;
mod options;
mod remote;
mod remove;
mod usage;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::ListContainersOptions;
use domain::job::{LaunchSpec, label};
use domain::report::Load;
use domain::{ContainerFacts, ContainerId, ContainerState, EngineId, InstallationId, InstanceId};
use tokio::sync::{OnceCell, mpsc};

use crate::{ContainerEngine, EngineError, EngineEvent, EngineInfo, PullProgress, Result, Usage};
use client::Client;
pub use options::{DockerOptions, EngineTls};

/// A Docker engine.
pub struct Docker {
    options: DockerOptions,
    client: Arc<Client>,
    cpus: OnceCell<u32>,
    meter: load::Meter,
    cgroups: Arc<cgroup::Cgroups>,
}

impl Docker {
    /// Prepares the client. The engine may be down: it is reached at the first call, and again at every later one.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the address is of no kind that is supported.
    pub fn connect(options: DockerOptions) -> Result<Self> {
        Ok(Self {
            client: Arc::new(Client::new(&options)?),
            options,
            cpus: OnceCell::new(),
            meter: load::Meter::default(),
            cgroups: Arc::new(cgroup::Cgroups::default()),
        })
    }

    /// The engine's CPUs, asked once: a limit above them is refused by the engine.
    async fn cpus(&self) -> Result<u32> {
        let ask = || async { Ok(self.info().await?.cpus) };
        self.cpus.get_or_try_init(ask).await.copied()
    }

    /// A container by id or name, whoever's it is.
    async fn raw_inspect(&self, name: &str) -> Result<Option<ContainerInspectResponse>> {
        let inspect = |docker: bollard::Docker| async move { docker.inspect_container(name, None).await };
        match self.client.call("inspect", inspect).await {
            Ok(found) => Ok(Some(found)),
            Err(EngineError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn own(&self, found: ContainerInspectResponse) -> Option<ContainerFacts> {
        facts::of_inspected(found, self.options.installation)
    }

    async fn owned(&self, id: &ContainerId) -> Result<Option<ContainerFacts>> {
        Ok(self
            .raw_inspect(id.as_str())
            .await?
            .and_then(|found| self.own(found)))
    }

    async fn listed(
        &self,
        installation: InstallationId,
        more: Option<String>,
    ) -> Result<Vec<ContainerFacts>> {
        let mut labels = vec![format!("{}={installation}", label::INSTALLATION)];
        labels.extend(more);
        let options = ListContainersOptions {
            all: true,
            filters: Some(HashMap::from([("label".to_owned(), labels)])),
            ..Default::default()
        };
        let list = |docker: bollard::Docker| async move { docker.list_containers(Some(options)).await };
        let found = self.client.call("list", list).await?;
        let facts = found
            .into_iter()
            .filter_map(|entry| facts::of_listed(entry, installation));
        Ok(facts.collect())
    }
}

#[async_trait]
impl ContainerEngine for Docker {
    async fn info(&self) -> Result<EngineInfo> {
        let told = self
            .client
            .call("info", |docker| async move { docker.info().await })
            .await?;
        let mib = told.mem_total.unwrap_or_default() / (1024 * 1024);
        Ok(EngineInfo {
            id: EngineId::new(told.id.unwrap_or_default()),
            name: told.name.unwrap_or_default(),
            cpus: told.ncpu.and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1),
            memory_mib: u64::try_from(mib).unwrap_or_default(),
            version: told.server_version.unwrap_or_default(),
        })
    }

    async fn ensure_image(&self, image: &str, progress: mpsc::Sender<PullProgress>) -> Result<()> {
        self.pull_when_absent(image, &progress).await
    }

    async fn create(&self, spec: &LaunchSpec) -> Result<ContainerId> {
        self.create_or_adopt(spec).await
    }

    async fn start(&self, id: &ContainerId) -> Result<()> {
        self.start_created(id).await
    }

    async fn remove(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        self.stop_and_remove(id, grace).await
    }

    async fn find(&self, record: InstanceId) -> Result<Option<ContainerFacts>> {
        let of_record = Some(format!("{}={record}", label::RECORD));
        let mut found = self.listed(self.options.installation, of_record).await?;
        // Somebody may have copied the labels by hand: the one that lives is the one that counts.
        found.sort_by_key(|facts| {
            (
                !matches!(facts.state, ContainerState::Running(_)),
                facts.id.clone(),
            )
        });
        Ok(found.into_iter().next())
    }

    async fn inspect(&self, id: &ContainerId) -> Result<Option<ContainerFacts>> {
        self.owned(id).await
    }

    async fn list(&self, installation: InstallationId) -> Result<Vec<ContainerFacts>> {
        self.listed(installation, None).await
    }

    async fn events(&self, installation: InstallationId) -> Result<mpsc::Receiver<EngineEvent>> {
        events::listen(Arc::clone(&self.client), installation).await
    }

    async fn usage(&self, ids: &[ContainerId]) -> Result<Vec<(ContainerId, Usage)>> {
        self.measure(ids).await
    }

    async fn host_load(&self) -> Result<Load> {
        Ok(if self.client.is_local() {
            self.meter.read()
        } else {
            Load::default()
        })
    }
}
