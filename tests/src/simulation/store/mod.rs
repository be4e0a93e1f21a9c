//! The store as one life of a component sees it: late, refusing, silent, never wrong.

mod calls;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    AccountName, Activity, CommitId, Decision, Document, Group, GroupId, GroupName, Host, HostName,
    HostState, InstallationId, Kind, Revision, Rollup, Timestamp,
};
use futures_util::FutureExt;
use store::{GroupQuery, Lease, Result, Store, Token, Versioned};
use tokio::time::Instant;

use super::check::Checks;
use super::dice::Dice;
use super::disk::Disk;
use super::faults::Weather;
use super::life::Life;
use super::trace::Trace;

/// A component's way to the store.
#[derive(Clone)]
pub struct SimStore {
    /// The store itself.
    pub disk: Arc<Disk>,
    /// Whose way.
    pub life: Arc<Life>,
    /// What goes wrong.
    pub weather: Arc<Weather>,
    /// When.
    pub dice: Dice,
    /// Who watches every commit.
    pub checks: Arc<Checks>,
    /// What happened.
    pub trace: Trace,
    /// A worker's: its look at a record may be old by the time it acts.
    pub looks: bool,
}

macro_rules! read {
    ($self:ident, $store:ident => $call:expr) => {{
        let handle = $self.disk.handle();
        let $store = handle.store();
        $self.read($call, &handle).await
    }};
}

#[async_trait]
impl Store for SimStore {
    async fn installation(&self, fresh: InstallationId) -> Result<InstallationId> {
        self.write("installation", move |store| {
            async move { store.installation(fresh).await }.boxed()
        })
        .await
    }

    async fn create_group(&self, group: &Group) -> Result<Revision> {
        let (group, checks, life) = (group.clone(), Arc::clone(&self.checks), Arc::clone(&self.life));
        let call = |store: Arc<dyn Store>| async move {
            let done = store.create_group(&group).await?;
            checks.created(&life, &group, done);
            Ok(done)
        };
        self.write("create_group", move |store| call(store).boxed()).await
    }

    async fn group(&self, id: GroupId) -> Result<Option<Versioned<Group>>> {
        read!(self, store => store.group(id))
    }

    async fn group_named(&self, account: &AccountName, name: &GroupName) -> Result<Option<Versioned<Group>>> {
        read!(self, store => store.group_named(account, name))
    }

    async fn groups(&self, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
        read!(self, store => store.groups(query))
    }

    async fn every_group(&self) -> Result<Vec<Versioned<Group>>> {
        read!(self, store => store.every_group())
    }

    async fn replace_group(&self, group: &Group, expected: Revision, commit: CommitId) -> Result<Revision> {
        let (group, checks, life) = (group.clone(), Arc::clone(&self.checks), Arc::clone(&self.life));
        let call = move |store: Arc<dyn Store>| async move {
            let done = store.replace_group(&group, expected, commit).await?;
            checks.committed(&life, &group, done);
            Ok(done)
        };
        self.write("replace_group", move |store| call(store).boxed())
            .await
    }

    async fn purge_group(&self, id: GroupId, expected: Revision) -> Result<()> {
        let checks = Arc::clone(&self.checks);
        let call = move |store: Arc<dyn Store>| async move {
            store.purge_group(id, expected).await?;
            checks.purged(id);
            Ok(())
        };
        self.write("purge_group", move |store| call(store).boxed()).await
    }

    async fn create_document(&self, document: &Document) -> Result<Revision> {
        let (document, checks) = (document.clone(), Arc::clone(&self.checks));
        let call = move |store: Arc<dyn Store>| async move {
            let done = store.create_document(&document).await?;
            checks.documented(document);
            Ok(done)
        };
        self.write("create_document", move |store| call(store).boxed())
            .await
    }

    async fn document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Option<Versioned<Document>>> {
        read!(self, store => store.document(kind, account, name))
    }

    async fn documents(&self, kind: Kind, account: Option<&AccountName>) -> Result<Vec<Versioned<Document>>> {
        read!(self, store => store.documents(kind, account))
    }

    async fn replace_document(&self, document: &Document, expected: Revision) -> Result<Revision> {
        let (document, checks) = (document.clone(), Arc::clone(&self.checks));
        let call = move |store: Arc<dyn Store>| async move {
            let done = store.replace_document(&document, expected).await?;
            checks.documented(document);
            Ok(done)
        };
        self.write("replace_document", move |store| call(store).boxed())
            .await
    }

