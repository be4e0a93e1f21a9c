//! Activities leave the aggregates' outboxes for the history, behind the decisions and idempotently.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{Activity, Group, GroupId};
use store::Store;
use tokio::task::JoinSet;

/// Copies outboxes, one copy per group at a time.
#[derive(Default)]
pub(crate) struct History {
    copying: JoinSet<(GroupId, Result<Vec<Activity>, GroupId>)>,
    busy: BTreeSet<GroupId>,
    copied: BTreeMap<GroupId, Vec<Activity>>,
}

impl History {
    /// Begins to copy what a group's outbox holds and was not copied yet.
    pub(crate) fn copy(&mut self, store: &Arc<dyn Store>, group: &Group) {
        let done = self.copied.get(&group.id);
        let is_new = |activity: &&Activity| done.is_none_or(|done| !done.contains(activity));
        let fresh: Vec<Activity> = group.outbox.iter().filter(is_new).cloned().collect();
        if fresh.is_empty() || !self.busy.insert(group.id) {
            return;
        }
        let (store, id) = (Arc::clone(store), group.id);
        self.copying.spawn(async move {
            match store.put_activities(&fresh).await {
                Ok(()) => (id, Ok(fresh)),
                Err(error) => {
                    tracing::warn!(group = %id, %error, "history was not written; it is tried again");
                    (id, Err(id))
                }
            }
        });
    }

    /// The next group whose copy ended, well or not; for ever pending when none is under way.
    pub(crate) async fn ended(&mut self) -> GroupId {
        loop {
            match self.copying.join_next().await {
                Some(Ok((group, copied))) => {
                    self.busy.remove(&group);
                    if let Ok(activities) = copied {
                        self.copied.entry(group).or_default().extend(activities);
                    }
                    return group;
                }
                Some(Err(error)) => tracing::error!(%error, "a copy of history ended by a defect"),
                None => return std::future::pending().await,
            }
        }
    }

    /// Takes out of `group` what is in the history already; whether anything was.
    pub(crate) fn clear(&self, group: &mut Group) -> bool {
        let Some(done) = self.copied.get(&group.id) else { return false };
        let before = group.outbox.len();
        group.outbox.retain(|activity| !done.contains(activity));
        group.outbox.len() < before
    }

    /// Forgets what a stored group does not hold any more.
    pub(crate) fn settle(&mut self, group: &Group) {
        if let Some(done) = self.copied.get_mut(&group.id) {
            done.retain(|activity| group.outbox.contains(activity));
            if done.is_empty() {
                self.copied.remove(&group.id);
            }
        }
    }

    /// Forgets a group that is gone.
    pub(crate) fn forget(&mut self, group: GroupId) {
        self.copied.remove(&group);
    }
}
