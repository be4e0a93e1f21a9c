//! Policies tried on a group's past.

mod answer;
mod policies;
mod recorded;

use api::documents;
use domain::schedule::Rule;
use domain::{AccountName, Body, Group, Kind, Policy};
use planner::replay::{Recording, Replay, replay};
use planner::schedule::Timetable;
use tokio::task::spawn_blocking;

use super::Service;
use crate::error::{Refusal, Result};
use crate::validate::tables::Trial;

/// Replays at the same time: each keeps a core busy for a second or two.
pub(super) const AT_ONCE: usize = 2;

impl Service {
    /// What policies would have done with a group.
    pub(crate) async fn replay(
        &self,
        account: &AccountName,
        group: &str,
        trial: Trial,
    ) -> Result<documents::Replay> {
        let group = self.group(account, group).await?;
        let policies = self.tried(&group, &trial.policies).await?;
        let turn = self.replays.clone().try_acquire_owned();
        let turn = turn.map_err(|_| {
            Refusal::Busy(format!(
                "{AT_ONCE} replays are under way, as many as are at once: try again"
            ))
        })?;
        let recording = self.recorded(&group, &policies, &trial).await?;
        let group = beginning(group, &trial, &recording)?;
        let schedules = match policies.iter().any(|policy| policy.business_hours_only) {
            true => self.hours(&group).await?,
            false => Vec::new(),
        };
        let tried = spawn_blocking(move || {
            // Whoever asked may be gone by now; what runs counts all the same.
            let _turn = turn;
            let outcome = replay(&Replay {
                recording: &recording,
                group: &group,
                policies: &policies,
                schedules: &schedules,
                launch_delay: trial.launch_delay,
                instance_capacity: trial.instance_capacity,
            });
            outcome.map(|outcome| answer::document(&group, &policies, &recording, &outcome))
        });
        let tried = tried.await.map_err(|error| {
            tracing::error!(%error, "a replay ended early");
            Refusal::Internal("the replay ended early".to_owned())
        })?;
        tried.map_err(|error| Refusal::field("policies", error))
    }

    async fn hours(&self, group: &Group) -> Result<Vec<Timetable>> {
        let schedules = self.documents(Kind::Schedule, &group.account).await?;
        let own = schedules.into_iter().filter_map(|body| match body {
            Body::Schedule(schedule) if schedule.auto_scaling_group == group.name => Some(schedule),
            _ => None,
        });
        let hours = own.filter(|schedule| matches!(schedule.rule, Rule::Hours(_)));
        let tables = hours.map(|schedule| {
            let table = Timetable::of(&schedule);
            table.map_err(|error| Refusal::field("policies", format!("schedule {}: {error}", schedule.name)))
        });
        tables.collect()
    }
}

/// The group as it would be, with the capacity that it begins with.
fn beginning(mut group: Group, trial: &Trial, recording: &Recording) -> Result<Group> {
    let spec = group.spec.with(&trial.bounds);
    let held = recording.held.iter().flatten().next().map(|held| held.desired);
    let known = held.unwrap_or(spec.desired_capacity);
    let sizes = || format!("min_size {} and max_size {}", spec.min_size, spec.max_size);
    let start = match trial.start {
        None => known.min(spec.max_size).max(spec.min_size),
        Some(start) if (spec.min_size..=spec.max_size).contains(&start) => start,
        Some(start) => return Err(Refusal::field("start", format!("{start} is outside {}", sizes()))),
    };
    group.spec = spec;
    group.spec.desired_capacity = start;
    group.spec.check()?;
    Ok(group)
}

/// A policy in messages.
fn about(policy: &Policy, problem: impl std::fmt::Display) -> Refusal {
    Refusal::field("policies", format!("policy {}: {problem}", policy.name))
}
