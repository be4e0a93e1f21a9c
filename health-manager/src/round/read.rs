//! Before deciding: the copies that may be old are read again.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::GroupId;
use futures_util::{StreamExt, stream};

use super::AT_ONCE;
use crate::manager::Manager;

/// A group whose store call failed is decided about again after this.
const RETRY: Duration = Duration::from_secs(1);

impl Manager {
    /// Reads groups whose copy may be old, or that are new to us.
    pub(super) async fn reload(&mut self, due: &BTreeSet<GroupId>) {
        let wanted: Vec<GroupId> = due
            .iter()
            .filter(|id| self.stale.contains(id) || self.cache.get(**id).is_none())
            .copied()
            .collect();
        let store = &self.deps.store;
        let reading = wanted
            .into_iter()
            .map(|id| async move { (id, store.group(id).await) });
        let read: Vec<_> = stream::iter(reading).buffer_unordered(AT_ONCE).collect().await;
        for (id, result) in read {
            match result {
                Ok(Some(group)) => {
                    self.stale.remove(&id);
                    self.cache.keep(group);
                }
                Ok(None) => self.forget(id),
                Err(error) => {
                    tracing::warn!(group = %id, %error, "a group was not read; it is tried again");
                    self.retry(id);
                }
            }
        }
    }

    pub(super) fn retry(&mut self, id: GroupId) {
        self.stale.insert(id);
        self.rechecks.insert(id, self.deps.clock.now() + RETRY);
    }

    pub(super) fn forget(&mut self, id: GroupId) {
        self.stale.remove(&id);
        self.rechecks.remove(&id);
        self.cache.forget(id);
        self.dispatch.forget(id);
        self.history.forget(id);
        self.scaling.forget(id);
        self.reasons.remove(&id);
        self.shortfalls.remove(&id);
        self.inbox.settle(id, usize::MAX);
    }
}
