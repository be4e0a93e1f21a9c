//! A round: what was heard and what the planner intends become one commit per group, and commits become jobs.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::aggregate::intend::Launching;
use domain::{CommitId, Group, GroupId, GroupState, InstanceId, Intent, Observation, Template, Timestamp};
use futures_util::{StreamExt, stream};
use planner::{Plan, World};
use store::{StoreError, Versioned, update};
use tokio::time::Instant;

use crate::ManagerError;
use crate::manager::Manager;
use crate::template::{self, Templates};

/// Reads and commits under way at once.
const AT_ONCE: usize = 32;
/// A group whose store call failed is decided about again after this.
const RETRY: Duration = Duration::from_secs(1);
/// Aggregates of an earlier epoch that a round raises though nothing else is to be written.
const RAISED_PER_ROUND: usize = 64;

/// Records intents, all or none.
fn record(group: &mut Group, intents: &[Intent], launching: Option<&Launching<'_>>, now: Timestamp) {
    let mut next = group.clone();
    match next.intend(intents, launching, now) {
        Ok(()) => *group = next,
        Err(error) => tracing::error!(group = %group.name, %error, "a defect: intents were dropped"),
    }
}

/// What a round wants of a group.
struct Proposal {
    before: Versioned<Group>,
    next: Group,
    /// Observations that are in it.
    observed: usize,
    /// Records that their full hosts refused: no fault of host or image.
    refused: BTreeSet<InstanceId>,
    recheck: Option<Timestamp>,
}

impl Manager {
    /// Decides about every group that needs it, then sends the jobs that are due.
    ///
    /// # Errors
    /// [`ManagerError::Deposed`] when a newer leader decides.
    pub(crate) async fn round(&mut self) -> Result<(), ManagerError> {
        let due = std::mem::take(&mut self.dirty);
        if !due.is_empty() {
            let begun = Instant::now();
            self.reload(&due).await;
            let proposals = self.propose(&due).await;
            self.still_leading(&proposals)?;
            let (written, idle): (Vec<_>, Vec<_>) =
                proposals.into_iter().partition(|p| p.next != p.before.value);
            let changed = written.len();
            for proposal in idle {
                self.settle(proposal.before.revision, proposal);
            }
            for (proposal, result) in self.commit(written).await {
                self.committed(proposal, result)?;
            }
            self.purge(&due).await;
            let frozen = self.fleet.frozen();
            self.note_round(due.len(), changed, begun, frozen);
        }
        let sent = self
            .dispatch
            .send_due(&*self.deps.bus, &self.cache, self.deps.installation)
            .await;
        self.note_sent(sent);
        Ok(())
    }

    /// Reads groups whose copy may be old, or that are new to us.
    async fn reload(&mut self, due: &BTreeSet<GroupId>) {
        let wanted: Vec<GroupId> = due
            .iter()
            .filter(|id| self.stale.contains(id) || self.cache.get(**id).is_none())
            .copied()
            .collect();
        let store = &self.deps.store;
        let reading = wanted
            .into_iter()
            .map(|id| async move { (id, store.group(id).await) });
        let read: Vec<_> = stream::iter(reading).buffer_unordered(AT_ONCE).collect().await;
        for (id, result) in read {
            match result {
                Ok(Some(group)) => {
                    self.stale.remove(&id);
                    self.cache.keep(group);
                }
                Ok(None) => self.forget(id),
                Err(error) => {
                    tracing::warn!(group = %id, %error, "a group was not read; it is tried again");
                    self.retry(id);
                }
            }
        }
    }

    fn retry(&mut self, id: GroupId) {
        self.stale.insert(id);
        self.rechecks.insert(id, self.deps.clock.now() + RETRY);
    }

    fn forget(&mut self, id: GroupId) {
        self.stale.remove(&id);
        self.rechecks.remove(&id);
        self.cache.forget(id);
        self.dispatch.forget(id);
        self.history.forget(id);
        self.reasons.remove(&id);
        self.shortfalls.remove(&id);
        self.inbox.settle(id, usize::MAX);
    }

