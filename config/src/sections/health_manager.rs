//! `health_manager`: the times of the decider. Intervals are upper bounds: events act at once.

use std::time::Duration;

use crate::ConfigError;
use crate::yaml::{Section, values};

/// The times of the decider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthManager {
    /// Between two looks at what hosts reported, at most.
    pub updater_interval: Duration,
    /// Between full scans of the store, at most.
    pub reconciler_interval: Duration,
    /// A host that said nothing for this long gets no new instances.
    pub max_age_stale: Duration,
    /// A host that said nothing for this long beyond `max_age_stale`, while at least half of the others speak, is lost:
    /// its instances are replaced elsewhere.
    pub lost_grace: Duration,
    /// From a launch to its container's first sign of life, at most.
    pub max_age_from_launch: Duration,
    /// How long a leader leads without renewing its lease.
    pub leader_lease: Duration,
    /// How long a running container of ours without a record is left alone before it is removed.
    pub orphan_wait: Duration,
    /// Accepted from older files; the bus has its own subjects.
    pub register_subject: Option<String>,
    /// Accepted from older files; the bus has its own subjects.
    pub unregister_subject: Option<String>,
}

impl Default for HealthManager {
    fn default() -> Self {
        Self {
            updater_interval: Duration::from_secs(10),
            reconciler_interval: Duration::from_secs(20),
            max_age_stale: Duration::from_secs(15),
            lost_grace: Duration::from_secs(30),
            max_age_from_launch: Duration::from_secs(60),
            leader_lease: Duration::from_secs(3),
            orphan_wait: Duration::from_secs(60),
            register_subject: None,
            unregister_subject: None,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<HealthManager, ConfigError> {
    let default = HealthManager::default();
    let time = |key, default| section.or(key, default, values::seconds);
    Ok(HealthManager {
        updater_interval: time("updater_interval", default.updater_interval)?,
        reconciler_interval: time("reconciler_interval", default.reconciler_interval)?,
        max_age_stale: time("max_age_stale", default.max_age_stale)?,
        lost_grace: time("lost_grace", default.lost_grace)?,
        max_age_from_launch: time("max_age_from_launch", default.max_age_from_launch)?,
        leader_lease: time("leader_lease", default.leader_lease)?,
        orphan_wait: time("orphan_wait", default.orphan_wait)?,
        register_subject: section.opt("register_subject", values::text)?,
        unregister_subject: section.opt("unregister_subject", values::text)?,
    })
}
