//! The schedules of all groups, as they were read last: what they ask of a group goes into its proposal ahead of what
//! policies decide and of the plan.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::schedule::Rule;
use domain::{AccountName, Body, Desire, Group, GroupId, GroupName, Kind, Schedule, Scheduled, Timestamp};
use planner::schedule::{self, HORIZON, Hours, ScheduleError, Timetable};
use store::Store;
use tokio::time::Instant;

use super::TICK;
use crate::manager::Manager;

/// Schedules whose group is not known are looked at this often.
const UNKNOWN: Duration = Duration::from_secs(10);
/// Never; no schedule is looked at so late.
const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);

#[derive(Default)]
pub(super) struct Schedules {
    /// By account and group, each group's by name.
    all: BTreeMap<(AccountName, GroupName), Vec<Kept>>,
    /// They were read.
    known: bool,
}

/// A schedule.
struct Kept {
    schedule: Schedule,
    /// Or why it cannot be followed.
    table: Result<Timetable, ScheduleError>,
    /// When to look whether it asks for something.
    look: Timestamp,
}

impl Kept {
    fn read(schedule: Schedule, now: Timestamp) -> Self {
        let table = Timetable::of(&schedule);
        if let Err(error) = &table {
            tracing::warn!(schedule = %schedule.name, group = %schedule.auto_scaling_group, %error, "a schedule cannot be followed");
        }
        Self {
            schedule,
            table,
            look: now,
        }
    }

    /// Why it cannot be told whether its hours are now, if it has some.
    fn unknown_hours(&self) -> Option<String> {
        let error = self.table.as_ref().err()?;
        matches!(self.schedule.rule, Rule::Hours(_))
            .then(|| format!("schedule {}: {error}", self.schedule.name))
    }

    /// Whether it asks for something of a group now; when to look again, if it does not, is noted.
    fn asks(&mut self, group: &Group, now: Timestamp) -> bool {
        let Ok(table) = &self.table else {
            self.look = NEVER;
            return false;
        };
        let asks = !schedule::due(group, [table], now).is_empty();
        self.look = match asks {
            // It is looked at again until what it asks for is stored.
            true => now + TICK,
            false => table.next_after(now).map_or(now + HORIZON, |next| next.at),
        };
        asks
    }
}

impl Schedules {
    /// Reads all. What is unchanged is not parsed again; all are looked at.
    async fn read(&mut self, store: &dyn Store, now: Timestamp) -> store::Result<()> {
        let documents = store.documents(Kind::Schedule, None).await?;
        let mut old = std::mem::take(&mut self.all);
        self.known = true;
        // The store lists them by name.
        for read in documents {
            let Body::Schedule(schedule) = read.value.body else {
                continue;
            };
            let key = (read.value.account, schedule.auto_scaling_group.clone());
            let same = old.get_mut(&key).and_then(|known| {
                let at = known.iter().position(|kept| kept.schedule == schedule)?;
                Some(known.swap_remove(at))
            });
            let kept = same.map_or_else(|| Kept::read(schedule, now), |kept| Kept { look: now, ..kept });
            self.all.entry(key).or_default().push(kept);
        }
        Ok(())
    }

    /// When one is to be looked at next.
    fn next(&self) -> Option<Timestamp> {
        self.all.values().flatten().map(|kept| kept.look).min()
    }

    fn kept(&self, group: &Group) -> impl Iterator<Item = &Kept> {
        let found = self.all.get(&(group.account.clone(), group.name.clone()));
        found.into_iter().flatten()
    }

    fn of(&self, group: &Group) -> impl Iterator<Item = &Timetable> {
        self.kept(group).filter_map(|kept| kept.table.as_ref().ok())
    }

    /// How the time stands to a group's business hours.
    pub(super) fn hours(&self, group: &Group, now: Timestamp) -> Hours {
        if !self.known {
            return Hours::Unknown("the schedules were not read yet".to_owned());
        }
        let hours = schedule::hours(self.of(group), now);
        let mut kept = self.kept(group);
        match (&hours, kept.find_map(Kept::unknown_hours)) {
            (Hours::Open, _) | (_, None) => hours,
            (_, Some(why)) => Hours::Unknown(why),
        }
    }

    /// The groups of which one asks for something now.
    fn look<'a>(&mut self, groups: impl Iterator<Item = &'a Group>, now: Timestamp) -> Vec<GroupId> {
        let mut asked = Vec::new();
        for group in groups.filter(|group| !group.deleted) {
            let known = self.all.get_mut(&(group.account.clone(), group.name.clone()));
            let waiting = known.into_iter().flatten().filter(|kept| kept.look <= now);
            // Each of them notes when it is looked at next.
            let asking = waiting.filter_map(|kept| kept.asks(group, now).then_some(group.id));
            asked.extend(asking);
        }
        // Their groups are not known yet, or not any more.
        for kept in self.all.values_mut().flatten().filter(|kept| kept.look <= now) {
            kept.look = now + UNKNOWN;
        }
        asked
    }
}

impl super::Scaling {
    /// When a schedule is to be looked at, by a clock that goes on as it does now.
    pub(super) fn next_look(&self, now: Timestamp) -> Option<Instant> {
        self.schedules.next().map(|at| Instant::now() + at.since(now))
    }
}

impl Manager {
    /// Reads the schedules again; those that are known hold until that succeeds.
    pub(super) async fn heed_schedules(&mut self) {
        let now = self.deps.clock.now();
        if let Err(error) = self.scaling.schedules.read(&*self.deps.store, now).await {
            tracing::warn!(%error, "the schedules were not read; those that are known hold until the next scan");
        }
    }

    /// Groups of which schedules ask something now are decided about in the round that follows.
    pub(super) fn heed_clock(&mut self) {
        let now = self.deps.clock.now();
        if self.scaling.schedules.next().is_none_or(|next| now < next) {
            return;
        }
        let groups = self.cache.groups();
        let asked = self.scaling.schedules.look(groups, now);
        self.dirty.extend(asked.iter().copied());
        self.scaling.asked.extend(asked);
    }

    /// Sets on a group what its schedules ask of it.
    pub(crate) fn follow_clock(&mut self, group: &mut Group, now: Timestamp) {
        if !self.scaling.asked.remove(&group.id) {
            return;
        }
        for due in schedule::due(group, self.scaling.schedules.of(group), now) {
            let scheduled = Scheduled {
                name: due.name,
                at: due.occurrence.at,
                sizes: due.occurrence.sizes,
            };
            tracing::info!(group = %group.name, account = %group.account, schedule = %scheduled.name, at = %scheduled.at, sizes = ?scheduled.sizes, "a schedule is due");
            let desire = Desire::Scheduled(scheduled);
            if let Err(error) = group.desire(&desire, None, &*self.deps.ids, now) {
                tracing::error!(group = %group.name, %error, "a defect: what a schedule asks for is refused");
            }
        }
        // What is remembered of schedules that are gone serves nothing.
        let known: Vec<_> = self
            .scaling
            .schedules
            .of(group)
            .map(|table| &table.name)
            .collect();
        group.scheduled.retain(|name, _| known.contains(&name));
    }
}