    /// One proposal per group, each seeing what those before it take from the hosts.
    async fn propose(&mut self, due: &BTreeSet<GroupId>) -> Vec<Proposal> {
        let now = self.deps.clock.now();
        self.note_full_hosts(due);
        self.cache.see_hosts(self.fleet.views());
        let frozen = self.note_fleet();
        let mut proposals: Vec<Proposal> = due
            .iter()
            .filter(|id| !self.stale.contains(id))
            .filter_map(|id| self.cache.get(*id).cloned())
            .map(|before| self.observed(before, now))
            .collect();
        let templates = self.templates(&proposals, now).await;
        let mut raised = 0;
        for proposal in &mut proposals {
            self.intend(proposal, &templates, frozen, now);
            self.history.clear(&mut proposal.next);
            self.raise(proposal, &mut raised);
            let ledger = self.cache.ledger_mut();
            ledger.release_group(&proposal.before.value);
            ledger.charge_group(&proposal.next);
        }
        for proposal in proposals.iter().rev() {
            let ledger = self.cache.ledger_mut();
            ledger.release_group(&proposal.next);
            ledger.charge_group(&proposal.before.value);
        }
        proposals
    }

    /// Before placing anything: what workers refused for want of room is not tried there again at once.
    fn note_full_hosts(&mut self, due: &BTreeSet<GroupId>) {
        for id in due {
            for (record, seen) in self.inbox.of(*id) {
                let full = matches!(seen, Observation::LaunchFailed { host_full: true, .. });
                if let Some(instance) = self.cache.instance(*id, *record).filter(|_| full) {
                    self.fleet.note_full(&instance.host);
                }
            }
        }
    }

    fn observed(&self, before: Versioned<Group>, now: Timestamp) -> Proposal {
        let mut next = before.value.clone();
        let heard = self.inbox.of(next.id);
        let mut refused = BTreeSet::new();
        for (record, seen) in heard {
            if let Err(illegal) = next.observe(*record, seen, now) {
                tracing::error!(group = %next.name, %record, %illegal, "a defect: an observation was dropped");
            }
            if matches!(seen, Observation::LaunchFailed { host_full: true, .. }) {
                refused.insert(*record);
            }
        }
        Proposal {
            observed: heard.len(),
            before,
            next,
            refused,
            recheck: None,
        }
    }

    async fn templates(&self, proposals: &[Proposal], now: Timestamp) -> Templates {
        let wanting = proposals
            .iter()
            .map(|p| &p.next)
            .filter(|group| self.may_launch(group, now));
        let load = |group| async move {
            let template = template::load(&*self.deps.store, &self.deps.settings, group).await;
            (group.id, template)
        };
        // Collected, or the compiler cannot tell that the future may move between threads.
        let reading: Vec<_> = wanting.map(load).collect();
        stream::iter(reading).buffer_unordered(AT_ONCE).collect().await
    }

    /// Whether a plan may launch or adopt: only then its template is read.
    fn may_launch(&self, group: &Group, now: Timestamp) -> bool {
        let capacity = group
            .instances
            .iter()
            .filter(|i| i.phase.is_capacity(now))
            .count();
        let zones = &group.spec.availability_zones;
        let started = group.state == GroupState::Started && !group.deleted;
        started
            && (capacity < usize::try_from(group.spec.desired_capacity).unwrap_or(usize::MAX)
                || group.instances.iter().any(|i| !zones.contains(&i.zone)))
    }

    fn intend(&mut self, proposal: &mut Proposal, templates: &Templates, frozen: bool, now: Timestamp) {
        let template = templates.get(&proposal.next.id);
        let ids = std::sync::Arc::clone(&self.deps.ids);
        let launching = template.and_then(|t| t.as_ref().ok()).map(|template| Launching {
            template,
            stalled: self.deps.settings.stalled,
            ids: &*ids,
        });
        // Before planning: what runs already need not be launched.
        let adoptions = self.orphans.adoptions(&proposal.next, now);
        record(&mut proposal.next, &adoptions, launching.as_ref(), now);
        let plan = self.plan(proposal, template, frozen, now);
        record(&mut proposal.next, &plan.intents, launching.as_ref(), now);
        self.note_plan(&mut proposal.next, &plan, now);
        let room = self.fleet.next_room().map(|wait| now + wait);
        proposal.recheck = [plan.recheck, room].into_iter().flatten().min();
    }

