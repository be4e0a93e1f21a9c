//! The leader follows the load: what was sampled goes to the planner, which weighs the policies; what it decides becomes
//! desired capacity in the same commit as the plan that follows from it.

mod forecasts;
mod jump;
mod look;
mod policies;
mod record;
mod schedules;
mod sources;
mod told;
mod weigh;

#[cfg(test)]
mod take_over;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{Decision, Group, GroupId, GroupState, Timestamp};
use planner::scaling::{Decided, Memory, Scene, decide};
use planner::schedule::Hours;
use telemetry::Metrics;
use tokio::time::Instant;

use self::forecasts::Forecasts;
use self::jump::Watch;
use self::look::Sampled;
use self::policies::Policies;
use self::record::Recorder;
use self::schedules::Schedules;
use self::sources::Sources;
use crate::Settings;
use crate::samples::Samples;

/// Between two looks at groups of whose load nothing is heard: that it is missing shows, and cooldowns end.
const TICK: Duration = Duration::from_secs(1);

/// What the leader keeps for policies. A successor rebuilds it.
pub(crate) struct Scaling {
    policies: Policies,
    schedules: Schedules,
    pub(crate) sources: Sources,
    forecasts: Forecasts,
    states: BTreeMap<GroupId, State>,
    recorder: Recorder,
    /// Groups of whose load something was heard.
    heard: BTreeSet<GroupId>,
    /// Groups that shall move.
    moving: BTreeSet<GroupId>,
    /// Groups of which schedules ask something.
    asked: BTreeSet<GroupId>,
    tick: Instant,
    watch: Watch,
}

/// A group's.
struct State {
    memory: Memory,
    /// Desired capacity as it was seen last.
    desired: u32,
    /// The last decision that changed nothing, unless the history has it.
    idle: Option<Decision>,
    /// When the history was told last of one.
    told: Option<Instant>,
}

impl Scaling {
    pub(crate) fn new(settings: &Settings, metrics: Metrics) -> Self {
        Self {
            policies: Policies::default(),
            schedules: Schedules::default(),
            sources: Sources::new(&settings.metric_sources, metrics),
            forecasts: Forecasts::default(),
            states: BTreeMap::new(),
            recorder: Recorder::default(),
            heard: BTreeSet::new(),
            moving: BTreeSet::new(),
            asked: BTreeSet::new(),
            tick: Instant::now(),
            watch: Watch::default(),
        }
    }

    /// Something was heard of the load of these.
    pub(crate) fn heard(&mut self, groups: impl IntoIterator<Item = GroupId>) {
        self.heard.extend(groups);
    }

    /// When to weigh next without being told anything; none without policies and schedules.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Instant> {
        let tick = (!self.policies.is_empty()).then_some(self.tick);
        [tick, self.next_look(now)].into_iter().flatten().min()
    }

    /// What the policies decide about a group as it is; none where there are none, or it is not started.
    fn decide(&mut self, group: &Group, samples: &Samples, frozen: bool, now: Timestamp) -> Option<Decided> {
        let policies = self.policies.of(group)?;
        if group.state != GroupState::Started || group.deleted {
            return None;
        }
        let desired = group.spec.desired_capacity;
        let state = self.states.entry(group.id).or_insert_with(|| State {
            memory: Memory::begin(desired, now),
            desired,
            idle: None,
            told: None,
        });
        if std::mem::replace(&mut state.desired, desired) != desired {
            state.memory.wish(desired, now);
        }
        let policies: Vec<_> = policies.iter().collect();
        let hours = match policies.iter().any(|policy| policy.business_hours_only) {
            true => self.schedules.hours(group, now),
            false => Hours::Open,
        };
        let group = &*self.watch.by_this_clock(group, now);
        Some(decide(&Scene {
            group,
            policies: &policies,
            look: &Sampled::of(group, samples, (&self.sources, &self.forecasts), now),
            memory: &state.memory,
            frozen,
            hours,
            now,
        }))
    }

    /// Notes a decision that moved a group, once that is stored.
    pub(crate) fn moved(&mut self, group: GroupId, decided: &Decided) {
        if let Some(state) = self.states.get_mut(&group) {
            state
                .memory
                .note(decided.wished, decided.keep, decided.decision.at);
            state.idle = None;
        }
    }

    fn rest(&mut self, decided: Decided) {
        if let Some(state) = self.states.get_mut(&decided.decision.group) {
            let at = decided.decision.at;
            state.memory.note(decided.wished, decided.keep, at);
            state.idle = Some(decided.decision);
        }
    }

    /// Drops what it keeps of groups that are gone.
    pub(crate) fn forget(&mut self, group: GroupId) {
        self.states.remove(&group);
        self.asked.remove(&group);
    }
}
