//! Creating and starting. The container's name comes from its record, so a name that is taken is how a
//! repeated launch recognises itself.

use std::time::Duration;

use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::CreateContainerOptions;
use domain::job::{LaunchSpec, label};
use domain::{ContainerId, ContainerState};
use tokio::time::Instant;

use super::Docker;
use super::client::meaning;
use crate::{EngineError, Result};

/// A name is reserved before its container can be seen: a moment, or seconds where the machine is busy.
const NAME_LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a create came to.
enum Created {
    Made(ContainerId),
    NameTaken,
}

impl Docker {
    pub(super) async fn create_or_adopt(&self, spec: &LaunchSpec) -> Result<ContainerId> {
        let cpus = self.cpus().await?;
        let began = Instant::now();
        while began.elapsed() < self.options.call_timeout {
            if let Created::Made(id) = self.try_create(spec, cpus).await? {
                return Ok(id);
            }
            if let Some(owner) = self.raw_inspect(&spec.name).await? {
                let labels = owner.config.and_then(|config| config.labels).unwrap_or_default();
                let same = |key: &str| labels.get(key) == spec.labels.get(key);
                return match owner.id {
                    Some(id) if same(label::RECORD) && same(label::INSTALLATION) => Ok(ContainerId::new(id)),
                    _ => Err(EngineError::NameTaken(spec.name.clone())),
                };
            }
            tokio::time::sleep(NAME_LOOK_EVERY).await;
        }
        Err(EngineError::Unknown(format!(
            "the name {} is reserved for a container that does not appear",
            spec.name
        )))
    }

    async fn try_create(&self, spec: &LaunchSpec, cpus: u32) -> Result<Created> {
        let options = CreateContainerOptions {
            name: Some(spec.name.clone()),
            ..Default::default()
        };
        let body = self.body(spec, cpus);
        let create = |docker: bollard::Docker| async move {
            let made = docker.create_container(Some(options), body).await;
            Ok(made.map(|made| Created::Made(ContainerId::new(made.id))))
        };
        match self.client.call("create", create).await? {
            Ok(created) => Ok(created),
            Err(Error::DockerResponseServerError { status_code: 409, .. }) => Ok(Created::NameTaken),
            Err(Error::DockerResponseServerError {
                status_code: 404,
                message,
            }) => Err(EngineError::NoImage {
                image: spec.image.clone(),
                reason: message,
            }),
            Err(other) => Err(meaning(other)),
        }
    }

    fn body(&self, spec: &LaunchSpec, cpus: u32) -> ContainerCreateBody {
        let listed = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
        let memory = spec.limits.memory.saturating_mul(1024 * 1024);
        ContainerCreateBody {
            hostname: Some(spec.name.clone()),
            domainname: (!spec.domain.is_empty()).then(|| spec.domain.clone()),
            image: Some(spec.image.clone()),
            env: Some(vec![format!("user_data={}", spec.user_data)]),
            labels: Some(spec.labels.clone().into_iter().collect()),
            // Keeps an image up whose command is a shell; open stdin is not needed for that.
            tty: Some(true),
            host_config: Some(HostConfig {
                publish_all_ports: Some(true),
                memory: Some(i64::try_from(memory).unwrap_or(i64::MAX)),
                nano_cpus: Some(i64::from(spec.limits.vcpu.min(cpus)).saturating_mul(1_000_000_000)),
                dns: listed(&self.options.dns),
                dns_search: listed(&self.options.dns_search),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// Looks first: the engine would start an exited container again without a word.
    pub(super) async fn start_created(&self, id: &ContainerId) -> Result<()> {
        match self.owned(id).await?.map(|facts| facts.state) {
            None | Some(ContainerState::Removed) => Err(EngineError::NotFound),
            Some(ContainerState::Exited { .. }) => Err(EngineError::Exited),
            Some(ContainerState::Running(_)) => Ok(()),
            Some(ContainerState::Created) => {
                self.client
                    .call("start", |docker| async move {
                        docker.start_container(id.as_str(), None).await
                    })
                    .await
            }
        }
    }
}