    fn plan(
        &mut self,
        proposal: &Proposal,
        template: Option<&Result<Template, String>>,
        frozen: bool,
        now: Timestamp,
    ) -> Plan {
        // The ledger still counts the group as it was; the plan must see what was just observed.
        let ledger = self.cache.ledger_mut();
        ledger.release_group(&proposal.before.value);
        ledger.charge_group(&proposal.next);
        let world = World {
            group: &proposal.next,
            template: match template {
                Some(Ok(template)) => Ok(template),
                Some(Err(why)) => Err(why.as_str()),
                None => Err("nothing is to be launched"),
            },
            ledger,
            frozen,
            settings: &planner::Settings {
                launch_timeout: self.deps.settings.stalled,
            },
            now,
        };
        let plan = planner::plan(&world);
        ledger.release_group(&proposal.next);
        ledger.charge_group(&proposal.before.value);
        plan
    }

    /// Whoever reads that a successor raised a group writes nothing more: named by that group's epoch, it would pass.
    fn still_leading(&self, proposals: &[Proposal]) -> Result<(), ManagerError> {
        let newer = proposals
            .iter()
            .map(|p| p.before.value.epoch)
            .find(|epoch| *epoch > self.epoch);
        match newer {
            Some(epoch) => {
                tracing::warn!(%epoch, ours = %self.epoch, "a newer leader decides");
                Err(ManagerError::Deposed)
            }
            None => Ok(()),
        }
    }

    /// Names our epoch in what is written anyway, and in some of the rest.
    fn raise(&self, proposal: &mut Proposal, raised: &mut usize) {
        if proposal.next.epoch >= self.epoch {
            return;
        }
        let written = proposal.next != proposal.before.value;
        if written || *raised < RAISED_PER_ROUND {
            *raised += usize::from(!written);
            proposal.next.epoch = self.epoch;
        }
    }

    async fn commit(&self, proposals: Vec<Proposal>) -> Vec<(Proposal, store::Result<Versioned<Group>>)> {
        let committing = proposals.into_iter().map(|proposal| async move {
            let commit = CommitId(self.deps.ids.fresh());
            let mut next = proposal.next.clone();
            let written =
                update::commit(&*self.deps.store, &mut next, proposal.before.revision, commit).await;
            (proposal, written)
        });
        stream::iter(committing).buffer_unordered(AT_ONCE).collect().await
    }

    fn committed(
        &mut self,
        mut proposal: Proposal,
        result: store::Result<Versioned<Group>>,
    ) -> Result<(), ManagerError> {
        let id = proposal.next.id;
        match result {
            Ok(written) => {
                self.note_transitions(&proposal.before.value, &proposal.next, &proposal.refused);
                proposal.next = written.value;
                self.settle(written.revision, proposal);
            }
            // Somebody else was faster: read again, decide again; what was observed is still to be told.
            Err(StoreError::Conflict) => {
                self.deps.metrics.commit_conflict();
                self.stale.insert(id);
                self.dirty.insert(id);
            }
            Err(StoreError::Fenced(epoch)) => {
                tracing::warn!(%epoch, ours = %self.epoch, "a newer leader decides");
                return Err(ManagerError::Deposed);
            }
            Err(error) => {
                tracing::error!(group = %proposal.next.name, %error, "a decision was not stored; it is taken again");
                self.retry(id);
            }
        }
        Ok(())
    }

    /// What is stored now is what we go on from.
    fn settle(&mut self, revision: domain::Revision, proposal: Proposal) {
        let Proposal {
            before,
            next,
            observed,
            recheck,
            ..
        } = proposal;
        let id = next.id;
        self.inbox.settle(id, observed);
        match recheck {
            Some(at) => self.rechecks.insert(id, at),
            None => self.rechecks.remove(&id),
        };
        self.dispatch.sync(Some(&before.value), &next);
        self.history.settle(&next);
        self.history.copy(&self.deps.store, &next);
        if self.history.is_waiting(&next) {
            self.copied(id);
        }
        self.note_group(&next);
        self.orphans.sync(&before.value, &next);
        self.cache.keep(Versioned {
            revision,
            value: next,
        });
    }

    /// Drops deleted groups that have nothing left.
    async fn purge(&mut self, due: &BTreeSet<GroupId>) {
        let finished = |id: &&GroupId| self.cache.get(**id).is_some_and(|kept| kept.value.is_finished());
        let ids: Vec<GroupId> = due.iter().filter(finished).copied().collect();
        for id in ids {
            let Some(revision) = self.cache.get(id).map(|kept| kept.revision) else {
                continue;
            };
            match self.deps.store.purge_group(id, revision).await {
                Ok(()) => self.forget(id),
                Err(error) => {
                    tracing::debug!(group = %id, %error, "a deleted group was not dropped yet");
                    self.retry(id);
                }
            }
        }
    }
}
