//! Containers of ours that no record knows: adopted by a group that is short, otherwise removed after a while.
//! What they are comes from full reports; what becomes of them, [`planner::orphans`] decides.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::job::STOP_GRACE;
use domain::{
    ContainerFacts, ContainerId, Epoch, GroupId, HostName, InstanceId, Intent, Job, JobKind, Timestamp,
    ZoneName,
};
use domain::{ContainerState, Group, GroupState, job::label};
use planner::orphans::{Orphan, Verdict};
use tokio::time::Instant;

use crate::fleet::Fleet;
use crate::manager::Manager;

/// After a removal was asked for, the next full report is waited for this long before it is asked for again.
const AGAIN: Duration = Duration::from_secs(30);

/// A record that ended is not taken up again though a report shows its container: the report is then older than
/// the end. Longer than any report is on its way.
const ENDED: Duration = Duration::from_secs(120);

/// The containers without a record.
pub(crate) struct Orphans {
    wait: Duration,
    hosts: BTreeMap<HostName, OnHost>,
    ended: BTreeMap<InstanceId, Instant>,
    due: Option<Instant>,
    /// How often removals were asked for: the attempt of the next ones.
    sent: u32,
}

#[derive(Default)]
struct OnHost {
    /// All containers of ours there.
    of: usize,
    found: BTreeMap<ContainerId, Found>,
}

struct Found {
    facts: ContainerFacts,
    since: Instant,
}

impl Orphans {
    pub(crate) fn new(wait: Duration) -> Self {
        Self {
            wait,
            hosts: BTreeMap::new(),
            ended: BTreeMap::new(),
            due: None,
            sent: 0,
        }
    }

    /// Takes what a full report shows; gives the groups that may adopt some of it.
    pub(crate) fn seen(
        &mut self,
        host: &HostName,
        containers: Vec<ContainerFacts>,
        of: usize,
    ) -> Vec<GroupId> {
        let mut known = self.hosts.remove(host).unwrap_or_default();
        let groups = containers.iter().map(|facts| facts.group).collect();
        if containers.is_empty() {
            return groups;
        }
        let found = |facts: ContainerFacts| {
            let since = known.found.remove(&facts.id).map(|found| found.since);
            let since = since.unwrap_or_else(Instant::now);
            (facts.id.clone(), Found { facts, since })
        };
        let found = containers.into_iter().map(found).collect();
        self.hosts.insert(host.clone(), OnHost { of, found });
        self.due.get_or_insert(Instant::now());
        groups
    }

    /// When to look at them again.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Running orphans of a started group, as many as it is short of.
    pub(crate) fn adoptions(&self, group: &Group, fleet: &Fleet, now: Timestamp) -> Vec<Intent> {
        if group.state != GroupState::Started || group.deleted {
            return Vec::new();
        }
        let desired = usize::try_from(group.spec.desired_capacity).unwrap_or(usize::MAX);
        let capacity = group.instances.iter().filter(|i| i.is_capacity(now)).count();
        let mut slots = group.free_slots().into_iter();
        let of_group = self
            .hosts
            .iter()
            .filter(|(host, _)| fleet.may_adopt(host))
            .flat_map(|(host, on)| on.found.values().map(move |found| (host, found)));
        of_group
            .filter(|(_, found)| found.facts.group == group.id && is_running(&found.facts))
            .filter(|(_, found)| group.instance(found.facts.record).is_none())
            .filter(|(_, found)| !self.ended.contains_key(&found.facts.record))
            .take(desired.saturating_sub(capacity))
            .filter_map(|(host, found)| adoption(group, host, &found.facts, slots.next()?))
            .collect()
    }

