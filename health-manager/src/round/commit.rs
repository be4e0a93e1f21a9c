//! Proposals are written, and what is stored then is what everything else goes on from.

use std::collections::BTreeSet;

use domain::{CommitId, Group, GroupId};
use futures_util::{StreamExt, stream};
use store::{StoreError, Versioned, update};

use super::{AT_ONCE, Proposal};
use crate::ManagerError;
use crate::manager::{Manager, raise};

impl Manager {
    /// Whoever reads that a successor raised a group writes nothing more: named by that group's epoch, it would pass.
    pub(super) fn still_leading(&self, proposals: &[Proposal]) -> Result<(), ManagerError> {
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
    pub(super) fn raise(&self, proposal: &mut Proposal, raised: &mut usize) {
        if proposal.next.epoch >= self.epoch {
            return;
        }
        let written = proposal.next != proposal.before.value;
        if written || *raised < raise::AT_ONCE {
            *raised += usize::from(!written);
            proposal.next.epoch = self.epoch;
        }
    }

    pub(super) async fn commit(
        &self,
        proposals: Vec<Proposal>,
    ) -> Vec<(Proposal, store::Result<Versioned<Group>>)> {
        let committing = proposals.into_iter().map(|proposal| async move {
            let commit = CommitId(self.deps.ids.fresh());
            let mut next = proposal.next.clone();
            let written =
                update::commit(&*self.deps.store, &mut next, proposal.before.revision, commit).await;
            (proposal, written)
        });
        stream::iter(committing).buffer_unordered(AT_ONCE).collect().await
    }

    pub(super) fn committed(
        &mut self,
        mut proposal: Proposal,
        result: store::Result<Versioned<Group>>,
    ) -> Result<(), ManagerError> {
        let id = proposal.next.id;
        match result {
            Ok(written) => {
                self.note_transitions(&proposal.before.value, &proposal.next, &proposal.refused);
                if let Some(decided) = &proposal.decided {
                    self.note_moved(decided);
                }
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
    pub(super) fn settle(&mut self, revision: domain::Revision, proposal: Proposal) {
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
        self.orphans.sync(&before.value, &next, &self.fleet);
        self.cache.keep(Versioned {
            revision,
            value: next,
        });
    }

    /// Drops deleted groups that have nothing left.
    pub(super) async fn purge(&mut self, due: &BTreeSet<GroupId>) {
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
