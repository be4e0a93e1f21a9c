//! What schedules ask of a group now.

use std::time::Duration;

use domain::{Group, Process, ScheduleName, Timestamp};

use super::{Occurrence, Timetable};

/// A clock that went back by more than this was wrong before: what ran later than that is not believed, and the latest
/// occurrence runs again.
const BELIEVED: Duration = Duration::from_secs(24 * 3600);
/// The smallest step of time.
const LEAST: Duration = Duration::from_millis(1);

/// What a schedule asks of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The schedule.
    pub name: ScheduleName,
    /// When it did, and what.
    pub occurrence: Occurrence,
}

/// The time after which a schedule's occurrences count for a group: when it ran last, was changed or made, or when the
/// group's schedules were resumed. What fell into a pause or a suspension is not made up for.
#[must_use]
pub fn counts_from(group: &Group, table: &Timetable, now: Timestamp) -> Timestamp {
    let ran = group.scheduled.get(&table.name).copied();
    let ran = ran.filter(|ran| *ran <= now + BELIEVED);
    // Nothing before the pause ends, and what is due just then is done.
    let paused = group.paused_until.map(|until| until - LEAST);
    let since = [ran, group.schedules_resumed, paused].into_iter().flatten().max();
    since.map_or(table.changed, |since| since.max(table.changed))
}

/// What the schedules of a group ask of it now, of each the latest alone, in the order in which they did; those of the
/// same time by name. What was missed is done at once.
#[must_use]
pub fn due<'a>(group: &Group, tables: impl IntoIterator<Item = &'a Timetable>, now: Timestamp) -> Vec<Due> {
    if group.deleted || group.is_suspended(Process::ScheduledActions) {
        return Vec::new();
    }
    let latest = |table: &Timetable| {
        let occurrence = table.last_before(counts_from(group, table, now), now)?;
        let name = table.name.clone();
        (!occurrence.sizes.is_empty()).then_some(Due { name, occurrence })
    };
    let mut due: Vec<Due> = tables.into_iter().filter_map(latest).collect();
    due.sort_by(|a, b| (a.occurrence.at, &a.name).cmp(&(b.occurrence.at, &b.name)));
    due
}
