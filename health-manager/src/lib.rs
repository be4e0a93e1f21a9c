//! The health manager: observes, plans, records intents, dispatches jobs. The only decider.
//!
//! Data goes one way: messages become observations ([`inbox`]), observations and the planner's intents become one
//! commit per group ([`round`]), committed records become jobs ([`dispatch`]). Of several health managers one
//! decides, elected by a lease in the store ([`leader`]) and fenced by epochs in every commit.

mod cache;
mod dispatch;
mod fleet;
mod history;
mod inbox;
mod leader;
mod manager;
mod notes;
mod orphans;
#[cfg(test)]
mod rig;
mod rollups;
mod round;
mod samples;
mod scaling;
mod sweep;
mod template;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError};
use domain::{Clock, Ids, InstallationId, InstanceType, TypeName};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

/// A busy engine takes this long to list its containers.
const REPORT_WITHIN: Duration = Duration::from_secs(5);

/// Times and figures of a health manager.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Between full scans of the store, the backstop of nudges and events.
    pub reconciler_interval: Duration,
    /// A host that said nothing for this long gets no new instances.
    pub max_age_stale: Duration,
    /// A host that said nothing for this long beyond `max_age_stale`, while others did, is lost: what it has is replaced
    /// elsewhere.
    pub lost_grace: Duration,
    /// How often the agents sample their instances' load.
    pub sample_interval: Duration,
    /// From intent to in service, at most.
    pub stalled: Duration,
    /// The leader's lease.
    pub leader_lease: Duration,
    /// Nobody else can lead: the store belongs to this process. No lease is waited for or renewed.
    pub exclusive: bool,
    /// How long a running container without a record is left alone.
    pub orphan_wait: Duration,
    /// How long history is kept.
    pub history: Duration,
    /// How long the groups' load is kept, minute by minute.
    pub rollups: Duration,
    /// `load_balancer.domain`.
    pub balancer_domain: String,
    /// Known instance types.
    pub instance_types: BTreeMap<TypeName, InstanceType>,
    /// Where policies look beside what agents sample.
    pub metric_sources: BTreeMap<String, config::MetricSource>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reconciler_interval: Duration::from_secs(20),
            max_age_stale: Duration::from_secs(15),
            lost_grace: Duration::from_secs(30),
            sample_interval: Duration::from_secs(5),
            stalled: Duration::from_secs(60),
            leader_lease: Duration::from_secs(3),
            exclusive: true,
            orphan_wait: Duration::from_secs(60),
            // EC2 Auto Scaling keeps scaling activities for six weeks.
            history: Duration::from_secs(42 * 24 * 3600),
            rollups: Duration::from_secs(35 * 24 * 3600),
            balancer_domain: String::new(),
            instance_types: BTreeMap::new(),
            metric_sources: BTreeMap::new(),
        }
    }
}

impl From<&config::Config> for Settings {
    fn from(config: &config::Config) -> Self {
        Self {
            reconciler_interval: config.health_manager.reconciler_interval,
            // A host that reports less often than it may be silent is not silent between two reports.
            max_age_stale: config
                .health_manager
                .max_age_stale
                .max(config.agent.poller_interval + REPORT_WITHIN),
            lost_grace: config.health_manager.lost_grace,
            sample_interval: config.agent.sample_interval,
            stalled: config.instance_manager.stalled,
            leader_lease: config.health_manager.leader_lease,
            exclusive: false,
            orphan_wait: config.health_manager.orphan_wait,
            history: config.history.retention,
            rollups: config.history.rollups_kept,
            balancer_domain: config.load_balancer.domain.clone(),
            instance_types: config.instance_types.clone(),
            metric_sources: config.metric_sources.clone(),
        }
    }
}

/// A health manager's surroundings.
#[derive(Clone)]
pub struct Deps {
    /// The truth.
    pub store: Arc<dyn Store>,
    /// Nudges and reports come in, jobs go out.
    pub bus: Arc<dyn Bus>,
    /// What is left to a successor for a short time.
    pub cache: Arc<dyn ::cache::Cache>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Source of identifiers.
    pub ids: Arc<dyn Ids>,
    /// Whose containers these are.
    pub installation: InstallationId,
    /// Figures for operators.
    pub metrics: telemetry::Metrics,
    /// What the last rounds did.
    pub board: telemetry::StatusBoard,
    /// Times and figures.
    pub settings: Arc<Settings>,
}

/// Why a health manager ended without being told to; its supervisor starts it again.
#[derive(Debug, thiserror::Error)]
pub enum ManagerError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bus.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The bus ended.
    #[error("the bus closed its subscriptions")]
    BusClosed,
    /// Somebody else leads.
    #[error("leadership was lost")]
    Deposed,
}

/// Leads when elected, and decides while leading, until `shutdown`.
///
/// # Errors
/// [`ManagerError`]; starting again is always safe.
pub async fn run(deps: Deps, shutdown: CancellationToken) -> Result<(), ManagerError> {
    let Some(mut leadership) = leader::acquire(&deps, &shutdown).await? else {
        return Ok(());
    };
    let epoch = leadership.epoch();
    tracing::info!(%epoch, "leading");
    deps.metrics.leading(true);
    let ended = tokio::select! {
        biased;
        error = leadership.keep() => Err(error),
        ended = manager::run(deps.clone(), epoch, shutdown) => ended,
    };
    deps.metrics.leading(false);
    leadership.release().await;
    ended
}
