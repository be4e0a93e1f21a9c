//! The components of a process: in which order they start and stop, and how they take a new configuration.

use std::sync::Arc;

use config::Config;
use tokio::task::JoinSet;

use crate::hosts::Served;
use crate::part::Part;
use crate::parts::Shared;
use crate::servers;
use crate::supervise::Component;

/// Running components.
pub(crate) struct Service {
    shared: Shared,
    /// What it started under: what only a start can change is so still.
    started: Arc<Config>,
    /// In the order in which they started.
    components: Vec<(Part, Component)>,
    /// What tells how the servers are.
    _watching: JoinSet<()>,
}

impl Service {
    /// Starts `parts` in their order.
    pub(crate) fn start(shared: Shared, parts: &[Part], served: &[Served]) -> anyhow::Result<Self> {
        let mut components = Vec::new();
        for part in Part::ALL.into_iter().filter(|part| parts.contains(part)) {
            let started = shared.start(part, served)?;
            components.extend(started.into_iter().map(|component| (part, component)));
        }
        let _watching = match shared.uses_servers() {
            true => servers::watch(&shared),
            false => JoinSet::new(),
        };
        Ok(Self {
            started: shared.config(),
            shared,
            components,
            _watching,
        })
    }

    /// Goes on under a new configuration. What only a new start can change is said.
    /// A configuration that cannot be used changes nothing.
    pub(crate) fn reload(&self, config: Config) -> anyhow::Result<()> {
        let fixed = fixed(&self.started, &config);
        self.shared.reload(config)?;
        tracing::info!("the configuration was read again");
        for section in fixed {
            tracing::warn!("{section}: changed, and takes effect with the next start");
        }
        // The controller goes on serving; the others lose nothing by a new start.
        for (_, component) in self
            .components
            .iter()
            .filter(|(part, _)| *part != Part::Controller)
        {
            component.restart();
        }
        Ok(())
    }

    /// Stops in the reverse order: nothing new is accepted, then nothing new decided, then nothing new done.
    /// Containers go on running.
    pub(crate) async fn stop(self) {
        for (_, component) in self.components.into_iter().rev() {
            component.stop().await;
        }
    }
}

/// The sections that differ and are read at the start alone.
fn fixed(before: &Config, after: &Config) -> Vec<&'static str> {
    let nats = |config: &Config| (config.agent.nats.clone(), config.nats.clone());
    let differs = [
        ("store", before.store != after.store),
        ("bus", before.bus != after.bus),
        ("database", before.database != after.database),
        ("redis", before.redis != after.redis),
        ("redis_tls", before.redis_tls != after.redis_tls),
        ("agent.nats, nats", nats(before) != nats(after)),
        ("hosts (but for their zones)", before.hosts != after.hosts),
        ("docker.tls", before.docker.tls != after.docker.tls),
        (
            "docker.daemon_url",
            before.docker.daemon_url != after.docker.daemon_url,
        ),
    ];
    let differing = differs.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(section, _)| section).collect()
}
