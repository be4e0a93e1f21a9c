//! What predictive policies expect: the histories of their groups are read in the background while this process leads, and
//! again each hour. A store that is slow or away holds up nobody: the last forecast goes on for most of a day.

mod read;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{GroupId, Policy, Timestamp};
use planner::forecast::{Forecast, Measure, Outlook, Series};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// Between two readings of a history: what is new of it is read then.
const AGAIN: Duration = Duration::from_secs(3_600);
/// The same when it could not be read, or is too young.
const SOON: Duration = Duration::from_secs(60);
/// Groups whose history was read, for the leader's loop; who reads waits when that is behind.
const WAITING: usize = 16;

/// The histories that forecasts are made of.
pub(super) struct Forecasts {
    groups: BTreeMap<GroupId, Kept>,
    /// The readings under way, one after the other.
    reading: Option<AbortOnDropHandle<()>>,
    told: mpsc::Receiver<Told>,
    tell: mpsc::Sender<Told>,
}

/// A group's.
struct Kept {
    /// What its policies look at.
    measures: BTreeSet<Measure>,
    /// Of those that were read.
    outlooks: BTreeMap<Measure, Result<Outlook, String>>,
    /// What was read; away while it is read on.
    histories: BTreeMap<Measure, Series>,
    /// When to read on.
    due: Instant,
}

/// What came of a reading.
struct Told {
    group: GroupId,
    histories: BTreeMap<Measure, Series>,
    /// None when the history could not be read.
    outlooks: Option<BTreeMap<Measure, Result<Outlook, String>>>,
}

impl Default for Forecasts {
    fn default() -> Self {
        let (tell, told) = mpsc::channel(WAITING);
        Self {
            groups: BTreeMap::new(),
            reading: None,
            told,
            tell,
        }
    }
}

impl Forecasts {
    /// The highest load of a group that a policy has to expect within `ahead` from `now` on.
    pub(super) fn look(
        &self,
        group: GroupId,
        policy: &Policy,
        now: Timestamp,
        ahead: Duration,
    ) -> Result<Forecast, String> {
        let kept = self.groups.get(&group);
        let outlook = kept.and_then(|kept| kept.outlooks.get(&Measure::of(policy)));
        let outlook = outlook.ok_or("the history was not read yet")?;
        outlook.as_ref().map_err(Clone::clone)?.ahead(now, ahead)
    }

    /// Takes in what was read.
    fn hear(&mut self) {
        while let Ok(Told {
            group,
            histories,
            outlooks,
        }) = self.told.try_recv()
        {
            let Some(kept) = self.groups.get_mut(&group) else {
                continue;
            };
            // A history that is too young is one minute older in a minute, and old enough in some.
            let is_whole = outlooks
                .as_ref()
                .is_some_and(|all| all.values().all(Result::is_ok));
            kept.due = Instant::now() + if is_whole { AGAIN } else { SOON };
            if let Some(outlooks) = outlooks {
                kept.outlooks = outlooks;
            }
            kept.histories = histories;
            kept.histories
                .retain(|measure, _| kept.measures.contains(measure));
            if kept.histories.len() < kept.measures.len() {
                // A policy was added meanwhile.
                kept.due = Instant::now();
            }
        }
    }

    /// Looks after these from now on, and no others.
    fn follow(&mut self, wanted: BTreeMap<GroupId, BTreeSet<Measure>>) {
        self.groups.retain(|group, _| wanted.contains_key(group));
        for (group, measures) in wanted {
            let kept = self.groups.entry(group).or_insert_with(|| Kept {
                measures: BTreeSet::new(),
                outlooks: BTreeMap::new(),
                histories: BTreeMap::new(),
                due: Instant::now(),
            });
            if !measures.is_subset(&kept.measures) {
                kept.due = Instant::now();
            }
            kept.measures = measures;
        }
    }
}

#[cfg(test)]
mod tests;
