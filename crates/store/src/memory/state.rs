//! What the store in memory holds, and when it can be changed.

use std::collections::BTreeMap;

use domain::{
    AccountName, Activity, ActivityId, Decision, DecisionId, Document, Group, GroupId, GroupName, Host,
    HostName, InstallationId, Kind, Revision, Timestamp,
};

use crate::rollups::Minute;
use crate::{Lease, Result, StoreError, Token, Versioned};

/// What the store holds.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) installation: Option<InstallationId>,
    pub(super) groups: BTreeMap<GroupId, Versioned<Group>>,
    pub(super) names: BTreeMap<(AccountName, GroupName), GroupId>,
    pub(super) documents: BTreeMap<DocumentKey, Versioned<Document>>,
    pub(super) activities: BTreeMap<ActivityId, Activity>,
    pub(super) decisions: BTreeMap<DecisionId, Decision>,
    pub(super) rollups: BTreeMap<(GroupId, Timestamp), Minute>,
    pub(super) hosts: BTreeMap<HostName, Host>,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) lease: Option<Lease>,
}

/// What names a document.
pub(super) type DocumentKey = (Kind, AccountName, String);

pub(super) fn key_of(document: &Document) -> DocumentKey {
    let (kind, name) = (document.body.kind(), document.body.name());
    (kind, document.account.clone(), name.to_owned())
}

impl State {
    /// The group, if it can be replaced by `next`.
    pub(super) fn replaceable(&mut self, next: &Group, expected: Revision) -> Result<&mut Versioned<Group>> {
        let stored = self.groups.get_mut(&next.id).ok_or(StoreError::Conflict)?;
        let old = &stored.value;
        if old.epoch > next.epoch {
            return Err(StoreError::Fenced(old.epoch));
        }
        let stays = old.account == next.account && old.name == next.name && (next.deleted || !old.deleted);
        if stored.revision != expected || !stays {
            return Err(StoreError::Conflict);
        }
        Ok(stored)
    }

    /// The document, if it still has revision `expected`.
    pub(super) fn document(
        &mut self,
        key: DocumentKey,
        expected: Revision,
    ) -> Result<&mut Versioned<Document>> {
        let stored = self.documents.get_mut(&key);
        stored
            .filter(|stored| stored.revision == expected)
            .ok_or(StoreError::Conflict)
    }
}

/// Drops what is old; how much that was.
pub(super) fn forget<K: Ord, V>(map: &mut BTreeMap<K, V>, old: impl Fn(&V) -> bool) -> u64 {
    let before = map.len();
    map.retain(|_, value| !old(value));
    u64::try_from(before - map.len()).unwrap_or(u64::MAX)
}
