//! What others tell: messages of hosts and workers, nudges, and that some of it was missed.

use std::time::Duration;

use bus::{Nudge, Received, Subscription};
use domain::{Activity, GroupId, InstanceId, Message};
use futures_util::FutureExt;
use tokio::time::Instant;

use super::Manager;
use crate::ManagerError;
use crate::inbox::Consequence;

/// Messages taken in one go before deciding.
const BURST: usize = 4_096;
/// A worker's word that a container runs is followed by the agent's within this, or reports are asked for.
const CONFIRM: Duration = Duration::from_secs(1);

impl Manager {
    /// Takes in a message and those behind it, so that a burst is one decision.
    pub(super) async fn drain(
        &mut self,
        first: Option<Received<Message>>,
        messages: &mut dyn Subscription<Message>,
    ) -> Result<(), ManagerError> {
        self.fleet.listened();
        let mut next = Some(first);
        for _ in 0..BURST {
            match next {
                None => break,
                Some(None) => return Err(ManagerError::BusClosed),
                Some(Some(Received::Lagged)) => self.deaf().await,
                Some(Some(Received::Item(message))) => self.receive(message).await,
            }
            next = messages.next().now_or_never();
        }
        self.fleet.listened();
        self.dirty.extend(self.inbox.touched());
        self.note_hosts();
        Ok(())
    }

    pub(super) async fn receive(&mut self, message: Message) {
        let consequences = self.inbox.receive(message, &mut self.fleet, &self.cache);
        for consequence in consequences {
            match consequence {
                Consequence::Registered(host) => self.registered(&host).await,
                Consequence::Unclaimed { host, containers, of } => {
                    self.dispatch.host_speaks(&host, &self.cache);
                    let due = self.orphans.seen(&host, containers, of);
                    self.dirty.extend(due);
                }
                Consequence::OrphanDied(host, id) => self.orphans.died(&host, &id),
                Consequence::Started(group, record) => {
                    self.confirming.insert((group, record));
                    self.confirm_at.get_or_insert(Instant::now() + CONFIRM);
                }
                Consequence::Progress(group, record, percent, message) => {
                    if let Some(activity) = self.progress_of(group, record, percent, &message) {
                        self.history.progress(&self.deps.store, activity);
                    }
                }
                Consequence::NotStopped(group, record, deliveries) => {
                    if let Some(activity) = self.progress_of(group, record, 0, "") {
                        self.history.not_stopped(&self.deps.store, activity, deliveries);
                    }
                }
                Consequence::Sampled(instances) => {
                    self.scaling.heard(instances.iter().map(|sample| sample.group));
                    self.samples.hear(instances);
                }
                Consequence::Figure {
                    account,
                    source,
                    metric,
                    value,
                } => {
                    let concerned = self.scaling.sources.pushed(account, source, metric, value);
                    self.scaling.heard(concerned);
                }
                Consequence::WrongEngine(stamp) => tracing::error!(
                    host = %stamp.host, engine = %stamp.engine,
                    "refused: another engine is known under this host name"
                ),
            }
        }
    }

    fn progress_of(
        &self,
        group: GroupId,
        record: InstanceId,
        percent: u8,
        message: &str,
    ) -> Option<Activity> {
        let kept = self.cache.get(group)?;
        kept.value.progress(record, percent, message)
    }

    async fn registered(&mut self, host: &domain::Host) {
        tracing::info!(host = %host.name, engine = %host.engine, cpus = host.cpus, memory_mib = host.memory_mib, "host registered");
        let stored = self.deps.store.put_host(host).await;
        self.fleet.note_stored(&host.name, stored.is_ok());
        if let Err(error) = stored {
            tracing::warn!(host = %host.name, %error, "the host was not stored and gets nothing; its next report is");
        }
        let ids = self.cache.ids();
        self.dirty.extend(ids);
    }

    pub(super) async fn nudged(&mut self, nudge: Option<Received<Nudge>>) -> Result<(), ManagerError> {
        self.fleet.listened();
        match nudge {
            None => return Err(ManagerError::BusClosed),
            Some(Received::Item(Nudge::Group(group))) => {
                self.stale.insert(group);
                self.dirty.insert(group);
            }
            Some(Received::Item(Nudge::Report)) => {}
            Some(Received::Item(Nudge::Hosts)) => self.heed_operators().await,
            Some(Received::Item(Nudge::Policies)) => self.heed_policies().await,
            Some(Received::Lagged) => {
                let ids = self.cache.ids();
                self.stale.extend(ids.iter().copied());
                self.dirty.extend(ids);
                self.heed_operators().await;
                self.heed_policies().await;
            }
        }
        Ok(())
    }

    /// Has what was copied taken out of the outbox.
    pub(crate) fn copied(&mut self, group: GroupId) {
        // Cleared from the outbox with the next change, or soon: a burst of changes clears once.
        let soon = self.deps.clock.now() + Duration::from_secs(1);
        let due = self.rechecks.entry(group).or_insert(soon);
        *due = soon.min(*due);
    }

    /// Messages were lost: silence proves nothing, and reports tell what was missed.
    pub(super) async fn deaf(&mut self) {
        self.fleet.listen_anew();
        self.ask_for_reports().await;
    }

    pub(super) async fn ask_for_reports(&self) {
        if let Err(error) = self.deps.bus.nudge(Nudge::Report).await {
            tracing::warn!(%error, "agents were not asked to report; they do at their interval");
        }
    }
}
