//! The group: desired state and instance records, one aggregate that is changed as a whole.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    AccountName, Activity, BalancerName, CommitId, ConfigName, Decision, Epoch, Generation, GroupId,
    GroupName, HostName, Instance, InstanceId, Pace, Process, Scaling, ScheduleName, Timestamp, ZoneName,
};

/// The largest max_size. An aggregate is one document; at under 2 kB a record this keeps it below 4 MB,
/// and below 12 MB where each record carries 4 kB of metadata: MongoDB's limit is 16 MB.
pub const MAX_GROUP_SIZE: u32 = 2_000;

/// Commits that an aggregate remembers, to resolve writes whose answer was lost.
pub const REMEMBERED_COMMITS: usize = 64;

/// What users ask of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSpec {
    /// Zones to spread over; never empty, no repeats.
    pub availability_zones: Vec<ZoneName>,
    /// What new instances are made of.
    pub launch_configuration: ConfigName,
    /// Lower bound.
    pub min_size: u32,
    /// Upper bound, also of containers alive.
    pub max_size: u32,
    /// Instances wanted.
    pub desired_capacity: u32,
    /// Seconds in which policies may not add after a change in capacity.
    pub scale_out_cooldown: u32,
    /// Seconds in which policies may not remove after a change in capacity.
    pub scale_in_cooldown: u32,
    /// DNS domain of the instances.
    pub domain: String,
    /// Load balancer in front, if any.
    pub load_balancer: Option<BalancerName>,
    /// The user said that there is none.
    pub no_lb: bool,
    /// Bounds of what policies do.
    #[serde(default)]
    pub scaling: Scaling,
}

/// Whether a group runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// No instances are wanted.
    Stopped,
    /// `desired_capacity` instances are wanted.
    Started,
    /// Instances are left as they are: nothing is launched, replaced or terminated.
    Paused,
}

impl GroupState {
    /// As documents and messages say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Started => "started",
            Self::Paused => "paused",
        }
    }
}

/// The record of failing launches, from which the planner derives the backoff.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchHealth {
    /// Failed rounds in a row; launches of one round that fail together count once.
    pub rounds: u32,
    /// Hosts on which launches failed since the last reset.
    pub hosts: BTreeSet<HostName>,
    /// When the last launch failed.
    pub last_failure: Option<Timestamp>,
    /// Generation of the launch configuration that failed; a newer one resets all this.
    pub template: Generation,
    /// The last failure's reason.
    pub reason: String,
}

/// Uptime of a launch after the last failure that ends a backoff (invariant I8).
pub const BACKOFF_RESET: Duration = Duration::from_secs(600);

/// A container that exits within this time of coming into service is a failed launch.
pub const EARLY_EXIT: Duration = Duration::from_secs(10);

impl LaunchHealth {
    /// Notes that the launch of `failed` failed.
    pub fn fail(&mut self, failed: &Instance, reason: &str, now: Timestamp) {
        if failed.template.generation > self.template {
            *self = Self {
                template: failed.template.generation,
                ..Self::default()
            };
        }
        // A launch that began before the last failure belongs to that failure's round.
        if self.last_failure.is_none_or(|last| failed.created >= last) {
            self.rounds = self.rounds.saturating_add(1);
        }
        self.hosts.insert(failed.host.clone());
        self.last_failure = Some(now);
        reason.clone_into(&mut self.reason);
    }
}

/// A group and its records, read and changed together by one compare-and-set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its identity.
    pub id: GroupId,
    /// Whose it is.
    pub account: AccountName,
    /// Unique in its account among groups that are not deleted.
    pub name: GroupName,
    /// What users ask.
    pub spec: GroupSpec,
    /// Whether it runs.
    pub state: GroupState,
    /// Hidden and ending: stays until its records and outbox are gone.
    pub deleted: bool,
    /// Counts changes of desired state.
    pub generation: Generation,
    /// The leadership that last changed it.
    pub epoch: Epoch,
    /// When desired capacity last went up.
    pub last_scale_out: Option<Timestamp>,
    /// When desired capacity last went down.
    pub last_scale_in: Option<Timestamp>,
    /// What policies changed, as far as the rates of [`Scaling`] look back.
    #[serde(default)]
    pub pace: Pace,
    /// Its instances.
    pub instances: Vec<Instance>,
    /// Failing launches.
    pub launches: LaunchHealth,
    /// Activities not yet copied to the history.
    pub outbox: Vec<Activity>,
    /// What users suspended.
    #[serde(default)]
    pub suspended: BTreeSet<Process>,
    /// Decisions not yet copied to the history.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// The last occurrence of each schedule that ran.
    #[serde(default)]
    pub scheduled: BTreeMap<ScheduleName, Timestamp>,
    /// When schedules were last resumed; what they would have done before is not made up for.
    #[serde(default)]
    pub schedules_resumed: Option<Timestamp>,
    /// Until then neither schedules nor policies do anything.
    #[serde(default)]
    pub paused_until: Option<Timestamp>,
    /// The last commits' ids, newest last.
    pub commits: VecDeque<CommitId>,
}

