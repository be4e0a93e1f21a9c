//! The store on a MongoDB server, alone or a replica set: one document per group, one compare-and-set per change.
//!
//! How reads and writes are confirmed is argued in `docs/adr/0013-mongodb-one-document-per-aggregate.md`.

mod bulk;
mod calls;
mod decisions;
mod documents;
mod elections;
mod errors;
mod fields;
mod groups;
mod history;
mod options;
mod proof;
mod registry;
mod rollups;
mod schema;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    AccountName, Activity, CommitId, Decision, Document, Group, GroupId, GroupName, Host, HostName,
    HostState, InstallationId, Kind, Revision, Rollup, Timestamp,
};
use mongodb::Client;
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;

pub use self::options::{Login, MongoOptions, Tls};

use self::calls::Link;
use self::registry::{SERVICE, TOKENS};
use crate::{GroupQuery, Lease, Result, Store, StoreError, Token, Versioned};

/// The longest that a start takes, whatever the server does.
const START_WITHIN: Duration = Duration::from_secs(60);

/// A store on a server. Its calls need the tokio runtime that it was connected on; it connects again by itself.
pub struct MongoStore {
    asg: Link,
    auth: Link,
    /// The database of groups once more: for the lease, which must not wait for the commits of the leader itself.
    lease: Link,
    // The driver reads it whenever it meets another server.
    _certificate: Option<NamedTempFile>,
}

impl MongoStore {
    /// Connects, brings the databases to the newest schema, and proves that the server's compare-and-set is atomic.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server does not answer in time, lets us not in, or loses updates;
    /// [`StoreError::Corrupt`] when a newer microscaler wrote there.
    pub async fn connect(options: &MongoOptions) -> Result<Self> {
        let start = tokio::time::timeout(START_WITHIN, Self::start(options));
        start.await.unwrap_or_else(|_| {
            let reason = format!("not ready in {} s", START_WITHIN.as_secs());
            Err(StoreError::Unavailable(reason))
        })
    }

    async fn start(options: &MongoOptions) -> Result<Self> {
        let certificate = options::certificate(options.tls.as_ref())?;
        let (mut asg, auth) = links(options, certificate.as_ref()).await?;
        asg.meet().await?;
        let auth = match auth {
            Some(mut auth) => {
                auth.meet().await?;
                auth
            }
            None => asg.beside(&options.auth.database),
        };
        schema::prepare(&asg, &auth).await?;
        proof::run(options, certificate.as_ref()).await?;
        Ok(Self {
            lease: asg.apart(),
            asg,
            auth,
            _certificate: certificate,
        })
    }
}

/// The database of groups, and that of tokens when another user opens it.
async fn links(options: &MongoOptions, certificate: Option<&NamedTempFile>) -> Result<(Link, Option<Link>)> {
    let asg = link(options, &options.asg, certificate).await?;
    if options.is_one_user() {
        return Ok((asg, None));
    }
    let auth = link(options, &options.auth, certificate).await?;
    Ok((asg, Some(auth)))
}

async fn link(options: &MongoOptions, login: &Login, certificate: Option<&NamedTempFile>) -> Result<Link> {
    let client = client(options, login, certificate).await?;
    let turns = usize::try_from(options.pool_size.max(1)).unwrap_or(usize::MAX);
    let turns = Arc::new(Semaphore::new(turns.min(Semaphore::MAX_PERMITS)));
    Ok(Link::new(
        client.database(&login.database),
        turns,
        options.patience(),
    ))
}

async fn client(
    options: &MongoOptions,
    login: &Login,
    certificate: Option<&NamedTempFile>,
) -> Result<Client> {
    let settings = options.client(login, certificate).await?;
    Client::with_options(settings).map_err(|error| StoreError::Unavailable(error.kind.to_string()))
}

#[async_trait]
impl Store for MongoStore {
    async fn installation(&self, fresh: InstallationId) -> Result<InstallationId> {
        registry::installation(&self.asg, fresh).await
    }

