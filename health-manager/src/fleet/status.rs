//! The hosts as operators see them.

use domain::HostState;
use telemetry::{HostState as Shown, HostStatus, Scheduling};

use super::{Fleet, Known};
use crate::cache::Cache;

impl Fleet {
    /// The hosts as operators see them.
    pub(crate) fn statuses(&self, cache: &Cache) -> Vec<HostStatus> {
        self.hosts
            .values()
            .map(|known| self.status(known, cache))
            .collect()
    }

    fn status(&self, known: &Known, cache: &Cache) -> HostStatus {
        let host = &known.host;
        let silent = known.heard.is_none() || self.misses(known);
        let state = match silent {
            true if self.is_lost(&host.name) => Shown::Lost,
            true => Shown::Silent,
            false => Shown::Up,
        };
        let scheduling = match host.state {
            HostState::Active => Scheduling::Active,
            HostState::Cordoned => Scheduling::Cordoned,
            HostState::Draining => Scheduling::Draining,
            HostState::Removed => Scheduling::Removed,
        };
        HostStatus {
            name: host.name.to_string(),
            zones: host.zones.iter().map(ToString::to_string).collect(),
            engine: host.engine.to_string(),
            state,
            scheduling,
            control: host.control,
            cpus: host.cpus,
            memory_mib: host.memory_mib,
            cpu: known.load.cpu,
            memory: known.load.memory,
            instances: cache.count_on(&host.name),
        }
    }
}
