//! The store: the only truth. One trait, one conformance suite, several back ends.
//!
//! A group and its records are one aggregate, changed by one compare-and-set ([`Store::replace_group`]);
//! nothing needs a transaction over several documents, so that any server with an atomic single-document
//! replace can serve. How a change survives lost races and lost answers is written once, in [`update`].

pub mod conformance;
mod embedded;
mod error;
pub mod faulty;
mod json;
mod memory;
mod mongo;
mod rollups;
mod size;
pub mod update;

use async_trait::async_trait;
use domain::{
    AccountName, Activity, CommitId, Decision, Document, Epoch, Group, GroupId, GroupName, Host, HostName,
    HostState, InstallationId, Kind, Revision, Rollup, Timestamp,
};
use serde::{Deserialize, Serialize};

pub use embedded::EmbeddedStore;
pub use error::StoreError;
pub use memory::MemoryStore;
pub use mongo::{Login, MongoOptions, MongoStore, Tls};
pub use rollups::MAX_ROLLUP_BYTES;
pub use size::MAX_DOCUMENT_BYTES;

/// A stored value and the revision that a compare-and-set names.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// Counts the changes of the stored value.
    pub revision: Revision,
    /// The value.
    pub value: T,
}

/// Which groups a listing shows. Listings are in id order, one page after another by the last id seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupQuery {
    /// Only this account's.
    pub account: Option<AccountName>,
    /// Deleted groups that still end, too.
    pub deleted: bool,
    /// Only ids after this one.
    pub after: Option<GroupId>,
    /// At most this many.
    pub limit: usize,
}

/// A login token as it is kept: its hash, never itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// SHA-256 of the token, hex.
    pub hash: String,
    /// Whose it is.
    pub account: AccountName,
    /// Fingerprint of the API key it was made with: a key that is removed or changed ends its tokens.
    pub key_fingerprint: String,
    /// When it ends unless it is renewed.
    pub expires: Timestamp,
}

/// The leader's lease. A challenger compares `renewals` with its own monotonic clock; no wall clock is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who leads.
    pub holder: String,
    /// Raised by every take-over.
    pub epoch: Epoch,
    /// Raised by every renewal.
    pub renewals: u64,
}

/// The result of store calls.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Durable state. Reads see every write acknowledged before them. Every method is one atomic step, but for those that write
/// a list or forget what is old (`put_activities`, `put_decisions`, `put_rollups`, `forget_*`): what of those was cut off
/// may be done in part, and is whole once it is done again.
#[async_trait]
pub trait Store: Send + Sync {
    /// The installation's id, made by `fresh` the first time and kept for ever.
    async fn installation(&self, fresh: InstallationId) -> Result<InstallationId>;

    /// Stores a new group.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when a group that is not deleted has its account and name, or its id is known,
    /// [`StoreError::TooLarge`]. [`update::create`] resolves an unknown outcome.
    async fn create_group(&self, group: &Group) -> Result<Revision>;

    /// A group by id, deleted or not. Linearizable: workers judge a record's phase by it.
    async fn group(&self, id: GroupId) -> Result<Option<Versioned<Group>>>;

    /// A group that is not deleted, by name.
    async fn group_named(&self, account: &AccountName, name: &GroupName) -> Result<Option<Versioned<Group>>>;

    /// A page of groups in id order. A group that exists throughout is neither missed nor repeated.
    async fn groups(&self, query: &GroupQuery) -> Result<Vec<Versioned<Group>>>;

    /// Every group, deleted ones too, in no order: for who keeps a copy of them all. A group that exists throughout is
    /// told once; of one that comes, changes or goes meanwhile, one state or none. It takes as long as there are groups:
    /// a store on a server gives each piece the time of a call.
    ///
    /// # Errors
    /// Whatever ends it before the last group: there is no shorter answer.
    async fn every_group(&self) -> Result<Vec<Versioned<Group>>>;

    /// The compare-and-set: replaces the group if it still has revision `expected` and an epoch not above
    /// `group.epoch`. The caller has put `commit` into `group.commits`; see [`update`].
    /// Its id, account and name stay, and a deleted group stays deleted: a change of them is a conflict.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when a newer leader raised its epoch, whatever its revision;
    /// else [`StoreError::Conflict`] when the revision moved or the group is gone; [`StoreError::TooLarge`];
    /// [`StoreError::Unknown`] when it may have happened.
    async fn replace_group(&self, group: &Group, expected: Revision, commit: CommitId) -> Result<Revision>;

