//! The embedded store: one SQLite file, nothing to install.
//!
//! Writes are grouped by one [`writer`], reads go to connections of their own ([`readers`]). An acknowledged write
//! is on the disk: it outlives the process and the machine's power. The file belongs to one process at a time,
//! which its owner sees to; a second one would be safe, only not foreseen.

mod decisions;
mod documents;
mod file;
mod groups;
mod history;
mod readers;
mod registry;
mod rollups;
mod sql;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    AccountName, Activity, CommitId, Decision, Document, Group, GroupId, GroupName, Host, HostName,
    HostState, InstallationId, Kind, Revision, Rollup, Timestamp,
};

use self::readers::Readers;
use self::writer::Writer;
use crate::rollups::Minute;
use crate::{GroupQuery, Lease, Result, Store, Token, Versioned};

/// A store in one file. Its calls need a tokio runtime; several may share it.
pub struct EmbeddedStore {
    // Dropped in this order: the last connection to close copies the log back, which a reader cannot.
    readers: Arc<Readers>,
    writer: Arc<Writer>,
}

impl EmbeddedStore {
    /// Opens the file, makes it (for its owner alone) where there is none, and brings it to the newest schema.
    /// Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`](crate::StoreError::Corrupt) for a file that is not ours, is damaged, or was written by a newer microscaler;
    /// [`StoreError::Unavailable`](crate::StoreError::Unavailable) when it cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        let writer = Writer::new(file::open_writer(path)?)?;
        let readers = Readers::new(path.to_owned());
        Ok(Self { readers, writer })
    }

    /// Transactions committed since it was opened: fewer than the writes when many wait at once.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn installation(&self, fresh: InstallationId) -> Result<InstallationId> {
        self.writer
            .write(move |db| registry::installation(db, fresh))
            .await
    }

    async fn create_group(&self, group: &Group) -> Result<Revision> {
        let row = groups::Row::of(group)?;
        self.writer.write(move |db| groups::create(db, &row)).await
    }

    async fn group(&self, id: GroupId) -> Result<Option<Versioned<Group>>> {
        self.readers.read(move |db| groups::by_id(db, id)).await
    }

    async fn group_named(&self, account: &AccountName, name: &GroupName) -> Result<Option<Versioned<Group>>> {
        let (account, name) = (account.clone(), name.clone());
        self.readers
            .read(move |db| groups::by_name(db, &account, &name))
            .await
    }

    async fn groups(&self, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
        let query = query.clone();
        self.readers.read(move |db| groups::list(db, &query)).await
    }

    async fn every_group(&self) -> Result<Vec<Versioned<Group>>> {
        self.readers.read(groups::every).await
    }

    async fn replace_group(&self, group: &Group, expected: Revision, _commit: CommitId) -> Result<Revision> {
        let row = groups::Row::of(group)?;
        self.writer
            .write(move |db| groups::replace(db, &row, expected))
            .await
    }

    async fn purge_group(&self, id: GroupId, expected: Revision) -> Result<()> {
        self.writer.write(move |db| groups::purge(db, id, expected)).await
    }

    async fn create_document(&self, document: &Document) -> Result<Revision> {
        let row = documents::Row::of(document)?;
        self.writer.write(move |db| documents::create(db, &row)).await
    }

    async fn document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Option<Versioned<Document>>> {
        let key = documents::Key::new(kind, account, name);
        self.readers.read(move |db| documents::by_key(db, &key)).await
    }

    async fn documents(&self, kind: Kind, account: Option<&AccountName>) -> Result<Vec<Versioned<Document>>> {
        let account = account.map(ToString::to_string);
        self.readers
            .read(move |db| documents::list(db, kind, account.as_deref()))
            .await
    }

    async fn replace_document(&self, document: &Document, expected: Revision) -> Result<Revision> {
        let row = documents::Row::of(document)?;
        self.writer
            .write(move |db| documents::replace(db, &row, expected))
            .await
    }

    async fn delete_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        expected: Revision,
    ) -> Result<()> {
        let key = documents::Key::new(kind, account, name);
        self.writer
            .write(move |db| documents::delete(db, &key, expected))
            .await
    }

    async fn put_activities(&self, activities: &[Activity]) -> Result<()> {
        let rows: Vec<_> = activities.iter().map(history::Row::of).collect::<Result<_>>()?;
        self.writer.write(move |db| history::put(db, &rows)).await
    }

    async fn activities(&self, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
        self.readers
            .read(move |db| history::list(db, group, skip, limit))
            .await
    }

    async fn forget_activities(&self, before: Timestamp) -> Result<u64> {
        self.writer.write(move |db| history::forget(db, before)).await
    }

    async fn put_decisions(&self, decisions: &[Decision]) -> Result<()> {
        let rows: Vec<_> = decisions.iter().map(decisions::Row::of).collect::<Result<_>>()?;
        self.writer.write(move |db| decisions::put(db, &rows)).await
    }

    async fn decisions(&self, group: GroupId, limit: usize) -> Result<Vec<Decision>> {
        self.readers
            .read(move |db| decisions::list(db, group, limit))
            .await
    }

    async fn forget_decisions(&self, before: Timestamp) -> Result<u64> {
        self.writer.write(move |db| decisions::forget(db, before)).await
    }

    async fn put_rollups(&self, rollups: &[Rollup]) -> Result<()> {
        let minutes: Vec<_> = rollups.iter().map(Minute::of).collect::<Result<_>>()?;
        self.writer.write(move |db| rollups::put(db, &minutes)).await
    }

    async fn rollups(&self, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
        self.readers
            .read(move |db| rollups::list(db, group, from, to))
            .await
    }

    async fn forget_rollups(&self, before: Timestamp) -> Result<u64> {
        self.writer.write(move |db| rollups::forget(db, before)).await
    }

    async fn put_host(&self, host: &Host) -> Result<()> {
        let host = host.clone();
        self.writer.write(move |db| registry::put_host(db, &host)).await
    }

    async fn set_host_state(&self, name: &HostName, state: HostState) -> Result<Option<HostState>> {
        let name = name.clone();
        self.writer
            .write(move |db| registry::set_host_state(db, &name, state))
            .await
    }

    async fn hosts(&self) -> Result<Vec<Host>> {
        self.readers.read(registry::hosts).await
    }

    async fn remove_host(&self, name: &HostName) -> Result<()> {
        let name = name.clone();
        self.writer
            .write(move |db| registry::remove_host(db, &name))
            .await
    }

    async fn put_token(&self, token: &Token) -> Result<()> {
        let token = token.clone();
        self.writer.write(move |db| registry::put_token(db, &token)).await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        let hash = hash.to_owned();
        self.readers.read(move |db| registry::token(db, &hash)).await
    }

    async fn forget_tokens(&self, before: Timestamp) -> Result<u64> {
        self.writer
            .write(move |db| registry::forget_tokens(db, before))
            .await
    }

    async fn lease(&self) -> Result<Option<Lease>> {
        self.readers.read(registry::lease).await
    }

    async fn replace_lease(&self, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
        let (lease, expected) = (lease.clone(), expected.cloned());
        self.writer
            .write(move |db| registry::replace_lease(db, &lease, expected.as_ref()))
            .await
    }

    async fn ping(&self) -> Result<()> {
        // A write a second would be a high price for a health check; but after a failure nothing else can tell.
        if self.writer.is_failing() {
            self.writer.write(registry::probe).await?;
        }
        self.readers.read(registry::ping).await
    }
}
