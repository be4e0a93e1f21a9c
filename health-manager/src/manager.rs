//! The leader's loop: woken by messages, nudges, deadlines and the full scan; each round decides afresh from what
//! is stored and what was heard.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bus::{Nudge, Received, Subscription};
use domain::{Epoch, Group, GroupId, InstanceId, Message, Phase, Timestamp};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use store::{GroupQuery, Versioned};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::dispatch::Dispatch;
use crate::fleet::Fleet;
use crate::history::History;
use crate::inbox::{Consequence, Inbox};
use crate::orphans::Orphans;
use crate::{Deps, ManagerError, sweep};

/// Groups read in one page of a scan.
const PAGE: usize = 256;
/// Messages taken in one go before deciding.
const BURST: usize = 4_096;
/// A worker's word that a container runs is followed by the agent's within this, or reports are asked for.
const CONFIRM: Duration = Duration::from_secs(1);
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
    pub(crate) round_reasons: Vec<String>,
    confirming: BTreeSet<(GroupId, InstanceId)>,
    confirm_at: Option<Instant>,
    was_frozen: bool,
}

type Scan = BoxFuture<'static, store::Result<Vec<Versioned<Group>>>>;

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

async fn scan(deps: Deps) -> store::Result<Vec<Versioned<Group>>> {
    let mut found: Vec<Versioned<Group>> = Vec::new();
    loop {
        let query = GroupQuery {
            account: None,
            deleted: true,
            after: found.last().map(|group| group.value.id),
            limit: PAGE,
        };
        let page = deps.store.groups(&query).await?;
        let last = page.len() < PAGE;
        found.extend(page);
        if last {
            return Ok(found);
        }
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

async fn finished(scan: &mut Option<Scan>) -> store::Result<Vec<Versioned<Group>>> {
    match scan {
        Some(running) => {
            let result = running.await;
            *scan = None;
            result
        }
        None => std::future::pending().await,
    }
}

impl Manager {
    async fn start(deps: Deps, epoch: Epoch) -> Result<Self, ManagerError> {
        let hosts = deps.store.hosts().await?;
        let groups = scan(deps.clone()).await?;
        let mut manager = Self {
            fleet: Fleet::new(hosts, deps.settings.max_age_stale, deps.settings.lost_grace),
            orphans: Orphans::new(deps.settings.orphan_wait),
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
            confirming: BTreeSet::new(),
            confirm_at: None,
            was_frozen: false,
        };
        manager.scanned(groups);
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
            self.round().await?;
            let wake = self.wake_at();
            tokio::select! {
                biased;
                message = messages.next() => self.drain(message, messages).await?,
                nudge = nudges.next() => self.nudged(nudge).await?,
                copied = self.history.ended() => self.copied(copied),
                listed = finished(&mut scanning) => match listed {
                    Ok(groups) => self.scanned(groups),
                    Err(error) => tracing::warn!(%error, "the scan of all groups failed; it is tried again"),
                },
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

    /// The earliest of all reasons to go on without being told anything.
    fn wake_at(&self) -> Option<Instant> {
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
        [recheck, self.dispatch.next_due(), self.confirm_at, orphans, loss]
            .into_iter()
            .flatten()
            .min()
    }

    async fn woken(&mut self) {
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
            tracing::error!(%host, groups = groups.len(), "a host is lost");
            self.dirty.extend(groups);
        }
    }

    /// Takes in a message and those behind it, so that a burst is one decision.
    async fn drain(
        &mut self,
        first: Option<Received<Message>>,
        messages: &mut dyn Subscription<Message>,
    ) -> Result<(), ManagerError> {
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
        self.dirty.extend(self.inbox.touched());
        self.note_hosts();
        Ok(())
    }

    async fn receive(&mut self, message: Message) {
        let consequences = self.inbox.receive(message, &mut self.fleet, &self.cache);
        for consequence in consequences {
            match consequence {
                Consequence::Registered(host) => self.registered(&host).await,
                Consequence::Unclaimed { host, containers, of } => {
                    self.dispatch.host_speaks(&host, &self.cache);
                    let due = self.orphans.seen(&host, containers, of, self.deps.clock.now());
                    self.dirty.extend(due);
                }
                Consequence::OrphanDied(host, id) => self.orphans.died(&host, &id),
                Consequence::Started(group, record) => {
                    self.confirming.insert((group, record));
                    self.confirm_at.get_or_insert(Instant::now() + CONFIRM);
                }
                Consequence::Progress(group, record, percent, message) => {
                    let progress = self
                        .cache
                        .get(group)
                        .and_then(|kept| kept.value.launch_progress(record, percent, &message));
                    if let Some(activity) = progress {
                        self.history.progress(&self.deps.store, activity);
                    }
                }
                Consequence::WrongEngine(stamp) => tracing::error!(
                    host = %stamp.host, engine = %stamp.engine,
                    "refused: another engine is known under this host name"
                ),
            }
        }
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

    async fn nudged(&mut self, nudge: Option<Received<Nudge>>) -> Result<(), ManagerError> {
        match nudge {
            None => return Err(ManagerError::BusClosed),
            Some(Received::Item(Nudge::Group(group))) => {
                self.stale.insert(group);
                self.dirty.insert(group);
            }
            Some(Received::Item(Nudge::Report | Nudge::Hosts)) => {}
            Some(Received::Lagged) => {
                let ids = self.cache.ids();
                self.stale.extend(ids.iter().copied());
                self.dirty.extend(ids);
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
    async fn deaf(&mut self) {
        self.fleet.listen_anew();
        self.ask_for_reports().await;
    }

    async fn ask_for_reports(&self) {
        if let Err(error) = self.deps.bus.nudge(Nudge::Report).await {
            tracing::warn!(%error, "agents were not asked to report; they do at their interval");
        }
    }

    fn scanned(&mut self, groups: Vec<Versioned<Group>>) {
        let listed: BTreeSet<GroupId> = groups.iter().map(|group| group.value.id).collect();
        // One that is not listed was purged, or made after the listing passed its id: reading it tells.
        let missing: Vec<_> = self
            .cache
            .ids()
            .into_iter()
            .filter(|id| !listed.contains(id))
            .collect();
        self.stale.extend(missing.iter().copied());
        self.dirty.extend(missing);
        for group in groups {
            self.cache.keep(group);
        }
        self.dirty.extend(listed);
        self.note_fleet();
    }

    /// Says when the service freezes, and when it goes on.
    pub(crate) fn note_fleet(&mut self) -> bool {
        let frozen = self.fleet.frozen();
        if frozen != self.was_frozen {
            self.was_frozen = frozen;
            let silent: Vec<_> = self.fleet.silent_hosts().map(ToString::to_string).collect();
            if frozen {
                tracing::error!(
                    ?silent,
                    "more than half of the hosts are silent: replacements and terminations wait"
                );
            } else {
                tracing::info!("enough hosts speak again: deciding goes on");
            }
        }
        frozen
    }
}
