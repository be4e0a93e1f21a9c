//! What of schedules has to do with the time now, and with their groups.

use api::documents;
use domain::schedule::{Rule, ScheduledAction};
use domain::{AccountName, Body, GroupName, Kind, Schedule, Timestamp};
use planner::schedule::Timetable;

use super::Service;
use crate::error::{Refusal, Result};

/// A schedule as clients see it.
pub(super) fn shown(stored: &Schedule, now: Timestamp) -> documents::Schedule {
    let document = documents::Schedule::from(stored);
    // One that cannot be followed any more, as its zone is not known here, is shown without its times.
    let Ok(table) = Timetable::of(stored) else {
        return document;
    };
    let (start_time, end_time) = match &stored.rule {
        Rule::Action(action) => (action.start_time, action.end_time),
        Rule::Hours(_) => (None, None),
    };
    let text = |at: Timestamp| table.shown(at);
    documents::Schedule {
        start_time: start_time.map(text),
        end_time: end_time.map(text),
        next: table.next_after(now).map(|next| text(next.at)),
        ..document
    }
}

/// Checks that a schedule can be followed and does something still.
pub(super) fn check(schedule: &Schedule, now: Timestamp) -> Result<()> {
    let table = Timetable::of(schedule).map_err(|error| Refusal::field(error.field, error.problem))?;
    let told = |at| table.shown(at);
    let (field, given) = match &schedule.rule {
        Rule::Hours(rule) => ("hours", format!("{} to {}", rule.hours.start, rule.hours.end)),
        Rule::Action(action) => {
            bounds(action, told, now)?;
            match (&action.recurrence, action.start_time) {
                (Some(recurrence), _) => ("recurrence", format!("{recurrence:?}")),
                (None, start) => ("start_time", start.map(told).unwrap_or_default()),
            }
        }
    };
    match table.next_after(now) {
        Some(_) => Ok(()),
        None => Err(Refusal::field(
            field,
            format!("{given}: nothing would happen within five years"),
        )),
    }
}

fn bounds(action: &ScheduledAction, told: impl Fn(Timestamp) -> String, now: Timestamp) -> Result<()> {
    let (start, end) = (action.start_time, action.end_time);
    if let (Some(start), Some(end)) = (start, end)
        && end <= start
    {
        let problem = format!("{} is not after start_time {}", told(end), told(start));
        return Err(Refusal::field("end_time", problem));
    }
    if let Some(end) = end.filter(|end| *end <= now) {
        return Err(Refusal::field("end_time", format!("{} is past", told(end))));
    }
    match start.filter(|start| *start <= now && action.recurrence.is_none()) {
        Some(start) => Err(Refusal::field("start_time", format!("{} is past", told(start)))),
        None => Ok(()),
    }
}

impl Service {
    /// A policy that acts in business hours only needs some.
    pub(super) async fn check_hours(&self, account: &AccountName, group: &GroupName) -> Result<()> {
        let declares = |body: &Body| {
            matches!(body, Body::Schedule(schedule)
                if schedule.auto_scaling_group == *group && matches!(schedule.rule, Rule::Hours(_)))
        };
        match self
            .documents(Kind::Schedule, account)
            .await?
            .iter()
            .any(declares)
        {
            true => Ok(()),
            false => Err(Refusal::field(
                "business_hours_only",
                format!("true, but group {group} has no schedule with hours: add one first"),
            )),
        }
    }
}
