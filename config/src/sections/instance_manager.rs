//! `instance_manager`: launching and stopping.

use std::time::Duration;

use crate::ConfigError;
use crate::yaml::{Section, values};

/// Launching and stopping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceManager {
    /// An instance that is not in service after this time is STALLED and replaced.
    pub stalled: Duration,
    /// Accepted from older files. Jobs need no lease of this kind, and it is not `health_manager.leader_lease`.
    pub lease_duration: Duration,
}

impl Default for InstanceManager {
    fn default() -> Self {
        Self {
            stalled: Duration::from_secs(60),
            lease_duration: Duration::from_secs(10),
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<InstanceManager, ConfigError> {
    let default = InstanceManager::default();
    Ok(InstanceManager {
        stalled: section.or("stalled", default.stalled, values::seconds)?,
        lease_duration: section.or("lease_duration", default.lease_duration, values::seconds)?,
    })
}
