//! Going on without being told anything: what is due, and when.

use std::collections::BTreeSet;

use domain::{GroupId, InstanceId, Phase};
use tokio::time::{Instant, sleep_until};

use super::Manager;

pub(super) async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

impl Manager {
    /// The earliest of all reasons to go on without being told anything.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        if !self.dirty.is_empty() {
            return Some(Instant::now());
        }
        let now = self.deps.clock.now();
        let recheck = self
            .rechecks
            .values()
            .min()
            .map(|due| Instant::now() + due.since(now));
        let (orphans, loss) = (self.orphans.next_due(), self.fleet.next_loss());
        let (jobs, weighing) = (self.dispatch.next_due(), self.scaling.next_due(now));
        let minute = Some(self.rollups.next_due(now));
        [
            recheck,
            jobs,
            self.confirm_at,
            orphans,
            loss,
            weighing,
            minute,
            self.raising.next_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(super) async fn woken(&mut self) {
        self.fleet.listened();
        let now = self.deps.clock.now();
        let due: Vec<_> = self
            .rechecks
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(id, _)| *id)
            .collect();
        self.dirty.extend(due);
        self.note_lost_hosts();
        if self.confirm_at.is_some_and(|at| at <= Instant::now()) {
            self.confirm_at = None;
            let waiting = std::mem::take(&mut self.confirming);
            let pending = |(group, record): &(GroupId, InstanceId)| {
                let instance = self.cache.instance(*group, *record);
                instance.is_some_and(|i| matches!(i.phase, Phase::Pending { .. }))
            };
            if waiting.iter().any(pending) {
                self.ask_for_reports().await;
            }
        }
        self.handle_orphans().await;
    }

    /// Groups with something on a host that is lost now are decided about at once.
    fn note_lost_hosts(&mut self) {
        for host in self.fleet.newly_lost() {
            let on_host = self.cache.on_host(&host);
            let groups: BTreeSet<GroupId> = on_host.map(|(group, _)| group).collect();
            match self.fleet.is_left(&host) {
                true => {
                    tracing::warn!(%host, groups = groups.len(), "a host that is drained or removed says nothing")
                }
                false => tracing::error!(%host, groups = groups.len(), "a host is lost"),
            }
            self.dirty.extend(groups);
        }
    }
}
