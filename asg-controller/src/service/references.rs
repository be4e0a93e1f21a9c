//! References from running groups to documents, which keep a document from being deleted. A group's change adds
//! the new ones before its commit and drops the old ones after it: whatever fails between, a document that is in
//! use is never free, and the health manager's sweep drops what is left over.

use std::collections::BTreeSet;

use domain::{AccountName, Group, GroupId, Kind};
use store::update::{self, UpdateError, Verdict};

use super::Service;
use super::surroundings::{named, runs};
use crate::error::{Refusal, Result, update_error};

/// Rounds of putting references in order while others change the same group.
const ROUNDS: usize = 8;

/// A document that a group rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    /// Its kind.
    pub(super) kind: Kind,
    /// Its name.
    pub(super) name: String,
}

impl Reference {
    /// All documents that a group rests on now.
    pub(super) fn all(group: &Group) -> BTreeSet<Self> {
        let reference = |(kind, name): (Kind, &str)| Self {
            kind,
            name: name.to_owned(),
        };
        let names = runs(group).then(|| named(&group.spec));
        names.into_iter().flatten().map(reference).collect()
    }

    /// The document does not exist: the group's field is wrong, not the path.
    pub(super) fn missing(&self) -> Refusal {
        let field = match self.kind {
            Kind::LaunchConfiguration => "launch_configuration",
            Kind::LoadBalancer => "load_balancer",
            Kind::Policy => "policy",
            Kind::Schedule => "schedule",
        };
        Refusal::field(field, format!("{} {:?} not found", self.kind.as_str(), self.name))
    }
}

impl Service {
    /// Adds the references that a change needs before it is committed.
    pub(super) async fn acquire(&self, group: &Group, new: impl Iterator<Item = &Reference>) -> Result<()> {
        for reference in new {
            self.set(&group.account, reference, group.id, true).await?;
        }
        Ok(())
    }

    /// Puts references in order after a change, or after one that was refused. Its failure is only logged: the
    /// change itself is done.
    pub(super) async fn settle(&self, group: &Group, touched: &BTreeSet<Reference>) {
        if let Err(error) = self.try_settle(group, touched).await {
            tracing::warn!(group = %group.id, %error, "references are left to the sweep");
        }
    }

    async fn try_settle(&self, group: &Group, touched: &BTreeSet<Reference>) -> Result<()> {
        let mut seen = self.references_now(group.id).await?;
        for _ in 0..ROUNDS {
            for reference in touched {
                self.set(&group.account, reference, group.id, seen.contains(reference))
                    .await?;
            }
            let now = self.references_now(group.id).await?;
            if now == seen {
                return Ok(());
            }
            seen = now;
        }
        Ok(())
    }

    async fn references_now(&self, id: GroupId) -> Result<BTreeSet<Reference>> {
        let read = self.store().group(id).await?;
        Ok(read.map_or_else(BTreeSet::new, |read| Reference::all(&read.value)))
    }

    async fn set(
        &self,
        account: &AccountName,
        reference: &Reference,
        group: GroupId,
        used: bool,
    ) -> Result<()> {
        let document = (reference.kind, account, reference.name.as_str());
        let changed = update::document::<Refusal>(self.store(), document, |document| {
            let changed = match used {
                true => document.used_by.insert(group),
                false => document.used_by.remove(&group),
            };
            Ok(if changed { Verdict::Commit } else { Verdict::Leave })
        });
        match changed.await {
            Ok(_) => Ok(()),
            Err(UpdateError::NotFound) if !used => Ok(()),
            Err(error) => Err(update_error(error, || reference.missing())),
        }
    }
}
