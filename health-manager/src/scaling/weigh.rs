//! When policies are weighed, and what becomes of it.

use std::collections::BTreeSet;

use domain::{DecisionId, Desire, Group, GroupId, Timestamp};
use planner::scaling::Decided;
use tokio::time::Instant;

use super::TICK;
use crate::manager::Manager;

impl Manager {
    /// Weighs the policies of groups of whose load something was heard, and now and then of all. Groups that shall move
    /// are decided about in the round that follows.
    pub(crate) fn weigh(&mut self) {
        self.heed_clock();
        if self.scaling.policies.is_empty() {
            self.scaling.heard.clear();
            let known: Vec<GroupId> = self.scaling.states.keys().copied().collect();
            known.into_iter().for_each(|id| self.note_ended(id));
            return;
        }
        let (now, frozen) = (self.deps.clock.now(), self.fleet.frozen());
        self.scaling.heed_jumps(now);
        for id in self.take_due() {
            let Some(kept) = self.cache.get(id) else {
                continue;
            };
            match self.scaling.decide(&kept.value, &self.samples, frozen, now) {
                Some(decided) if decided.decision.is_change() => {
                    self.scaling.moving.insert(id);
                    self.dirty.insert(id);
                }
                Some(decided) => {
                    self.note_missing(&decided);
                    self.scaling.rest(decided);
                }
                None => self.note_ended(id),
            }
        }
        self.scaling.record(&self.deps.store);
    }

    fn take_due(&mut self) -> BTreeSet<GroupId> {
        let heard = std::mem::take(&mut self.scaling.heard);
        let now = Instant::now();
        if now < self.scaling.tick {
            return heard;
        }
        self.scaling.tick = now + TICK;
        self.watch_sources();
        self.watch_forecasts();
        self.cache.ids().into_iter().collect()
    }

    /// Moves a group that shall move, now that everything heard of it is in it; what was decided.
    pub(crate) fn follow_load(&mut self, group: &mut Group, now: Timestamp) -> Option<Decided> {
        if !self.scaling.moving.remove(&group.id) {
            return None;
        }
        let frozen = self.fleet.frozen();
        let mut decided = self.scaling.decide(group, &self.samples, frozen, now)?;
        if !decided.decision.is_change() {
            return None;
        }
        decided.decision.id = DecisionId(self.deps.ids.fresh());
        let desire = Desire::Decided(Box::new(decided.decision.clone()));
        match group.desire(&desire, None, &*self.deps.ids, now) {
            Ok(()) => Some(decided),
            Err(error) => {
                tracing::error!(group = %group.name, %error, "a defect: what policies decided is refused");
                None
            }
        }
    }

    /// Tells of a decision that moved a group, once it is stored.
    pub(crate) fn note_moved(&mut self, decided: &Decided) {
        let decision = &decided.decision;
        tracing::info!(
            group = %decision.group_name, account = %decision.account, before = decision.before,
            after = decision.after, why = %decision.outcome, "policies decided"
        );
        let (account, group) = (decision.account.as_str(), decision.group_name.as_str());
        self.deps
            .metrics
            .scaled(account, group, decision.after > decision.before);
        self.note_missing(decided);
        self.scaling.moved(decision.group, decided);
    }

    /// Of a group that has no policies any more, or is stopped, nothing is missing.
    fn note_ended(&mut self, id: GroupId) {
        if self.scaling.states.remove(&id).is_some()
            && let Some(kept) = self.cache.get(id)
            && !kept.value.deleted
        {
            let group = &kept.value;
            self.deps
                .metrics
                .blind_policies(group.account.as_str(), group.name.as_str(), 0);
        }
    }

    fn note_missing(&self, decided: &Decided) {
        let decision = &decided.decision;
        let (account, group) = (decision.account.as_str(), decision.group_name.as_str());
        self.deps.metrics.blind_policies(account, group, decided.blind);
    }
}