impl Group {
    /// A new, stopped group.
    #[must_use]
    pub fn new(id: GroupId, account: AccountName, name: GroupName, spec: GroupSpec) -> Self {
        Self {
            id,
            account,
            name,
            spec,
            state: GroupState::Stopped,
            deleted: false,
            generation: Generation(1),
            epoch: Epoch(0),
            last_scale_out: None,
            last_scale_in: None,
            pace: Pace::default(),
            instances: Vec::new(),
            launches: LaunchHealth::default(),
            outbox: Vec::new(),
            suspended: BTreeSet::new(),
            decisions: Vec::new(),
            scheduled: BTreeMap::new(),
            schedules_resumed: None,
            paused_until: None,
            commits: VecDeque::new(),
        }
    }

    /// Notes that policies change desired capacity now.
    pub fn note_pace(&mut self, before: u32, after: u32, now: Timestamp) {
        let keep = self.spec.scaling.longest_period();
        self.pace.note(before, after, keep, now);
    }

    /// The instances wanted now: none unless started. A paused group wants what it has; see the planner.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        match self.state {
            GroupState::Started if !self.deleted => self.spec.desired_capacity,
            GroupState::Started | GroupState::Stopped | GroupState::Paused => 0,
        }
    }

    /// The record of an instance.
    #[must_use]
    pub fn instance(&self, id: InstanceId) -> Option<&Instance> {
        self.instances.iter().find(|i| i.id == id)
    }

    /// Slots taken: containers that may be alive.
    #[must_use]
    pub fn occupied(&self) -> usize {
        self.instances.iter().filter(|i| i.occupies_slot()).count()
    }

    /// Slots below max_size that a launch may take, lowest first.
    #[must_use]
    pub fn free_slots(&self) -> Vec<u32> {
        let taken: BTreeSet<u32> = self
            .instances
            .iter()
            .filter(|i| i.occupies_slot())
            .map(|i| i.slot)
            .collect();
        // Records above a lowered max_size hold no low slot but still count against the ceiling, and so does a second
        // one in a slot: a dead container that somebody started again after its slot was given away.
        let room = usize::try_from(self.spec.max_size)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.occupied());
        (0..self.spec.max_size)
            .filter(|slot| !taken.contains(slot))
            .take(room)
            .collect()
    }

    /// Whether a launch may take `slot`: as [`Group::free_slots`] would have it among its slots.
    #[must_use]
    pub fn is_free(&self, slot: u32) -> bool {
        let ceiling = usize::try_from(self.spec.max_size).unwrap_or(usize::MAX);
        let occupying = |i: &&Instance| i.occupies_slot();
        slot < self.spec.max_size
            && self.occupied() < ceiling
            && !self.instances.iter().filter(occupying).any(|i| i.slot == slot)
    }

    /// Instances in service.
    #[must_use]
    pub fn in_service(&self) -> usize {
        self.instances.iter().filter(|i| i.is_serving()).count()
    }

    /// Whether a user suspended a process.
    #[must_use]
    pub fn is_suspended(&self, process: Process) -> bool {
        self.suspended.contains(&process)
    }

    /// Whether schedules and policies do nothing yet.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| now < until)
    }

    /// Whether a deleted group has nothing left to do and may be dropped from the store.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.deleted && self.instances.is_empty() && self.outbox.is_empty() && self.decisions.is_empty()
    }

    /// Remembers a commit, forgetting the oldest beyond [`REMEMBERED_COMMITS`].
    pub fn remember(&mut self, commit: CommitId) {
        self.commits.push_back(commit);
        while self.commits.len() > REMEMBERED_COMMITS {
            self.commits.pop_front();
        }
    }
}
