//! A round: what was heard and what the planner intends become one commit per group, and commits become jobs.

mod commit;
mod propose;
mod read;

use std::collections::BTreeSet;

use domain::{Group, InstanceId, Timestamp};
use planner::scaling::Decided;
use store::Versioned;
use tokio::time::Instant;

use crate::ManagerError;
use crate::manager::Manager;

/// Reads and commits under way at once.
const AT_ONCE: usize = 32;

/// What a round wants of a group.
struct Proposal {
    before: Versioned<Group>,
    next: Group,
    /// Observations that are in it.
    observed: usize,
    /// Records that their full hosts refused: no fault of host or image.
    refused: BTreeSet<InstanceId>,
    recheck: Option<Timestamp>,
    /// What policies decided.
    decided: Option<Decided>,
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
            self.drop_removed_hosts().await;
            let frozen = self.fleet.frozen();
            self.note_round(due.len(), changed, begun, frozen);
        }
        let sent = self
            .dispatch
            .send_due(&*self.deps.bus, &self.cache, &self.fleet, self.deps.installation)
            .await;
        self.note_sent(sent);
        Ok(())
    }
}
