//! Each component, made of what this process shares. What a component needs is read from the configuration anew
//! whenever it starts, so that a reloaded one takes effect.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context;
use arc_swap::ArcSwap;
use asg_controller::{Live, Server};
use bus::Bus;
use cache::Cache;
use config::Config;
use domain::{Ids, InstallationId, SystemClock, SystemIds};
use engine::ContainerEngine;
use host_agent::AgentDeps;
use store::Store;
use telemetry::{Metrics, StatusBoard};

use crate::backends;
use crate::hosts::{self, Served};
use crate::part::Part;
use crate::supervise::{Component, Watch};

/// What the components of this process share. A clone shares the same.
#[derive(Clone)]
pub(crate) struct Shared {
    config: Arc<ArcSwap<Config>>,
    /// `None` in a process that needs none.
    store: Option<Arc<dyn Store>>,
    bus: Arc<dyn Bus>,
    /// Opened by the first component that asks.
    cache: Arc<OnceLock<Arc<dyn Cache>>>,
    ids: Arc<dyn Ids>,
    installation: InstallationId,
    /// Nobody else opens the store.
    alone: bool,
    live: Arc<Mutex<Option<Live>>>,
    pub(crate) watch: Watch,
}

/// What a process opened, and whose containers it is about.
pub(crate) struct Opened {
    pub(crate) bus: Arc<dyn Bus>,
    /// `None` for a process that needs none.
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) installation: InstallationId,
    /// Nobody else opens the store.
    pub(crate) alone: bool,
}

impl Shared {
    pub(crate) fn new(config: Config, opened: Opened) -> Self {
        Self {
            config: Arc::new(ArcSwap::from_pointee(config)),
            store: opened.store,
            bus: opened.bus,
            cache: Arc::default(),
            ids: Arc::new(SystemIds),
            installation: opened.installation,
            alone: opened.alone,
            live: Arc::default(),
            watch: Watch {
                board: StatusBoard::new(),
                metrics: Metrics::new(),
            },
        }
    }

    /// The present configuration.
    pub(crate) fn config(&self) -> Arc<Config> {
        self.config.load_full()
    }

    /// Whose containers these are.
    pub(crate) fn installation(&self) -> InstallationId {
        self.installation
    }

    /// Whether this process uses servers.
    pub(crate) fn uses_servers(&self) -> bool {
        !self.alone
    }

    /// The bus.
    pub(crate) fn bus(&self) -> Arc<dyn Bus> {
        Arc::clone(&self.bus)
    }

    /// The store, in a process that opened one.
    pub(crate) fn store(&self) -> anyhow::Result<Arc<dyn Store>> {
        self.store
            .clone()
            .context("a defect: a component without its store")
    }

    /// What is shared for a short time, in a process that has a use for it. To be opened by one component after the
    /// other.
    fn cache(&self) -> anyhow::Result<Arc<dyn Cache>> {
        if let Some(cache) = self.cache.get() {
            return Ok(Arc::clone(cache));
        }
        let opened = backends::cache(&self.config(), self.alone, &self.watch)?;
        Ok(Arc::clone(self.cache.get_or_init(|| opened)))
    }

