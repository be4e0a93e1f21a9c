//! Activities leave the aggregates' outboxes for the history, behind the decisions and idempotently.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{Activity, Group, GroupId};
use store::Store;
use tokio::task::JoinSet;

/// Copies outboxes, one copy per group at a time.
#[derive(Default)]
pub(crate) struct History {
    copying: JoinSet<(GroupId, Option<Vec<Activity>>)>,
    busy: BTreeSet<GroupId>,
    copied: BTreeMap<GroupId, Vec<Activity>>,
    telling: JoinSet<()>,
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
                Ok(()) => (id, Some(fresh)),
                Err(error) => {
                    tracing::warn!(group = %id, %error, "history was not written; it is tried again");
                    (id, None)
                }
            }
        });
    }

    /// Writes how far a launch is; if that fails, the next progress or its end tells more.
    pub(crate) fn progress(&mut self, store: &Arc<dyn Store>, activity: Activity) {
        let (store, id) = (Arc::clone(store), activity.group);
        self.telling.spawn(async move {
            if let Err(error) = store.put_activities(&[activity]).await {
                tracing::debug!(group = %id, %error, "progress was not written");
            }
        });
        while self.telling.try_join_next().is_some() {}
    }

    /// Whether something copied waits to be taken out of the group's outbox.
    pub(crate) fn is_waiting(&self, group: &Group) -> bool {
        let done = self.copied.get(&group.id);
        done.is_some_and(|done| group.outbox.iter().any(|activity| done.contains(activity)))
    }

    /// The next group whose copy ended, well or not; for ever pending when none is under way.
    pub(crate) async fn ended(&mut self) -> GroupId {
        loop {
            match self.copying.join_next().await {
                Some(Ok((group, copied))) => {
                    self.busy.remove(&group);
                    if let Some(activities) = copied {
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
        let Some(done) = self.copied.get(&group.id) else {
            return false;
        };
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
