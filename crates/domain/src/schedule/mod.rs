//! Schedules: what the clock sets on a group, at certain times or at the edges of its business hours.

mod hours;
mod sizes;

use serde::{Deserialize, Serialize};

use crate::{GroupName, ScheduleName, Timestamp};

pub use hours::{BusinessHours, Day, Hours, TimeOfDay, UnknownDay, UnknownTime};
pub use sizes::Sizes;

/// The zone of a schedule that names none.
pub const UTC: &str = "UTC";

fn utc() -> String {
    UTC.to_owned()
}

/// What the clock does to a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Unique in its account.
    pub name: ScheduleName,
    /// The group it moves.
    pub auto_scaling_group: GroupName,
    /// The IANA zone whose wall clocks it goes by, for example `Europe/Berlin`.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// When it was made, or changed last. What would have happened before that does not.
    pub changed: Timestamp,
    /// When it sets what.
    #[serde(flatten)]
    pub rule: Rule,
}

/// When a schedule sets what. The kinds are told apart by `hours`, which only business hours have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rule {
    /// Business hours.
    Hours(BusinessHours),
    /// A scheduled action.
    Action(ScheduledAction),
}

/// EC2's scheduled action: sets sizes once, or again and again. They stay until something else changes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// Five fields of cron; none: once, at the start time.
    #[serde(default)]
    pub recurrence: Option<String>,
    /// When it happens; of a recurrence: before this nothing does.
    #[serde(default)]
    pub start_time: Option<Timestamp>,
    /// Of a recurrence: after this nothing happens.
    #[serde(default)]
    pub end_time: Option<Timestamp>,
    /// What it sets.
    #[serde(flatten)]
    pub sizes: Sizes,
}

#[cfg(test)]
mod tests;
