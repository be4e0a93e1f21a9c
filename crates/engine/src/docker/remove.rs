//! Stopping and removing. A container that the engine cannot end must not hold up any other: each removal has
//! its own deadline, and what it could not confirm is unknown, to be asked again.

use std::time::Duration;

use bollard::errors::Error;
use bollard::query_parameters::{RemoveContainerOptions, StopContainerOptions};
use domain::{ContainerId, ContainerState};

use super::Docker;
use super::client::meaning;
use crate::{EngineError, Result};

/// How often to look whether somebody else's removal is through.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl Docker {
    pub(super) async fn stop_and_remove(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let Some(found) = self.raw_inspect(id.as_str()).await? else {
            return Ok(());
        };
        let Some(facts) = self.own(found) else {
            return Err(EngineError::Refused(format!(
                "container {} is not ours",
                id.short()
            )));
        };
        let running = matches!(facts.state, ContainerState::Running(_));
        if running && !grace.is_zero() {
            self.stop(id, grace).await?;
        }
        self.force_out(id).await
    }

    /// A stop that fails is no reason not to remove by force; only an engine that is away is.
    async fn stop(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let seconds = grace.as_secs() + u64::from(grace.subsec_nanos() > 0);
        let options = StopContainerOptions {
            t: Some(i32::try_from(seconds).unwrap_or(i32::MAX)),
            ..Default::default()
        };
        let deadline = grace.saturating_add(self.options.call_timeout);
        let stop =
            |docker: bollard::Docker| async move { docker.stop_container(id.as_str(), Some(options)).await };
        match self.client.call_within(deadline, "stop", stop).await {
            Err(error @ EngineError::Unavailable(_)) => Err(error),
            Err(EngineError::NotFound) | Ok(()) => Ok(()),
            Err(error) => {
                tracing::warn!(container = id.short(), %error, "stop failed, removing by force");
                Ok(())
            }
        }
    }

    async fn force_out(&self, id: &ContainerId) -> Result<()> {
        let options = RemoveContainerOptions {
            v: true,
            force: true,
            link: false,
        };
        let remove = |docker: bollard::Docker| async move {
            Ok(docker.remove_container(id.as_str(), Some(options)).await)
        };
        match self.client.call("remove", remove).await? {
            Ok(()) | Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(()),
            // "removal of container ... is already in progress"
            Err(Error::DockerResponseServerError { status_code: 409, .. }) => self.wait_gone(id).await,
            Err(other) => Err(meaning(other)),
        }
    }

    async fn wait_gone(&self, id: &ContainerId) -> Result<()> {
        let gone = async {
            while self.raw_inspect(id.as_str()).await?.is_some() {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        tokio::time::timeout(self.options.call_timeout, gone)
            .await
            .unwrap_or_else(|_| {
                Err(EngineError::Unknown(
                    "another removal of it has not ended".to_owned(),
                ))
            })
    }
}
