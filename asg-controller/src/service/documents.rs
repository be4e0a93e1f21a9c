//! Launch configurations, load balancers and policies: one set of operations for all kinds.

use std::collections::BTreeSet;

use api::documents;
use bus::Nudge;
use domain::{AccountName, Body, Document, Generation, GroupId, GroupName, Kind, Policy};
use serde_json::Value;
use store::update::{self, Verdict};
use store::{StoreError, Versioned};

use super::Service;
use crate::error::{Refusal, Result, update_error};
use crate::validate::{Object, tables};

/// Deletes that lose against other changes are tried again this often.
const ATTEMPTS: usize = 32;
/// Groups that a message names.
const NAMED: usize = 5;

impl Service {
    /// An account's documents of a kind, by name.
    pub(crate) async fn documents(&self, kind: Kind, account: &AccountName) -> Result<Vec<Body>> {
        let read = self.store().documents(kind, Some(account)).await?;
        Ok(read.into_iter().map(|read| read.value.body).collect())
    }

    /// A document.
    pub(crate) async fn document(&self, kind: Kind, account: &AccountName, name: &str) -> Result<Body> {
        self.read_document(kind, account, name)
            .await
            .map(|read| read.value.body)
    }

    /// Stores a new document.
    pub(crate) async fn create_document(
        &self,
        kind: Kind,
        account: &AccountName,
        given: Object,
    ) -> Result<()> {
        let body = tables::created(kind, given, &self.settings().instance_types)?;
        self.check_target(account, &body).await?;
        let document = Document {
            account: account.clone(),
            generation: Generation(1),
            used_by: BTreeSet::new(),
            body,
        };
        match self.store().create_document(&document).await {
            Err(StoreError::Exists(_)) => Err(Refusal::Conflict(format!(
                "{} {} already exists",
                kind.as_str(),
                document.body.name()
            ))),
            other => {
                other?;
                self.changed(kind).await;
                Ok(())
            }
        }
    }

    /// Wakes who acts on a kind of document by itself; of the other kinds the groups that rest on them are woken.
    async fn changed(&self, kind: Kind) {
        match kind {
            Kind::Policy => self.wake(Nudge::Policies).await,
            Kind::LaunchConfiguration | Kind::LoadBalancer => {}
        }
    }

    /// Lays the given fields over the stored document. Groups that rest on it look at it again.
    pub(crate) async fn update_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        given: Object,
    ) -> Result<()> {
        let stored = self.document(kind, account, name).await?;
        self.check_target(account, &self.merged(&stored, &given)?).await?;
        let written = update::document(self.store(), (kind, account, name), |document| {
            let body = self.merged(&document.body, &given)?;
            if body == document.body {
                return Ok(Verdict::Leave);
            }
            document.body = body;
            document.generation = document.generation.next();
            Ok(Verdict::Commit)
        });
        let written = written
            .await
            .map_err(|error| update_error(error, || Refusal::not_found(kind.as_str(), name)))?;
        for group in written.value.used_by {
            self.nudge(group).await;
        }
        self.changed(kind).await;
        Ok(())
    }

    /// Deletes a document that no started group rests on.
    pub(crate) async fn delete_document(&self, kind: Kind, account: &AccountName, name: &str) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let read = self.read_document(kind, account, name).await?;
            let deleted = self.store().delete_document(kind, account, name, read.revision);
            match deleted.await {
                Err(StoreError::Conflict) => {}
                Err(StoreError::InUse(_)) => return Err(self.in_use(kind, name, &read.value.used_by).await),
                other => {
                    other?;
                    self.changed(kind).await;
                    return Ok(());
                }
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// Deletes the policies of a group.
    pub(super) async fn delete_policies(&self, account: &AccountName, group: &GroupName) -> Result<()> {
        for body in self.documents(Kind::Policy, account).await? {
            if matches!(&body, Body::Policy(policy) if policy.auto_scaling_group == *group) {
                self.delete_document(Kind::Policy, account, body.name()).await?;
            }
        }
        Ok(())
    }

    async fn read_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Versioned<Document>> {
        let read = self.store().document(kind, account, name).await?;
        read.ok_or_else(|| Refusal::not_found(kind.as_str(), name))
    }

    fn merged(&self, stored: &Body, given: &Object) -> Result<Body> {
        let types = &self.settings().instance_types;
        tables::updated(stored, shown(stored)?, given.clone(), types)
    }

    /// A policy's group must exist.
    async fn check_target(&self, account: &AccountName, body: &Body) -> Result<()> {
        let Body::Policy(Policy {
            auto_scaling_group, ..
        }) = body
        else {
            return Ok(());
        };
        let found = self.store().group_named(account, auto_scaling_group).await?;
        found.map(drop).ok_or_else(|| {
            let problem = format!("group {:?} not found", auto_scaling_group.as_str());
            Refusal::field("auto_scaling_group", problem)
        })
    }

    async fn in_use(&self, kind: Kind, name: &str, used_by: &BTreeSet<GroupId>) -> Refusal {
        let mut names = Vec::new();
        for id in used_by.iter().take(NAMED) {
            if let Ok(Some(group)) = self.store().group(*id).await {
                names.push(group.value.name.to_string());
            }
        }
        let (kind, count, names) = (kind.as_str(), used_by.len(), names.join(", "));
        Refusal::Conflict(format!(
            "{kind} {name} is in use by {count} started group(s) ({names}): stop them first"
        ))
    }
}

/// A stored document's fields, as clients see them.
pub(crate) fn shown(stored: &Body) -> Result<Object> {
    let value = match stored {
        Body::LaunchConfiguration(body) => serde_json::to_value(documents::LaunchConfiguration::from(body)),
        Body::LoadBalancer(body) => serde_json::to_value(documents::LoadBalancer::from(body)),
        Body::Policy(body) => serde_json::to_value(documents::Policy::from(body)),
    };
    match value {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) | Err(_) => Err(Refusal::Internal(format!(
            "{} {} cannot be shown",
            stored.kind().as_str(),
            stored.name()
        ))),
    }
}
