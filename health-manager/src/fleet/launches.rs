//! Hosts on which launches fail, or that say they are full.

use std::time::Duration;

use domain::{Host, HostName};
use tokio::time::Instant;

use super::{Fleet, Known};

/// Failed launches in a row that make a host suspect: it is placed last then.
const SUSPECT_AFTER: u32 = 3;

/// How long a host that refused a launch for want of room is not tried again: what fills it beside our records
/// (a container that is being removed, one without a record) is gone or told of by then.
const FULL_FOR: Duration = Duration::from_secs(10);

impl Fleet {
    /// Counts a launch that failed (or came into service) on a host.
    pub(crate) fn note_launch(&mut self, host: &HostName, failed: bool) {
        if let Some(known) = self.hosts.get_mut(host) {
            known.failures = if failed {
                known.failures.saturating_add(1)
            } else {
                0
            };
        }
    }

    /// Takes a host's word that it has no room, for [`FULL_FOR`].
    pub(crate) fn note_full(&mut self, host: &HostName) {
        if let Some(known) = self.hosts.get_mut(host) {
            known.full_until = Some(Instant::now() + FULL_FOR);
        }
    }

    /// How long until a host that said it is full may be tried again.
    pub(crate) fn next_room(&self) -> Option<Duration> {
        let now = Instant::now();
        let waits = self
            .hosts
            .values()
            .filter_map(|known| known.full_until?.checked_duration_since(now));
        waits.min().map(|wait| wait + Duration::from_millis(1))
    }
}

impl Known {
    /// Whether launches keep failing on it.
    pub(super) fn is_suspect(&self) -> bool {
        self.failures >= SUSPECT_AFTER
    }

    /// The host with the room that it says it has.
    pub(super) fn as_placed(&self) -> Host {
        let mut host = self.host.clone();
        if self.full_until.is_some_and(|until| Instant::now() < until) {
            host.capacity.instances = Some(0);
        }
        host
    }
}
