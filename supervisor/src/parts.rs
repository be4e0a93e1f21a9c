//! Each component, made of what this process shares.

use std::sync::{Arc, Mutex, PoisonError};

use asg_controller::Server;
use bus::{Bus, MemoryBus};
use config::Config;
use domain::{Ids, InstallationId, SystemClock, SystemIds};
use engine::ContainerEngine;
use host_agent::AgentDeps;
use store::{EmbeddedStore, Store};
use telemetry::{Metrics, StatusBoard};

use crate::datadir::DataDir;
use crate::hosts::{self, Served};
use crate::supervise::{Component, Watch};

/// What the components of this process share.
pub(crate) struct Shared {
    config: Config,
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    ids: Arc<dyn Ids>,
    installation: InstallationId,
    watch: Watch,
}

impl Shared {
    /// Opens the store and makes the bus.
    pub(crate) async fn open(config: Config, data: &DataDir) -> anyhow::Result<Self> {
        let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(&data.store())?);
        let ids: Arc<dyn Ids> = Arc::new(SystemIds);
        let installation = store.installation(InstallationId(ids.fresh())).await?;
        Ok(Self {
            config,
            store,
            bus: Arc::new(MemoryBus::new()),
            ids,
            installation,
            watch: Watch {
                board: StatusBoard::new(),
                metrics: Metrics::new(),
            },
        })
    }

    /// Whose containers are this service's.
    pub(crate) fn installation(&self) -> InstallationId {
        self.installation
    }

    /// A host's engine; it may be down.
    pub(crate) fn engine(&self, host: &Served) -> anyhow::Result<Arc<dyn ContainerEngine>> {
        Ok(Arc::new(hosts::docker(
            &self.config,
            &host.address,
            self.installation,
        )?))
    }

    fn worker(&self, host: &Served, engine: &Arc<dyn ContainerEngine>) -> workers::Deps {
        workers::Deps {
            host: host.identity.name.clone(),
            installation: self.installation,
            engine: Arc::clone(engine),
            store: Arc::clone(&self.store),
            bus: Arc::clone(&self.bus),
            settings: workers::Settings {
                capacity: host.identity.capacity,
                ..workers::Settings::default()
            },
        }
    }

    pub(crate) fn worker_launch(&self, host: &Served, engine: &Arc<dyn ContainerEngine>) -> Component {
        let deps = self.worker(host, engine);
        Component::start(named("worker-launch", host), &self.watch, move |shutdown| {
            let deps = deps.clone();
            async move { Ok(workers::launch::run(deps, shutdown).await?) }
        })
    }

    pub(crate) fn worker_stop(&self, host: &Served, engine: &Arc<dyn ContainerEngine>) -> Component {
        let deps = self.worker(host, engine);
        Component::start(named("worker-stop", host), &self.watch, move |shutdown| {
            let deps = deps.clone();
            async move { Ok(workers::stop::run(deps, shutdown).await?) }
        })
    }

    pub(crate) fn host_agent(&self, host: &Served, engine: &Arc<dyn ContainerEngine>) -> Component {
        let deps = AgentDeps {
            identity: host.identity.clone(),
            engine: Arc::clone(engine),
            bus: Arc::clone(&self.bus),
            installation: self.installation,
            ids: Arc::clone(&self.ids),
            poller_interval: self.config.agent.poller_interval,
            sample_interval: self.config.agent.sample_interval,
            board: self.watch.board.clone(),
        };
        Component::start(named("host-agent", host), &self.watch, move |shutdown| {
            let deps = deps.clone();
            async move { Ok(host_agent::run(deps, shutdown).await?) }
        })
    }

    pub(crate) fn health_manager(&self) -> Component {
        let deps = health_manager::Deps {
            store: Arc::clone(&self.store),
            bus: Arc::clone(&self.bus),
            clock: Arc::new(SystemClock),
            ids: Arc::clone(&self.ids),
            installation: self.installation,
            metrics: self.watch.metrics.clone(),
            board: self.watch.board.clone(),
            settings: Arc::new(health_manager::Settings {
                // The data directory's lock keeps every other one away.
                exclusive: true,
                ..health_manager::Settings::from(&self.config)
            }),
        };
        Component::start("health-manager", &self.watch, move |shutdown| {
            let deps = deps.clone();
            async move { Ok(health_manager::run(deps, shutdown).await?) }
        })
    }

    /// Takes the controller's port; the component then serves on it, and takes it anew when it is started again.
    pub(crate) fn bind_controller(&self) -> anyhow::Result<Component> {
        let deps = asg_controller::Deps {
            store: Arc::clone(&self.store),
            bus: Arc::clone(&self.bus),
            clock: Arc::new(SystemClock),
            ids: Arc::clone(&self.ids),
            metrics: self.watch.metrics.clone(),
            board: self.watch.board.clone(),
            settings: Arc::new(asg_controller::Settings::from(&self.config)),
        };
        let bound = Server::bind(deps.clone())?;
        tracing::info!(address = %bound.addr(), "listening");
        let bound = Arc::new(Mutex::new(Some(bound)));
        Ok(Component::start("controller", &self.watch, move |shutdown| {
            let (deps, bound) = (deps.clone(), Arc::clone(&bound));
            async move {
                let first = bound.lock().unwrap_or_else(PoisonError::into_inner).take();
                let server = first.map_or_else(|| Server::bind(deps), Ok)?;
                Ok(server.run(shutdown).await?)
            }
        }))
    }
}

/// A component of a host, as it is called in logs and in the status.
fn named(component: &str, host: &Served) -> String {
    format!("{component}@{}", host.identity.name)
}
