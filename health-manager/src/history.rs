//! Activities and decisions leave the aggregates' outboxes for the history, behind the decisions and idempotently.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{Activity, Decision, DecisionId, Group, GroupId};
use store::Store;
use tokio::task::JoinSet;

use crate::words::Words;

/// Copies outboxes, one copy per group at a time.
#[derive(Default)]
pub(crate) struct History {
    copying: JoinSet<(GroupId, Option<Copied>)>,
    busy: BTreeSet<GroupId>,
    copied: BTreeMap<GroupId, Copied>,
    telling: JoinSet<()>,
    words: Words,
}

/// What of a group's outbox is in the history.
#[derive(Clone, Default)]
struct Copied {
    activities: Vec<Activity>,
    decisions: Vec<DecisionId>,
}

impl Copied {
    fn is_empty(&self) -> bool {
        self.activities.is_empty() && self.decisions.is_empty()
    }

    fn covers(&self, activity: &Activity) -> bool {
        self.activities.contains(activity)
    }

    fn has(&self, decision: &Decision) -> bool {
        self.decisions.contains(&decision.id)
    }
}

impl History {
    /// Begins to copy what a group's outbox holds and was not copied yet.
    pub(crate) fn copy(&mut self, store: &Arc<dyn Store>, group: &Group) {
        let done = self.copied.get(&group.id).cloned().unwrap_or_default();
        let activities = group.outbox.iter().filter(|activity| !done.covers(activity));
        let decisions = group.decisions.iter().filter(|decision| !done.has(decision));
        let (activities, decisions): (Vec<_>, Vec<_>) =
            (activities.cloned().collect(), decisions.cloned().collect());
        if (activities.is_empty() && decisions.is_empty()) || !self.busy.insert(group.id) {
            return;
        }
        let (store, id) = (Arc::clone(store), group.id);
        let fresh = Copied {
            decisions: decisions.iter().map(|decision| decision.id).collect(),
            activities: activities.clone(),
        };
        let told: Vec<Activity> = activities
            .into_iter()
            .map(|activity| self.words.explain(activity))
            .collect();
        self.copying.spawn(async move {
            match write(&*store, &told, &decisions).await {
                Ok(()) => (id, Some(fresh)),
                Err(error) => {
                    tracing::warn!(group = %id, %error, "history was not written; it is tried again");
                    (id, None)
                }
            }
        });
    }

    /// Writes how far a launch or a stop is; if that fails, the next word or its end tells more.
    pub(crate) fn progress(&mut self, store: &Arc<dyn Store>, activity: Activity) {
        let heard = self.words.heard(activity);
        self.tell(store, heard);
    }

    /// Writes that a stop was given up after so many deliveries.
    pub(crate) fn not_stopped(&mut self, store: &Arc<dyn Store>, activity: Activity, deliveries: u32) {
        let heard = self.words.not_stopped(activity, deliveries);
        self.tell(store, heard);
    }

    fn tell(&mut self, store: &Arc<dyn Store>, activity: Option<Activity>) {
        let Some(activity) = activity else {
            return;
        };
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
        done.is_some_and(|done| {
            group.outbox.iter().any(|activity| done.covers(activity))
                || group.decisions.iter().any(|decision| done.has(decision))
        })
    }

    /// The next group whose copy ended, well or not; for ever pending when none is under way.
    pub(crate) async fn ended(&mut self) -> GroupId {
        loop {
            match self.copying.join_next().await {
                Some(Ok((group, copied))) => {
                    self.busy.remove(&group);
                    if let Some(copied) = copied {
                        let known = self.copied.entry(group).or_default();
                        known.activities.extend(copied.activities);
                        known.decisions.extend(copied.decisions);
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
        let waiting = |group: &Group| group.outbox.len() + group.decisions.len();
        let before = waiting(group);
        group.outbox.retain(|activity| !done.covers(activity));
        group.decisions.retain(|decision| !done.has(decision));
        waiting(group) < before
    }

    /// Forgets what a stored group does not hold any more.
    pub(crate) fn settle(&mut self, group: &Group) {
        if let Some(done) = self.copied.get_mut(&group.id) {
            done.activities.retain(|activity| group.outbox.contains(activity));
            let waits = |id: &DecisionId| group.decisions.iter().any(|decision| decision.id == *id);
            done.decisions.retain(waits);
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

async fn write(store: &dyn Store, activities: &[Activity], decisions: &[Decision]) -> store::Result<()> {
    store.put_activities(activities).await?;
    store.put_decisions(decisions).await
}
