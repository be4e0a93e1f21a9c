//! What was heard and what the planner intends, one proposal per group.

use std::collections::BTreeSet;

use domain::aggregate::intend::Launching;
use domain::{Group, GroupId, GroupState, Intent, Observation, Template, Timestamp};
use futures_util::{StreamExt, stream};
use planner::{Plan, World};
use store::Versioned;

use super::{AT_ONCE, Proposal};
use crate::manager::Manager;
use crate::template::{self, Templates};

/// Records intents, all or none.
fn record(group: &mut Group, intents: &[Intent], launching: Option<&Launching<'_>>, now: Timestamp) {
    let mut next = group.clone();
    match next.intend(intents, launching, now) {
        Ok(()) => *group = next,
        Err(error) => tracing::error!(group = %group.name, %error, "a defect: intents were dropped"),
    }
}

impl Manager {
    /// One proposal per group, each seeing what those before it take from the hosts.
    pub(super) async fn propose(&mut self, due: &BTreeSet<GroupId>) -> Vec<Proposal> {
        let now = self.deps.clock.now();
        self.note_full_hosts(due);
        self.cache.see_hosts(self.fleet.views());
        let frozen = self.note_fleet();
        let fresh = due.iter().filter(|id| !self.stale.contains(id));
        let known: Vec<_> = fresh.filter_map(|id| self.cache.get(*id).cloned()).collect();
        let mut proposals: Vec<Proposal> = known
            .into_iter()
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

    fn observed(&mut self, before: Versioned<Group>, now: Timestamp) -> Proposal {
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
        let observed = heard.len();
        self.follow_clock(&mut next, now);
        Proposal {
            observed,
            decided: self.follow_load(&mut next, now),
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
            .filter(|i| i.is_capacity(now) && !self.fleet.is_lost(&i.host) && !self.fleet.is_left(&i.host))
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
        let adoptions = self.orphans.adoptions(&proposal.next, &self.fleet, now);
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
}