    async fn delete_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        expected: Revision,
    ) -> Result<()> {
        let (account, name) = (account.clone(), name.to_owned());
        let call = move |store: Arc<dyn Store>| async move {
            store.delete_document(kind, &account, &name, expected).await
        };
        self.write("delete_document", move |store| call(store).boxed())
            .await
    }

    async fn put_activities(&self, activities: &[Activity]) -> Result<()> {
        let activities = activities.to_vec();
        let call = move |store: Arc<dyn Store>| async move { store.put_activities(&activities).await };
        self.write("put_activities", move |store| call(store).boxed())
            .await
    }

    async fn activities(&self, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
        read!(self, store => store.activities(group, skip, limit))
    }

    async fn forget_activities(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_activities", move |store| {
            async move { store.forget_activities(before).await }.boxed()
        })
        .await
    }

    async fn put_decisions(&self, decisions: &[Decision]) -> Result<()> {
        let decisions = decisions.to_vec();
        let call = move |store: Arc<dyn Store>| async move { store.put_decisions(&decisions).await };
        self.write("put_decisions", move |store| call(store).boxed())
            .await
    }

    async fn decisions(&self, group: GroupId, limit: usize) -> Result<Vec<Decision>> {
        read!(self, store => store.decisions(group, limit))
    }

    async fn forget_decisions(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_decisions", move |store| {
            async move { store.forget_decisions(before).await }.boxed()
        })
        .await
    }

    async fn put_rollups(&self, rollups: &[Rollup]) -> Result<()> {
        let rollups = rollups.to_vec();
        let call = move |store: Arc<dyn Store>| async move { store.put_rollups(&rollups).await };
        self.write("put_rollups", move |store| call(store).boxed()).await
    }

    async fn rollups(&self, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
        read!(self, store => store.rollups(group, from, to))
    }

    async fn forget_rollups(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_rollups", move |store| {
            async move { store.forget_rollups(before).await }.boxed()
        })
        .await
    }

    async fn put_host(&self, host: &Host) -> Result<()> {
        let (host, checks, issued) = (host.clone(), Arc::clone(&self.checks), Instant::now());
        let call = move |store: Arc<dyn Store>| async move {
            // One that arrives after its host was forgotten makes it known again, until operators remove it once more:
            // nobody can tell it from a host that registers.
            if checks.forgotten_since(&host.name, issued) {
                return Ok(());
            }
            store.put_host(&host).await?;
            checks.registered(&host);
            Ok(())
        };
        self.write("put_host", move |store| call(store).boxed()).await
    }

    async fn set_host_state(&self, name: &HostName, state: HostState) -> Result<Option<HostState>> {
        let (name, checks) = (name.clone(), Arc::clone(&self.checks));
        let call = move |store: Arc<dyn Store>| async move {
            let set = store.set_host_state(&name, state).await?;
            checks.ordered(&name, set);
            Ok(set)
        };
        self.write("set_host_state", move |store| call(store).boxed())
            .await
    }

    async fn hosts(&self) -> Result<Vec<Host>> {
        read!(self, store => store.hosts())
    }

    async fn remove_host(&self, name: &HostName) -> Result<()> {
        let (name, checks) = (name.clone(), Arc::clone(&self.checks));
        let call = move |store: Arc<dyn Store>| async move {
            store.remove_host(&name).await?;
            checks.forgotten(&name);
            Ok(())
        };
        self.write("remove_host", move |store| call(store).boxed()).await
    }

    async fn put_token(&self, token: &Token) -> Result<()> {
        let token = token.clone();
        let call = move |store: Arc<dyn Store>| async move { store.put_token(&token).await };
        self.write("put_token", move |store| call(store).boxed()).await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        read!(self, store => store.token(hash))
    }

    async fn forget_tokens(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_tokens", move |store| {
            async move { store.forget_tokens(before).await }.boxed()
        })
        .await
    }

    async fn lease(&self) -> Result<Option<Lease>> {
        read!(self, store => store.lease())
    }

    async fn replace_lease(&self, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
        let (lease, expected, life) = (lease.clone(), expected.cloned(), Arc::clone(&self.life));
        let call = move |store: Arc<dyn Store>| async move {
            store.replace_lease(&lease, expected.as_ref()).await?;
            life.leads(lease.epoch);
            Ok(())
        };
        self.write("replace_lease", move |store| call(store).boxed())
            .await
    }

    async fn ping(&self) -> Result<()> {
        read!(self, store => store.ping())
    }
}