    /// Drops a deleted group that has nothing left, if it still has revision `expected`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the revision moved, it is gone already, or it is not deleted.
    async fn purge_group(&self, id: GroupId, expected: Revision) -> Result<()>;

    /// Stores a new document.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when its account has one of its kind and name, [`StoreError::TooLarge`].
    async fn create_document(&self, document: &Document) -> Result<Revision>;

    /// A document by kind and name.
    async fn document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Option<Versioned<Document>>>;

    /// Every document of a kind, of one account or of all, by account and name.
    async fn documents(&self, kind: Kind, account: Option<&AccountName>) -> Result<Vec<Versioned<Document>>>;

    /// Replaces a document (its account, kind and name stay) if it still has revision `expected`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the revision moved or it is gone, [`StoreError::TooLarge`].
    async fn replace_document(&self, document: &Document, expected: Revision) -> Result<Revision>;

    /// Deletes a document if it still has revision `expected` and nothing uses it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the revision moved or it is gone, else [`StoreError::InUse`] when `used_by`
    /// is not empty.
    async fn delete_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        expected: Revision,
    ) -> Result<()>;

    /// Copies activities to the history, replacing earlier states of the same; a final state stays.
    async fn put_activities(&self, activities: &[Activity]) -> Result<()>;

    /// A page of a group's history, newest start first, of one start by id from the highest: `skip` entries
    /// passed over, at most `limit` given.
    async fn activities(&self, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>>;

    /// Drops what started before `before` from every group's history; how much that was.
    async fn forget_activities(&self, before: Timestamp) -> Result<u64>;

    /// Keeps decisions, each instead of an earlier one of its id: the later in the call wins.
    async fn put_decisions(&self, decisions: &[Decision]) -> Result<()>;

    /// A group's last decisions, newest first, of one time by id from the highest: at most `limit`.
    async fn decisions(&self, group: GroupId, limit: usize) -> Result<Vec<Decision>>;

    /// Drops every group's decisions of before `before`; how many that was.
    async fn forget_decisions(&self, before: Timestamp) -> Result<u64>;

    /// Keeps minutes of groups, each instead of an earlier one of its group and minute: the later in the call wins. Of
    /// figures, those that are numbers.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] when a minute takes more than [`MAX_ROLLUP_BYTES`]; none of the call is kept then.
    async fn put_rollups(&self, rollups: &[Rollup]) -> Result<()>;

    /// A group's minutes that begin at `from` or later and before `to`, oldest first. A day has 1,440.
    async fn rollups(&self, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>>;

    /// Drops every group's minutes of before `before`. Those of the day (UTC) that this is in may stay until it is over:
    /// a store may keep a day as one. How much that was, in what the store keeps: minutes or days.
    async fn forget_rollups(&self, before: Timestamp) -> Result<u64>;

    /// Stores a host as its agent registered it. A new one takes part as `host.state` says; for one that is known the
    /// operators' word stays.
    async fn put_host(&self, host: &Host) -> Result<()>;

    /// Notes the operators' word about a host, and answers how it takes part afterwards: one that was removed stays
    /// so. `None` when it is not known.
    async fn set_host_state(&self, name: &HostName, state: HostState) -> Result<Option<HostState>>;

    /// Every known host, by name.
    async fn hosts(&self) -> Result<Vec<Host>>;

    /// Forgets a host; one that is not known is forgotten already.
    async fn remove_host(&self, name: &HostName) -> Result<()>;

    /// Stores a token or moves its end.
    async fn put_token(&self, token: &Token) -> Result<()>;

    /// A token by its hash, expired or not.
    async fn token(&self, hash: &str) -> Result<Option<Token>>;

    /// Drops tokens that ended before `before`; how many.
    async fn forget_tokens(&self, before: Timestamp) -> Result<u64>;

    /// The leader's lease, if one was ever taken.
    async fn lease(&self) -> Result<Option<Lease>>;

    /// Replaces the lease if it still is `expected`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else changed it.
    async fn replace_lease(&self, lease: &Lease, expected: Option<&Lease>) -> Result<()>;

    /// Answers when the store does: for health checks.
    async fn ping(&self) -> Result<()>;
}