    async fn create_group(&self, group: &Group) -> Result<Revision> {
        groups::create(&self.asg, group).await
    }

    async fn group(&self, id: GroupId) -> Result<Option<Versioned<Group>>> {
        groups::by_id(&self.asg, id).await
    }

    async fn group_named(&self, account: &AccountName, name: &GroupName) -> Result<Option<Versioned<Group>>> {
        groups::by_name(&self.asg, account, name).await
    }

    async fn groups(&self, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
        groups::list(&self.asg, query).await
    }

    async fn every_group(&self) -> Result<Vec<Versioned<Group>>> {
        groups::every(&self.asg).await
    }

    async fn replace_group(&self, group: &Group, expected: Revision, _commit: CommitId) -> Result<Revision> {
        groups::replace(&self.asg, group, expected).await
    }

    async fn purge_group(&self, id: GroupId, expected: Revision) -> Result<()> {
        groups::purge(&self.asg, id, expected).await
    }

    async fn create_document(&self, document: &Document) -> Result<Revision> {
        documents::create(&self.asg, document).await
    }

    async fn document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Option<Versioned<Document>>> {
        documents::by_key(&self.asg, kind, account, name).await
    }

    async fn documents(&self, kind: Kind, account: Option<&AccountName>) -> Result<Vec<Versioned<Document>>> {
        documents::list(&self.asg, kind, account).await
    }

    async fn replace_document(&self, document: &Document, expected: Revision) -> Result<Revision> {
        documents::replace(&self.asg, document, expected).await
    }

    async fn delete_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        expected: Revision,
    ) -> Result<()> {
        documents::delete(&self.asg, kind, account, name, expected).await
    }

    async fn put_activities(&self, activities: &[Activity]) -> Result<()> {
        history::put(&self.asg, activities).await
    }

    async fn activities(&self, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
        history::list(&self.asg, group, skip, limit).await
    }

    async fn forget_activities(&self, before: Timestamp) -> Result<u64> {
        history::forget(&self.asg, before).await
    }

    async fn put_decisions(&self, decisions: &[Decision]) -> Result<()> {
        decisions::put(&self.asg, decisions).await
    }

    async fn decisions(&self, group: GroupId, limit: usize) -> Result<Vec<Decision>> {
        decisions::list(&self.asg, group, limit).await
    }

    async fn forget_decisions(&self, before: Timestamp) -> Result<u64> {
        decisions::forget(&self.asg, before).await
    }

    async fn put_rollups(&self, rollups: &[Rollup]) -> Result<()> {
        rollups::put(&self.asg, rollups).await
    }

    async fn rollups(&self, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
        rollups::list(&self.asg, group, from, to).await
    }

    async fn forget_rollups(&self, before: Timestamp) -> Result<u64> {
        rollups::forget(&self.asg, before).await
    }

    async fn put_host(&self, host: &Host) -> Result<()> {
        registry::put_host(&self.asg, host).await
    }

    async fn set_host_state(&self, name: &HostName, state: HostState) -> Result<Option<HostState>> {
        registry::set_host_state(&self.asg, name, state).await
    }

    async fn hosts(&self) -> Result<Vec<Host>> {
        registry::hosts(&self.asg).await
    }

    async fn remove_host(&self, name: &HostName) -> Result<()> {
        registry::remove_host(&self.asg, name).await
    }

    async fn put_token(&self, token: &Token) -> Result<()> {
        registry::put_token(&self.auth, token).await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        registry::token(&self.auth, hash).await
    }

    async fn forget_tokens(&self, before: Timestamp) -> Result<u64> {
        registry::forget_tokens(&self.auth, before).await
    }

    async fn lease(&self) -> Result<Option<Lease>> {
        registry::lease(&self.lease).await
    }

    async fn replace_lease(&self, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
        registry::replace_lease(&self.lease, lease, expected).await
    }

    async fn ping(&self) -> Result<()> {
        registry::ping(&self.asg, SERVICE).await?;
        registry::ping(&self.auth, TOKENS).await
    }
}
