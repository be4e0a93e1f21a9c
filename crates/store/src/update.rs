//! How an aggregate is changed: read, decide, compare-and-set, and again when somebody else was faster.
//! A write whose answer was lost is resolved by looking for its commit id, never by guessing.

use domain::group::REMEMBERED_COMMITS;
use domain::{AccountName, CommitId, Document, Group, GroupId, Ids, Kind, Revision};

use crate::{Store, StoreError, Versioned};

/// Attempts before a conflict or an unknown outcome is given to the caller; at 16 writers on one group each
/// loses 15 times at worst.
const ATTEMPTS: usize = 32;

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// There is no such group or document.
    #[error("not found")]
    NotFound,
    /// The decision refused it.
    #[error(transparent)]
    Refused(E),
    /// The store.
    #[error(transparent)]
    Store(StoreError),
}

/// What a decision wants.
pub enum Verdict {
    /// Write it.
    Commit,
    /// Nothing changed: leave it.
    Leave,
}

/// Changes a group: `decide` may be called several times, each time on what is stored then. What is returned is
/// what is stored, which may hold later changes of others too.
///
/// For who decides anew on any state, such as users' requests: a newer leader's epoch is taken over, not obeyed.
///
/// # Errors
/// [`UpdateError`]; after [`StoreError::Unknown`] the change may have happened.
pub async fn group<E>(
    store: &dyn Store,
    id: GroupId,
    ids: &dyn Ids,
    mut decide: impl FnMut(&mut Group) -> Result<Verdict, E>,
) -> Result<Versioned<Group>, UpdateError<E>> {
    let mut open = Open::default();
    let mut last = StoreError::Conflict;
    for _ in 0..ATTEMPTS {
        let read = store.group(id).await.map_err(|error| open.or(error));
        let stored = read.map_err(UpdateError::Store)?.ok_or(UpdateError::NotFound)?;
        if open.settle(&stored).map_err(UpdateError::Store)? {
            return Ok(stored);
        }
        let mut next = stored.value.clone();
        if let Verdict::Leave = decide(&mut next).map_err(UpdateError::Refused)? {
            return Ok(stored);
        }
        let commit = CommitId(ids.fresh());
        match attempt(store, &mut next, stored.revision, commit).await {
            Ok(Attempt::Written(written)) => return Ok(*written),
            Ok(Attempt::Lost) => last = StoreError::Conflict,
            Ok(Attempt::Open(reason)) => open.add(stored.revision, commit, reason),
            Err(StoreError::Fenced(epoch)) => last = StoreError::Fenced(epoch),
            Err(error) => return Err(UpdateError::Store(open.or(error))),
        }
    }
    Err(UpdateError::Store(open.or(last)))
}

/// One compare-and-set; an unknown outcome is resolved by reading. What is returned is what is stored, with the
/// remembered commits, and holds later changes too if others wrote on top before an unknown outcome was resolved.
///
/// # Errors
/// [`StoreError::Conflict`] when it did not happen so far and must be decided again on what is stored then;
/// [`StoreError::Unknown`] when that cannot be told.
pub async fn commit(
    store: &dyn Store,
    group: &mut Group,
    expected: Revision,
    commit: CommitId,
) -> Result<Versioned<Group>, StoreError> {
    match attempt(store, group, expected, commit).await? {
        Attempt::Written(written) => Ok(*written),
        // An open write may yet arrive. It then loses against the next attempt, which names the same revision, or
        // the next attempt loses against it and reads what it wrote.
        Attempt::Lost | Attempt::Open(_) => Err(StoreError::Conflict),
    }
}

/// Stores a new group; an unknown outcome is resolved by reading.
///
/// # Errors
/// As [`Store::create_group`]; [`StoreError::Unknown`] when it was not there when looked for but may yet arrive.
pub async fn create(store: &dyn Store, group: &Group) -> Result<Revision, StoreError> {
    match store.create_group(group).await {
        Err(StoreError::Unknown(reason)) => match store.group(group.id).await {
            Ok(Some(stored)) => Ok(stored.revision),
            Ok(None) | Err(_) => Err(StoreError::Unknown(reason)),
        },
        other => other,
    }
}

/// Stores a new document; an unknown outcome is resolved by reading: what is there is either what was wanted or somebody
/// else's.
///
/// # Errors
/// As [`Store::create_document`]; [`StoreError::Unknown`] when it was not there when looked for but may yet arrive.
pub async fn create_document(store: &dyn Store, document: &Document) -> Result<(), StoreError> {
    let reason = match store.create_document(document).await {
        Err(StoreError::Unknown(reason)) => reason,
        other => return other.map(|_| ()),
    };
    let (kind, name) = (document.body.kind(), document.body.name());
    match store.document(kind, &document.account, name).await {
        Ok(Some(stored)) if stored.value == *document => Ok(()),
        Ok(Some(_)) => Err(StoreError::Exists(name.to_owned())),
        Ok(None) | Err(_) => Err(StoreError::Unknown(reason)),
    }
}

