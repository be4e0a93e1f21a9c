//! Faults on purpose, for simulations and tests: a store whose answers get lost.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::{
    AccountName, Activity, CommitId, Decision, Document, Group, GroupId, GroupName, Host, HostName,
    HostState, InstallationId, Kind, Revision, Rollup, Timestamp,
};

use crate::{GroupQuery, Lease, Result, Store, StoreError, Token, Versioned};

/// What goes wrong with one call. A read that meets any fault is unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The write happens; its answer is lost.
    LostAnswer,
    /// The write does not happen; its answer is lost.
    NotDone,
    /// The answer is lost, and the write happens just before the next one. Only for
    /// [`Store::replace_group`]; elsewhere as [`Fault::NotDone`].
    Late,
    /// The write does not happen, and the caller is told.
    Unavailable,
}

/// Decides about a call by the name of its method, for example from a seed.
pub type Hook = Arc<dyn Fn(&'static str) -> Fault + Send + Sync>;

/// A store with faults before it.
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    hook: Hook,
    late: Mutex<Vec<(Group, Revision, CommitId)>>,
}

impl FaultyStore {
    /// Puts `hook` before every call of `inner`.
    pub fn new(inner: Arc<dyn Store>, hook: Hook) -> Self {
        let late = Mutex::default();
        Self { inner, hook, late }
    }

    async fn read<T>(&self, method: &'static str, call: impl Future<Output = Result<T>> + Send) -> Result<T> {
        match (self.hook)(method) {
            Fault::None => call.await,
            _ => Err(unavailable(method)),
        }
    }

    async fn write<T>(
        &self,
        method: &'static str,
        call: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        self.arrive().await;
        perform((self.hook)(method), method, call).await
    }

    /// Lets late writes happen; nobody waits for their answers any more.
    async fn arrive(&self) {
        let late = std::mem::take(&mut *self.late.lock().unwrap_or_else(PoisonError::into_inner));
        for (group, expected, commit) in late {
            let arrived = self.inner.replace_group(&group, expected, commit).await;
            tracing::trace!(?arrived, %commit, "a late write arrived");
        }
    }
}

async fn perform<T>(
    fault: Fault,
    method: &'static str,
    call: impl Future<Output = Result<T>> + Send,
) -> Result<T> {
    match fault {
        Fault::None => call.await,
        Fault::LostAnswer => call.await.and_then(|_| Err(lost(method))),
        Fault::NotDone | Fault::Late => Err(lost(method)),
        Fault::Unavailable => Err(unavailable(method)),
    }
}

fn lost(method: &str) -> StoreError {
    StoreError::Unknown(format!("{method}: the answer was lost on purpose"))
}

fn unavailable(method: &str) -> StoreError {
    StoreError::Unavailable(format!("{method}: unavailable on purpose"))
}

#[async_trait]
impl Store for FaultyStore {
    async fn installation(&self, fresh: InstallationId) -> Result<InstallationId> {
        self.write("installation", self.inner.installation(fresh)).await
    }

    async fn create_group(&self, group: &Group) -> Result<Revision> {
        self.write("create_group", self.inner.create_group(group)).await
    }

    async fn group(&self, id: GroupId) -> Result<Option<Versioned<Group>>> {
        self.read("group", self.inner.group(id)).await
    }

    async fn group_named(&self, account: &AccountName, name: &GroupName) -> Result<Option<Versioned<Group>>> {
        self.read("group_named", self.inner.group_named(account, name))
            .await
    }

    async fn groups(&self, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
        self.read("groups", self.inner.groups(query)).await
    }

    async fn every_group(&self) -> Result<Vec<Versioned<Group>>> {
        self.read("every_group", self.inner.every_group()).await
    }

    async fn replace_group(&self, group: &Group, expected: Revision, commit: CommitId) -> Result<Revision> {
        self.arrive().await;
        let fault = (self.hook)("replace_group");
        if fault == Fault::Late {
            let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
            late.push((group.clone(), expected, commit));
        }
        let call = self.inner.replace_group(group, expected, commit);
        perform(fault, "replace_group", call).await
    }

    async fn purge_group(&self, id: GroupId, expected: Revision) -> Result<()> {
        self.write("purge_group", self.inner.purge_group(id, expected))
            .await
    }

    async fn create_document(&self, document: &Document) -> Result<Revision> {
        self.write("create_document", self.inner.create_document(document))
            .await
    }

    async fn document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Option<Versioned<Document>>> {
        self.read("document", self.inner.document(kind, account, name))
            .await
    }

    async fn documents(&self, kind: Kind, account: Option<&AccountName>) -> Result<Vec<Versioned<Document>>> {
        self.read("documents", self.inner.documents(kind, account)).await
    }

    async fn replace_document(&self, document: &Document, expected: Revision) -> Result<Revision> {
        self.write(
            "replace_document",
            self.inner.replace_document(document, expected),
        )
        .await
    }

    async fn delete_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        expected: Revision,
    ) -> Result<()> {
        let call = self.inner.delete_document(kind, account, name, expected);
        self.write("delete_document", call).await
    }

    async fn put_activities(&self, activities: &[Activity]) -> Result<()> {
        self.write("put_activities", self.inner.put_activities(activities))
            .await
    }

    async fn activities(&self, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
        self.read("activities", self.inner.activities(group, skip, limit))
            .await
    }

    async fn forget_activities(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_activities", self.inner.forget_activities(before))
            .await
    }

    async fn put_decisions(&self, decisions: &[Decision]) -> Result<()> {
        self.write("put_decisions", self.inner.put_decisions(decisions))
            .await
    }

    async fn decisions(&self, group: GroupId, limit: usize) -> Result<Vec<Decision>> {
        self.read("decisions", self.inner.decisions(group, limit)).await
    }

    async fn forget_decisions(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_decisions", self.inner.forget_decisions(before))
            .await
    }

    async fn put_rollups(&self, rollups: &[Rollup]) -> Result<()> {
        self.write("put_rollups", self.inner.put_rollups(rollups)).await
    }

    async fn rollups(&self, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
        self.read("rollups", self.inner.rollups(group, from, to)).await
    }

    async fn forget_rollups(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_rollups", self.inner.forget_rollups(before))
            .await
    }

    async fn put_host(&self, host: &Host) -> Result<()> {
        self.write("put_host", self.inner.put_host(host)).await
    }

    async fn set_host_state(&self, name: &HostName, state: HostState) -> Result<Option<HostState>> {
        let call = self.inner.set_host_state(name, state);
        self.write("set_host_state", call).await
    }

    async fn hosts(&self) -> Result<Vec<Host>> {
        self.read("hosts", self.inner.hosts()).await
    }

    async fn remove_host(&self, name: &HostName) -> Result<()> {
        self.write("remove_host", self.inner.remove_host(name)).await
    }

    async fn put_token(&self, token: &Token) -> Result<()> {
        self.write("put_token", self.inner.put_token(token)).await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        self.read("token", self.inner.token(hash)).await
    }

    async fn forget_tokens(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_tokens", self.inner.forget_tokens(before))
            .await
    }

    async fn lease(&self) -> Result<Option<Lease>> {
        self.read("lease", self.inner.lease()).await
    }

    async fn replace_lease(&self, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
        self.write("replace_lease", self.inner.replace_lease(lease, expected))
            .await
    }

    async fn ping(&self) -> Result<()> {
        self.read("ping", self.inner.ping()).await
    }
}
