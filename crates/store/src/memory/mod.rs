//! The store in memory: for simulations and tests. Every call ends at once, in the order of the calls.

mod state;

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{
    AccountName, Activity, CommitId, Decision, Document, Group, GroupId, GroupName, Host, HostName,
    HostState, InstallationId, Kind, Revision, Rollup, Timestamp,
};

use self::state::{DocumentKey, State, forget, key_of};
use crate::rollups::Minute;
use crate::{GroupQuery, Lease, Result, Store, StoreError, Token, Versioned, size};

/// Nothing of it outlives the value.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No call leaves a change half made, so what a panicking thread left is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn installation(&self, fresh: InstallationId) -> Result<InstallationId> {
        Ok(*self.state().installation.get_or_insert(fresh))
    }

    async fn create_group(&self, group: &Group) -> Result<Revision> {
        size::check_group(group)?;
        let mut state = self.state();
        let name = (group.account.clone(), group.name.clone());
        if state.names.contains_key(&name) || state.groups.contains_key(&group.id) {
            return Err(StoreError::Exists(group.name.to_string()));
        }
        if !group.deleted {
            state.names.insert(name, group.id);
        }
        let (revision, value) = (Revision(1), group.clone());
        state.groups.insert(group.id, Versioned { revision, value });
        Ok(revision)
    }

    async fn group(&self, id: GroupId) -> Result<Option<Versioned<Group>>> {
        Ok(self.state().groups.get(&id).cloned())
    }

    async fn group_named(&self, account: &AccountName, name: &GroupName) -> Result<Option<Versioned<Group>>> {
        let state = self.state();
        let id = state.names.get(&(account.clone(), name.clone()));
        Ok(id.and_then(|id| state.groups.get(id)).cloned())
    }

    async fn groups(&self, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
        use std::ops::Bound;
        let state = self.state();
        let after = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        let shown = |group: &&Versioned<Group>| {
            let value = &group.value;
            query
                .account
                .as_ref()
                .is_none_or(|account| *account == value.account)
                && (query.deleted || !value.deleted)
        };
        let page = state
            .groups
            .range((after, Bound::Unbounded))
            .map(|(_, group)| group);
        Ok(page.filter(shown).take(query.limit).cloned().collect())
    }

    async fn every_group(&self) -> Result<Vec<Versioned<Group>>> {
        Ok(self.state().groups.values().cloned().collect())
    }

    async fn replace_group(&self, group: &Group, expected: Revision, _commit: CommitId) -> Result<Revision> {
        size::check_group(group)?;
        let mut state = self.state();
        let stored = state.replaceable(group, expected)?;
        stored.revision = expected.next();
        stored.value.clone_from(group);
        let name = (group.account.clone(), group.name.clone());
        if group.deleted && state.names.get(&name) == Some(&group.id) {
            state.names.remove(&name);
        }
        Ok(expected.next())
    }

    async fn purge_group(&self, id: GroupId, expected: Revision) -> Result<()> {
        let mut state = self.state();
        match state.groups.entry(id) {
            Entry::Occupied(stored) if stored.get().revision == expected && stored.get().value.deleted => {
                stored.remove();
                Ok(())
            }
            _ => Err(StoreError::Conflict),
        }
    }

    async fn create_document(&self, document: &Document) -> Result<Revision> {
        size::check(document)?;
        match self.state().documents.entry(key_of(document)) {
            Entry::Occupied(_) => Err(StoreError::Exists(document.body.name().to_owned())),
            Entry::Vacant(free) => {
                let (revision, value) = (Revision(1), document.clone());
                free.insert(Versioned { revision, value });
                Ok(revision)
            }
        }
    }

    async fn document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Option<Versioned<Document>>> {
        let key = (kind, account.clone(), name.to_owned());
        Ok(self.state().documents.get(&key).cloned())
    }

    async fn documents(&self, kind: Kind, account: Option<&AccountName>) -> Result<Vec<Versioned<Document>>> {
        let state = self.state();
        let asked = |key: &DocumentKey| key.0 == kind && account.is_none_or(|account| *account == key.1);
        let found = state.documents.iter().filter(|(key, _)| asked(key));
        Ok(found.map(|(_, document)| document.clone()).collect())
    }

    async fn replace_document(&self, document: &Document, expected: Revision) -> Result<Revision> {
        size::check(document)?;
        let mut state = self.state();
        let stored = state.document(key_of(document), expected)?;
        stored.revision = expected.next();
        stored.value.clone_from(document);
        Ok(stored.revision)
    }

    async fn delete_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        expected: Revision,
    ) -> Result<()> {
        let mut state = self.state();
        let key = (kind, account.clone(), name.to_owned());
        let users = state.document(key.clone(), expected)?.value.used_by.len();
        if users > 0 {
            return Err(StoreError::InUse(users));
        }
        state.documents.remove(&key);
        Ok(())
    }

    async fn put_activities(&self, activities: &[Activity]) -> Result<()> {
        let mut state = self.state();
        for activity in activities {
            let stored = state
                .activities
                .entry(activity.id)
                .or_insert_with(|| activity.clone());
            if !stored.status.is_final() || activity.status.is_final() {
                stored.clone_from(activity);
            }
        }
        Ok(())
    }

    async fn activities(&self, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
        let state = self.state();
        let mut found: Vec<&Activity> = state.activities.values().filter(|a| a.group == group).collect();
        found.sort_by_key(|activity| Reverse((activity.start, activity.id)));
        Ok(found.into_iter().skip(skip).take(limit).cloned().collect())
    }

    async fn forget_activities(&self, before: Timestamp) -> Result<u64> {
        Ok(forget(&mut self.state().activities, |activity| {
            activity.start < before
        }))
    }

    async fn put_decisions(&self, decisions: &[Decision]) -> Result<()> {
        let decisions = decisions.iter().map(|decision| (decision.id, decision.clone()));
        self.state().decisions.extend(decisions);
        Ok(())
    }

    async fn decisions(&self, group: GroupId, limit: usize) -> Result<Vec<Decision>> {
        let state = self.state();
        let mut found: Vec<&Decision> = state.decisions.values().filter(|d| d.group == group).collect();
        found.sort_by_key(|decision| Reverse((decision.at, decision.id)));
        Ok(found.into_iter().take(limit).cloned().collect())
    }

    async fn forget_decisions(&self, before: Timestamp) -> Result<u64> {
        Ok(forget(&mut self.state().decisions, |decision| {
            decision.at < before
        }))
    }

    async fn put_rollups(&self, rollups: &[Rollup]) -> Result<()> {
        let minutes: Vec<_> = rollups.iter().map(Minute::of).collect::<Result<_>>()?;
        let mut state = self.state();
        for minute in minutes {
            state.rollups.insert((minute.group, minute.at), minute);
        }
        Ok(())
    }

    async fn rollups(&self, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
        let state = self.state();
        let own = state.rollups.range((group, from)..(group, to.max(from)));
        own.map(|(_, minute)| minute.rollup()).collect()
    }

    async fn forget_rollups(&self, before: Timestamp) -> Result<u64> {
        Ok(forget(&mut self.state().rollups, |minute| minute.at < before))
    }

    async fn put_host(&self, host: &Host) -> Result<()> {
        let mut state = self.state();
        let known = state
            .hosts
            .entry(host.name.clone())
            .or_insert_with(|| host.clone());
        *known = Host {
            state: known.state,
            ..host.clone()
        };
        Ok(())
    }

    async fn set_host_state(&self, name: &HostName, state: HostState) -> Result<Option<HostState>> {
        let mut stored = self.state();
        let Some(host) = stored.hosts.get_mut(name) else {
            return Ok(None);
        };
        if host.state != HostState::Removed {
            host.state = state;
        }
        Ok(Some(host.state))
    }

    async fn hosts(&self) -> Result<Vec<Host>> {
        Ok(self.state().hosts.values().cloned().collect())
    }

    async fn remove_host(&self, name: &HostName) -> Result<()> {
        self.state().hosts.remove(name);
        Ok(())
    }

    async fn put_token(&self, token: &Token) -> Result<()> {
        self.state().tokens.insert(token.hash.clone(), token.clone());
        Ok(())
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        Ok(self.state().tokens.get(hash).cloned())
    }

    async fn forget_tokens(&self, before: Timestamp) -> Result<u64> {
        Ok(forget(&mut self.state().tokens, |token| token.expires < before))
    }

    async fn lease(&self) -> Result<Option<Lease>> {
        Ok(self.state().lease.clone())
    }

    async fn replace_lease(&self, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
        let mut state = self.state();
        if state.lease.as_ref() != expected {
            return Err(StoreError::Conflict);
        }
        state.lease = Some(lease.clone());
        Ok(())
    }

    async fn ping(&self) -> Result<()> {
        Ok(())
    }
}