    /// Takes a new configuration: the controller goes on under it at once, other components when they start again.
    /// One that it cannot go on under changes nothing.
    pub(crate) fn reload(&self, config: Config) -> anyhow::Result<()> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(live) = live
            && !live.reload(asg_controller::Settings::from(&config))?
        {
            tracing::warn!("controller: its address, and whether it serves TLS, change with the next start");
        }
        self.config.store(Arc::new(config));
        Ok(())
    }

    /// Starts a component; of those that serve hosts one per host.
    pub(crate) fn start(&self, part: Part, served: &[Served]) -> anyhow::Result<Vec<Component>> {
        match part {
            Part::Controller => Ok(vec![self.controller()?]),
            Part::HealthManager => Ok(vec![self.health_manager()?]),
            Part::WorkerLaunch | Part::WorkerStop | Part::HostAgent => {
                served.iter().map(|host| self.of_host(part, host)).collect()
            }
        }
    }

    fn of_host(&self, part: Part, host: &Served) -> anyhow::Result<Component> {
        // An address that cannot be used is told at start, not at every attempt.
        self.engine(host)?;
        let (shared, host) = (self.clone(), host.clone());
        let name = format!("{}@{}", part.program(), host.identity.name);
        Ok(Component::start(name, &self.watch, move |shutdown| {
            let (shared, host) = (shared.clone(), host.clone());
            async move {
                match part {
                    Part::WorkerLaunch => workers::launch::run(shared.worker(&host)?, shutdown).await?,
                    Part::WorkerStop => workers::stop::run(shared.worker(&host)?, shutdown).await?,
                    Part::HostAgent => host_agent::run(shared.agent(&host)?, shutdown).await?,
                    Part::Controller | Part::HealthManager => {}
                }
                Ok(())
            }
        }))
    }

    /// A host's engine; it may be down.
    fn engine(&self, host: &Served) -> anyhow::Result<Arc<dyn ContainerEngine>> {
        let docker = hosts::docker(&self.config(), host, self.installation)?;
        Ok(Arc::new(docker))
    }

    fn worker(&self, host: &Served) -> anyhow::Result<workers::Deps> {
        Ok(workers::Deps {
            host: host.identity.name.clone(),
            installation: self.installation,
            engine: self.engine(host)?,
            store: self.store()?,
            bus: Arc::clone(&self.bus),
            settings: workers::Settings {
                capacity: host.identity.capacity,
                pulse: self.config().agent.poller_interval,
                ..workers::Settings::default()
            },
        })
    }

    fn agent(&self, host: &Served) -> anyhow::Result<AgentDeps> {
        let config = self.config();
        Ok(AgentDeps {
            identity: host.identity.clone(),
            engine: self.engine(host)?,
            bus: Arc::clone(&self.bus),
            installation: self.installation,
            ids: Arc::clone(&self.ids),
            poller_interval: config.agent.poller_interval,
            sample_interval: config.agent.sample_interval,
            board: self.watch.board.clone(),
        })
    }

    fn health_manager(&self) -> anyhow::Result<Component> {
        // An address that is none is told at start.
        self.cache()?;
        let shared = self.clone();
        let name = Part::HealthManager.program();
        Ok(Component::start(name, &self.watch, move |shutdown| {
            let shared = shared.clone();
            async move { Ok(health_manager::run(shared.manager()?, shutdown).await?) }
        }))
    }

    fn manager(&self) -> anyhow::Result<health_manager::Deps> {
        Ok(health_manager::Deps {
            store: self.store()?,
            bus: Arc::clone(&self.bus),
            cache: self.cache()?,
            clock: Arc::new(SystemClock),
            ids: Arc::clone(&self.ids),
            installation: self.installation,
            metrics: self.watch.metrics.clone(),
            board: self.watch.board.clone(),
            settings: Arc::new(health_manager::Settings {
                exclusive: self.alone,
                ..health_manager::Settings::from(&*self.config())
            }),
        })
    }

    /// Takes the controller's port; the component then serves on it, and takes it anew when it is started again.
    fn controller(&self) -> anyhow::Result<Component> {
        let cache = self.cache()?;
        let bound = self.bind(&cache)?;
        tracing::info!(address = %bound.addr(), "listening");
        let (shared, bound) = (self.clone(), Arc::new(Mutex::new(Some(bound))));
        Ok(Component::start("controller", &self.watch, move |shutdown| {
            let (shared, bound, cache) = (shared.clone(), Arc::clone(&bound), Arc::clone(&cache));
            async move {
                let first = bound.lock().unwrap_or_else(PoisonError::into_inner).take();
                let server = first.map_or_else(|| shared.bind(&cache), Ok)?;
                Ok(server.run(shutdown).await?)
            }
        }))
    }

    fn bind(&self, cache: &Arc<dyn Cache>) -> anyhow::Result<Server> {
        let server = Server::bind(asg_controller::Deps {
            store: self.store()?,
            bus: Arc::clone(&self.bus),
            cache: Arc::clone(cache),
            clock: Arc::new(SystemClock),
            ids: Arc::clone(&self.ids),
            metrics: self.watch.metrics.clone(),
            board: self.watch.board.clone(),
            settings: Arc::new(asg_controller::Settings::from(&*self.config())),
        })?;
        *self.live.lock().unwrap_or_else(PoisonError::into_inner) = Some(server.live());
        Ok(server)
    }
}