/// Changes a document, as [`group`] does a group. Documents carry no commit ids: an unknown outcome counts as
/// done when exactly what was wanted is stored, and is decided again otherwise.
///
/// # Errors
/// [`UpdateError`]; after [`StoreError::Unknown`] the change may have happened.
pub async fn document<E>(
    store: &dyn Store,
    (kind, account, name): (Kind, &AccountName, &str),
    mut decide: impl FnMut(&mut Document) -> Result<Verdict, E>,
) -> Result<Versioned<Document>, UpdateError<E>> {
    let mut open: Option<(Document, String)> = None;
    for _ in 0..ATTEMPTS {
        let stored = match store.document(kind, account, name).await {
            Ok(read) => read.ok_or(UpdateError::NotFound)?,
            Err(error) => return Err(UpdateError::Store(doubtful(open, error))),
        };
        if open.as_ref().is_some_and(|(wanted, _)| *wanted == stored.value) {
            return Ok(stored);
        }
        let mut next = stored.value.clone();
        if let Verdict::Leave = decide(&mut next).map_err(UpdateError::Refused)? {
            return Ok(stored);
        }
        match store.replace_document(&next, stored.revision).await {
            Ok(revision) => {
                return Ok(Versioned {
                    revision,
                    value: next,
                });
            }
            Err(StoreError::Conflict) => {}
            Err(StoreError::Unknown(reason)) => open = Some((next, reason)),
            Err(error) => return Err(UpdateError::Store(doubtful(open, error))),
        }
    }
    Err(UpdateError::Store(doubtful(open, StoreError::Conflict)))
}

fn doubtful(open: Option<(Document, String)>, error: StoreError) -> StoreError {
    open.map_or(error, |(_, reason)| StoreError::Unknown(reason))
}

/// How a compare-and-set ended.
enum Attempt {
    /// It happened; this is stored now.
    Written(Box<Versioned<Group>>),
    /// It did not happen and never will.
    Lost,
    /// It did not happen so far, and its revision is still the stored one: it may yet arrive.
    Open(String),
}

async fn attempt(
    store: &dyn Store,
    group: &mut Group,
    expected: Revision,
    commit: CommitId,
) -> Result<Attempt, StoreError> {
    group.remember(commit);
    let reason = match store.replace_group(group, expected, commit).await {
        Ok(revision) => {
            let value = group.clone();
            return Ok(Attempt::Written(Box::new(Versioned { revision, value })));
        }
        Err(StoreError::Conflict) => return Ok(Attempt::Lost),
        Err(StoreError::Unknown(reason)) => reason,
        Err(error) => return Err(error),
    };
    let Ok(read) = store.group(group.id).await else {
        return Err(StoreError::Unknown(reason));
    };
    let Some(now) = read else { return Ok(Attempt::Lost) };
    match fate(&now, expected, commit) {
        Fate::Written => Ok(Attempt::Written(Box::new(now))),
        Fate::Lost => Ok(Attempt::Lost),
        Fate::Open => Ok(Attempt::Open(reason)),
        Fate::Forgotten => Err(StoreError::Unknown(reason)),
    }
}

/// What a stored group tells of a commit that named revision `expected`.
enum Fate {
    Written,
    Lost,
    Open,
    /// So many wrote since that the group may have forgotten it.
    Forgotten,
}

fn fate(now: &Versioned<Group>, expected: Revision, commit: CommitId) -> Fate {
    if now.value.commits.contains(&commit) {
        return Fate::Written;
    }
    match usize::try_from(now.revision.0.saturating_sub(expected.0)) {
        Ok(0) => Fate::Open,
        Ok(since) if since <= REMEMBERED_COMMITS => Fate::Lost,
        Ok(_) | Err(_) => Fate::Forgotten,
    }
}

/// Attempts on one revision that may yet arrive.
#[derive(Default)]
struct Open {
    revision: Revision,
    commits: Vec<CommitId>,
    reason: String,
}

impl Open {
    fn add(&mut self, revision: Revision, commit: CommitId, reason: String) {
        self.revision = revision;
        self.commits.push(commit);
        self.reason = reason;
    }

    /// Whether one of them is in what is stored now; those that cannot arrive any more are dropped.
    fn settle(&mut self, now: &Versioned<Group>) -> Result<bool, StoreError> {
        for commit in &self.commits {
            match fate(now, self.revision, *commit) {
                Fate::Written => return Ok(true),
                Fate::Lost | Fate::Open => {}
                Fate::Forgotten => return Err(StoreError::Unknown(self.reason.clone())),
            }
        }
        if now.revision != self.revision {
            self.commits.clear();
        }
        Ok(false)
    }

    /// What to answer when it ends with `error`: not that nothing happened while something may.
    fn or(&self, error: StoreError) -> StoreError {
        if self.commits.is_empty() {
            return error;
        }
        StoreError::Unknown(self.reason.clone())
    }
}
