//! The leader's loop: woken by messages, nudges, deadlines and the full scan; each round decides afresh from what
//! is stored and what was heard.

mod freeze;
mod hosts;
pub(crate) mod raise;
mod receive;
mod scan;
mod wake;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bus::{Nudge, Subscription};
use domain::{Epoch, GroupId, InstanceId, Message, Timestamp};
use futures_util::FutureExt;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::dispatch::Dispatch;
use crate::fleet::Fleet;
use crate::history::History;
use crate::inbox::Inbox;
use crate::orphans::Orphans;
use crate::rollups::Rollups;
use crate::samples::Samples;
use crate::scaling::Scaling;
use crate::{Deps, ManagerError, sweep};
use raise::Raising;
use scan::{Scan, finished, scan};
use wake::at;

/// A loop that stood still for longer may have missed messages: silence is judged anew.
const STALL: Duration = Duration::from_secs(5);

/// The leader's state. Everything but the store's truth is rebuilt by a successor.
pub(crate) struct Manager {
    pub(crate) deps: Deps,
    pub(crate) epoch: Epoch,
    pub(crate) cache: Cache,
    pub(crate) fleet: Fleet,
    pub(crate) inbox: Inbox,
    pub(crate) dispatch: Dispatch,
    pub(crate) history: History,
    pub(crate) orphans: Orphans,
    pub(crate) samples: Samples,
    pub(crate) scaling: Scaling,
    pub(crate) rollups: Rollups,
    /// Groups to decide about now.
    pub(crate) dirty: BTreeSet<GroupId>,
    /// Groups whose copy may be old.
    pub(crate) stale: BTreeSet<GroupId>,
    /// When to decide again without being woken.
    pub(crate) rechecks: BTreeMap<GroupId, Timestamp>,
    /// What the last plan of each group said, so that it is told once.
    pub(crate) reasons: BTreeMap<GroupId, Vec<String>>,
    /// Why a group is short, as its history was told last.
    pub(crate) shortfalls: BTreeMap<GroupId, String>,
    /// What the last plans said, newest last.
    pub(crate) round_reasons: Vec<telemetry::Reason>,
    raising: Raising,
    confirming: BTreeSet<(GroupId, InstanceId)>,
    confirm_at: Option<Instant>,
    was_frozen: bool,
}

/// Decides until `shutdown`, or until leadership or a subscription is lost.
pub(crate) async fn run(deps: Deps, epoch: Epoch, shutdown: CancellationToken) -> Result<(), ManagerError> {
    // Listening before the first read: what changes after it is told.
    let mut nudges = deps.bus.nudges().await?;
    let mut messages = deps.bus.messages().await?;
    let mut manager = Manager::start(deps, epoch).await?;
    let housekeeping = sweep::run(manager.deps.clone());
    let deciding = manager.decide(&mut *nudges, &mut *messages);
    tokio::select! {
        biased;
        () = shutdown.cancelled() => Ok(()),
        ended = deciding => ended,
        () = housekeeping => Ok(()),
    }
}

impl Manager {
    pub(crate) async fn start(deps: Deps, epoch: Epoch) -> Result<Self, ManagerError> {
        let hosts = deps.store.hosts().await?;
        let groups = scan(deps.clone()).await?;
        let mut manager = Self {
            fleet: Fleet::new(hosts, deps.settings.max_age_stale, deps.settings.lost_grace),
            orphans: Orphans::new(deps.settings.orphan_wait),
            samples: Samples::start(
                &deps.cache,
                deps.clock.now(),
                deps.settings.sample_interval,
                deps.metrics.clone(),
            ),
            scaling: Scaling::new(&deps.settings, deps.metrics.clone()),
            rollups: Rollups::start(&deps.store, deps.clock.now(), deps.metrics.clone()),
            deps,
            epoch,
            cache: Cache::new(),
            inbox: Inbox::default(),
            dispatch: Dispatch::new(epoch),
            history: History::default(),
            dirty: BTreeSet::new(),
            stale: BTreeSet::new(),
            rechecks: BTreeMap::new(),
            reasons: BTreeMap::new(),
            shortfalls: BTreeMap::new(),
            round_reasons: Vec::new(),
            raising: Raising::default(),
            confirming: BTreeSet::new(),
            confirm_at: None,
            was_frozen: false,
        };
        manager.scanned(groups);
        manager.heed_policies().await;
        // Who leads, and over which hosts, is told before there is anything to decide.
        manager.note_round(0, 0, Instant::now(), manager.fleet.frozen());
        manager.ask_for_reports().await;
        Ok(manager)
    }

    async fn decide(
        &mut self,
        nudges: &mut dyn Subscription<Nudge>,
        messages: &mut dyn Subscription<Message>,
    ) -> Result<(), ManagerError> {
        let mut ticks = interval(
            self.deps
                .settings
                .reconciler_interval
                .max(Duration::from_millis(1)),
        );
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        let mut scanning: Option<Scan> = None;
        loop {
            let begun = Instant::now();
            self.weigh();
            self.roll_up();
            self.raise_more();
            self.round().await?;
            self.raising.went_by();
            let wake = self.wake_at();
            tokio::select! {
                biased;
                message = messages.next() => self.drain(message, messages).await?,
                nudge = nudges.next() => self.nudged(nudge).await?,
                copied = self.history.ended() => self.copied(copied),
                listed = finished(&mut scanning) => match listed {
                    Ok(groups) => {
                        self.fleet.listened();
                        self.scanned(groups);
                        self.heed_operators().await;
                        self.heed_policies().await;
                    }
                    Err(error) => tracing::warn!(%error, "the scan of all groups failed; it is tried again"),
                },
                told = self.scaling.sources.told() => {
                    let concerned = self.scaling.sources.hear(told);
                    self.scaling.heard(concerned);
                }
                earlier = self.samples.earlier() => self.samples.merge(earlier),
                () = at(wake) => self.woken().await,
                _ = ticks.tick() => if scanning.is_none() {
                    scanning = Some(scan(self.deps.clone()).boxed());
                },
            }
            if begun.elapsed() > self.deps.settings.reconciler_interval + STALL {
                self.fleet.listen_anew();
            }
        }
    }
}