    /// Drops what has a record now, and remembers which records ended: but for those of a host that was removed while
    /// nobody heard of it, since nobody stopped what they have there.
    pub(crate) fn sync(&mut self, before: &Group, group: &Group, fleet: &Fleet) {
        for on in self.hosts.values_mut() {
            on.found.retain(|_, found| {
                found.facts.group != group.id || group.instance(found.facts.record).is_none()
            });
        }
        self.ended.retain(|_, at| at.elapsed() < ENDED);
        let ended = before.instances.iter().filter(|i| group.instance(i.id).is_none());
        let ended = ended.filter(|i| !fleet.is_given_up(&i.host));
        let now = Instant::now();
        self.ended.extend(ended.map(|i| (i.id, now)));
    }

    /// Forgets what a host has; its next report tells anew.
    pub(crate) fn forget(&mut self, host: &HostName) {
        self.hosts.remove(host);
    }

    /// One of them died or was removed before the next full report tells so.
    pub(crate) fn died(&mut self, host: &HostName, id: &ContainerId) {
        if let Some(on) = self.hosts.get_mut(host) {
            on.found.remove(id);
        }
    }
}

fn is_running(facts: &ContainerFacts) -> bool {
    matches!(facts.state, ContainerState::Running(_))
}

fn adoption(group: &Group, host: &HostName, facts: &ContainerFacts, slot: u32) -> Option<Intent> {
    let zone = facts
        .labels
        .get(label::ZONE)
        .and_then(|zone| ZoneName::parse(zone).ok())?;
    group
        .spec
        .availability_zones
        .contains(&zone)
        .then(|| Intent::Adopt {
            slot,
            host: host.clone(),
            zone,
            facts: Box::new(facts.clone()),
        })
}

impl Manager {
    /// Asks for the removal of orphans whose time has come, unless there are so many that it is us who forgot.
    pub(crate) async fn handle_orphans(&mut self) {
        if self.orphans.due.is_none_or(|due| due > Instant::now()) {
            return;
        }
        let now = self.deps.clock.now();
        self.orphans.due = None;
        self.orphans.sent = self.orphans.sent.saturating_add(1);
        let mut jobs = Vec::new();
        let mut again: Option<Timestamp> = None;
        for (host, on) in &self.orphans.hosts {
            let orphans: Vec<Orphan> = on
                .found
                .values()
                .map(|found| Orphan {
                    id: found.facts.id.clone(),
                    // By a clock that does not jump: what waits is neither removed early nor left for hours.
                    since: now - found.since.elapsed(),
                    runs: is_running(&found.facts),
                })
                .collect();
            match planner::orphans::decide(&orphans, on.of, self.orphans.wait, now) {
                Verdict::Halt(why) => {
                    tracing::error!(%host, why, "containers without a record are left alone")
                }
                Verdict::Decided { remove, recheck } => {
                    again = [again, recheck].into_iter().flatten().min();
                    let doomed = remove.iter().filter_map(|id| on.found.get(id));
                    jobs.extend(
                        doomed.map(|found| removal(host, &found.facts, (self.epoch, self.orphans.sent))),
                    );
                }
            }
        }
        for job in &jobs {
            tracing::warn!(host = %job.host, group = %job.group, record = %job.record, "a container without a record is removed");
            match self.deps.bus.send(job).await {
                Ok(()) => self.deps.metrics.orphan_removed(),
                Err(error) => {
                    tracing::warn!(record = %job.record, %error, "a removal was not sent; it is sent again")
                }
            }
        }
        let next = if jobs.is_empty() {
            again.map(|at| at.since(now))
        } else {
            Some(AGAIN)
        };
        self.orphans.due = next.map(|wait| Instant::now() + wait);
    }
}

fn removal(host: &HostName, facts: &ContainerFacts, (epoch, attempt): (Epoch, u32)) -> Job {
    Job {
        group: facts.group,
        record: facts.record,
        host: host.clone(),
        epoch,
        attempt,
        kind: JobKind::Stop {
            grace_ms: u64::try_from(STOP_GRACE.as_millis()).unwrap_or(5_000),
        },
    }
}
