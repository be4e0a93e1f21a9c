//! The service in one process: what it is made of, and in which order its parts start and stop.

use config::Config;

use crate::account;
use crate::datadir::DataDir;
use crate::hosts::{self, Served};
use crate::parts::Shared;
use crate::supervise::Component;

/// The running service.
pub(crate) struct Service {
    /// In the order in which they started.
    components: Vec<Component>,
}

impl Service {
    /// Opens the store, then starts the hosts' agents and workers, the health manager, and last the controller, so
    /// that whoever reaches it finds everything there.
    pub(crate) async fn start(config: Config, data: &DataDir) -> anyhow::Result<Self> {
        let config = account::complete(config, data)?;
        let served = hosts::served(&config)?;
        let shared = Shared::open(config, data).await?;
        // Taking the port before anything runs: a second service is refused at once.
        let controller = shared.bind_controller()?;
        let mut components = vec![];
        for host in &served {
            components.extend(start_host(&shared, host)?);
        }
        components.push(shared.health_manager());
        components.push(controller);
        tracing::info!(data = %data.path().display(), installation = %shared.installation(), "microscaler runs");
        Ok(Self { components })
    }

    /// Stops in the reverse order: nothing new is accepted, then nothing new decided, then nothing new done.
    /// Containers go on running.
    pub(crate) async fn stop(self) {
        for component in self.components.into_iter().rev() {
            component.stop().await;
        }
    }
}

/// Workers before the agent: once a host is told of, its jobs are taken.
fn start_host(shared: &Shared, host: &Served) -> anyhow::Result<[Component; 3]> {
    let engine = shared.engine(host)?;
    Ok([
        shared.worker_launch(host, &engine),
        shared.worker_stop(host, &engine),
        shared.host_agent(host, &engine),
    ])
}
