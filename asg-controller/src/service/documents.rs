//! Launch configurations, load balancers, policies and schedules: one set of operations for all kinds.

use std::collections::BTreeSet;

use api::documents;
use bus::Nudge;
use domain::{AccountName, Body, Document, Generation, GroupId, GroupName, Kind, Timestamp};
use serde_json::Value;
use store::update::{self, Verdict};
use store::{StoreError, Versioned};

use super::{Service, schedules};
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
        let mut body = tables::created(kind, given, self.settings())?;
        touch(&mut body, self.now());
        self.check_target(account, &body).await?;
        let document = Document {
            account: account.clone(),
            generation: Generation(1),
            used_by: BTreeSet::new(),
            body,
        };
        match update::create_document(self.store(), &document).await {
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
            Kind::Policy | Kind::Schedule => self.wake(Nudge::Policies).await,
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
            touch(&mut document.body, self.now());
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
        let mut open = None;
        for _ in 0..ATTEMPTS {
            let read = match self.read_document(kind, account, name).await {
                // What was asked for has happened, though nobody could say so then.
                Err(Refusal::NotFound(_)) if open.is_some() => {
                    self.changed(kind).await;
                    return Ok(());
                }
                read => read?,
            };
            let deleted = self.store().delete_document(kind, account, name, read.revision);
            match deleted.await {
                Err(StoreError::Conflict) => {}
                Err(StoreError::Unknown(reason)) => open = Some(reason),
                Err(StoreError::InUse(_)) => return Err(self.in_use(kind, name, &read.value.used_by).await),
                other => {
                    other?;
                    self.changed(kind).await;
                    return Ok(());
                }
            }
        }
        Err(open.map_or(StoreError::Conflict, StoreError::Unknown).into())
    }

    /// Deletes the policies and schedules of a group.
    pub(super) async fn delete_policies(&self, account: &AccountName, group: &GroupName) -> Result<()> {
        for kind in [Kind::Policy, Kind::Schedule] {
            for body in self.documents(kind, account).await? {
                if target(&body) == Some(group) {
                    self.delete_document(kind, account, body.name()).await?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deps.clock.now()
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
        let mut body = tables::updated(stored, shown(stored, self.now())?, given.clone(), self.settings())?;
        // Only a change of something else is one.
        if let Body::Schedule(schedule) = stored {
            touch(&mut body, schedule.changed);
        }
        Ok(body)
    }

    /// The group of a policy or schedule must exist, and what they say must make sense now.
    pub(super) async fn check_target(&self, account: &AccountName, body: &Body) -> Result<()> {
        let Some(group) = target(body) else {
            return Ok(());
        };
        if self.store().group_named(account, group).await?.is_none() {
            let problem = format!("group {:?} not found", group.as_str());
            return Err(Refusal::field("auto_scaling_group", problem));
        }
        match body {
            Body::Policy(policy) if policy.business_hours_only => self.check_hours(account, group).await,
            Body::Schedule(schedule) => schedules::check(schedule, self.now()),
            Body::Policy(_) | Body::LaunchConfiguration(_) | Body::LoadBalancer(_) => Ok(()),
        }
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

/// The group that a document moves.
fn target(body: &Body) -> Option<&GroupName> {
    match body {
        Body::Policy(policy) => Some(&policy.auto_scaling_group),
        Body::Schedule(schedule) => Some(&schedule.auto_scaling_group),
        Body::LaunchConfiguration(_) | Body::LoadBalancer(_) => None,
    }
}

/// Notes in a schedule when it was made or changed.
fn touch(body: &mut Body, at: Timestamp) {
    if let Body::Schedule(schedule) = body {
        schedule.changed = at;
    }
}

/// A stored document's fields, as clients see them at a time.
pub(crate) fn shown(stored: &Body, now: Timestamp) -> Result<Object> {
    let value = match stored {
        Body::LaunchConfiguration(body) => serde_json::to_value(documents::LaunchConfiguration::from(body)),
        Body::LoadBalancer(body) => serde_json::to_value(documents::LoadBalancer::from(body)),
        Body::Policy(body) => serde_json::to_value(documents::Policy::from(body)),
        Body::Schedule(body) => serde_json::to_value(schedules::shown(body, now)),
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
