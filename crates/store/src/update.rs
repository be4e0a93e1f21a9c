//! How an aggregate is changed: read, decide, compare-and-set, and again when somebody else was faster.
//! A write whose answer was lost is resolved by looking for its commit id, never by guessing.

use domain::{CommitId, Group, GroupId, Ids, Revision};

use crate::{Store, StoreError, Versioned};

/// Attempts before a conflict or an unknown outcome is given to the caller; at 16 writers on one group each
/// loses 15 times at worst.
const ATTEMPTS: usize = 32;

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// There is no such group.
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

/// Changes a group: `decide` may be called several times, each time on what is stored then.
///
/// # Errors
/// [`UpdateError`]; after [`StoreError::Unknown`] the change may have happened.
pub async fn group<E>(
    store: &dyn Store,
    id: GroupId,
    ids: &dyn Ids,
    mut decide: impl FnMut(&mut Group) -> Result<Verdict, E>,
) -> Result<Versioned<Group>, UpdateError<E>> {
    let mut last = StoreError::Conflict;
    for _ in 0..ATTEMPTS {
        let stored = store.group(id).await.map_err(UpdateError::Store)?.ok_or(UpdateError::NotFound)?;
        let mut next = stored.value.clone();
        if let Verdict::Leave = decide(&mut next).map_err(UpdateError::Refused)? {
            return Ok(stored);
        }
        match commit(store, &mut next, stored.revision, CommitId(ids.fresh())).await {
            Ok(revision) => return Ok(Versioned { revision, value: next }),
            Err(StoreError::Conflict) => last = StoreError::Conflict,
            Err(other) => return Err(UpdateError::Store(other)),
        }
    }
    Err(UpdateError::Store(last))
}

/// One compare-and-set; an unknown outcome is resolved by reading.
///
/// # Errors
/// [`StoreError::Conflict`] when it surely did not happen and must be decided again; [`StoreError::Unknown`] only when
/// the store cannot be read either.
pub async fn commit(
    store: &dyn Store,
    group: &mut Group,
    expected: Revision,
    commit: CommitId,
) -> Result<Revision, StoreError> {
    group.remember(commit);
    match store.replace_group(group, expected, commit).await {
        Err(StoreError::Unknown(reason)) => resolve(store, group.id, expected, commit, reason).await,
        other => other,
    }
}

async fn resolve(
    store: &dyn Store,
    id: GroupId,
    expected: Revision,
    commit: CommitId,
    reason: String,
) -> Result<Revision, StoreError> {
    match store.group(id).await {
        // The group is now at a later revision than ours when others wrote on top: the caller's cached copy is
        // stale then, and its next compare-and-set finds out.
        Ok(Some(now)) if now.value.commits.contains(&commit) => Ok(expected.next()),
        // Still at the revision we started from: the write may yet arrive, and then loses against the retry,
        // or the retry loses against it and finds its id.
        Ok(_) => Err(StoreError::Conflict),
        Err(_) => Err(StoreError::Unknown(reason)),
    }
}
