//! The full scan: every group is read again, as a backstop of nudges and events.

use std::collections::BTreeSet;

use domain::{Group, GroupId};
use futures_util::future::BoxFuture;
use store::Versioned;

use super::Manager;
use crate::Deps;

pub(super) type Scan = BoxFuture<'static, store::Result<Vec<Versioned<Group>>>>;

pub(super) async fn scan(deps: Deps) -> store::Result<Vec<Versioned<Group>>> {
    deps.store.every_group().await
}

pub(super) async fn finished(scan: &mut Option<Scan>) -> store::Result<Vec<Versioned<Group>>> {
    match scan {
        Some(running) => {
            let result = running.await;
            *scan = None;
            result
        }
        None => std::future::pending().await,
    }
}

impl Manager {
    pub(super) fn scanned(&mut self, groups: Vec<Versioned<Group>>) {
        let listed: BTreeSet<GroupId> = groups.iter().map(|group| group.value.id).collect();
        // One that is not listed was purged, or made after the listing passed its id: reading it tells.
        let missing: Vec<_> = self
            .cache
            .ids()
            .into_iter()
            .filter(|id| !listed.contains(id))
            .collect();
        self.raising.listed(&groups, self.epoch);
        self.stale.extend(missing.iter().copied());
        self.dirty.extend(missing);
        for group in groups {
            self.cache.keep(group);
        }
        self.samples.sweep(&self.cache.records());
        self.dirty.extend(listed);
        self.note_fleet();
    }
}
