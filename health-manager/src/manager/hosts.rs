//! What operators say of hosts: read when they say it and with each scan, and carried out to its end.

use domain::HostName;

use super::Manager;

impl Manager {
    /// Reads how hosts take part; if that changed, every group may have to move, or may at last.
    pub(super) async fn heed_operators(&mut self) {
        let stored = match self.deps.store.hosts().await {
            Ok(stored) => stored,
            Err(error) => {
                tracing::warn!(%error, "the hosts were not read; they are with the next scan");
                return;
            }
        };
        let changed = self.fleet.heed(stored, self.cache.hosts().cloned().collect());
        self.drop_removed_hosts().await;
        if changed.is_empty() {
            return;
        }
        let hosts: Vec<String> = changed.iter().map(ToString::to_string).collect();
        tracing::info!(?hosts, "operators changed how hosts take part");
        self.note_hosts();
        let ids = self.cache.ids();
        self.dirty.extend(ids);
    }

    /// Drops removed hosts that have no record left. One that still speaks registers again, as a new one.
    pub(crate) async fn drop_removed_hosts(&mut self) {
        let empty = |host: &&HostName| self.cache.count_on(host) == 0;
        let dropped: Vec<HostName> = self.fleet.removed().filter(empty).cloned().collect();
        for host in dropped {
            match self.deps.store.remove_host(&host).await {
                Ok(()) => {
                    tracing::info!(%host, "a removed host has no record left: it is forgotten");
                    self.fleet.forget(&host);
                    self.orphans.forget(&host);
                    self.note_hosts();
                    self.drop_jobs(&host).await;
                }
                Err(error) => {
                    tracing::warn!(%host, %error, "a removed host was not forgotten; it is with the next scan")
                }
            }
        }
    }

    /// They are hints, and nobody takes them; one that is late does what a worker can tell to be over.
    async fn drop_jobs(&self, host: &HostName) {
        if let Err(error) = self.deps.bus.forget_host(host).await {
            tracing::warn!(%host, %error, "jobs of a removed host may stay on the bus");
        }
    }
}
