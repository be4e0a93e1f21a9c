//! Whose samples count.

use std::time::Duration;

use domain::{Cause, Group, Instance, Phase, Timestamp};

/// The instances of a group, as decisions count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Headcount {
    /// Instances whose samples count.
    pub(crate) in_service: u32,
    /// Instances that are capacity and do not count yet.
    pub(crate) warming: u32,
    /// Instances that are capacity, or are leaving because they were too many.
    pub(crate) leaving: u32,
}

impl Headcount {
    pub(crate) fn of(group: &Group, now: Timestamp) -> Self {
        Self {
            in_service: count(members(group, now).count()),
            warming: count(warming(group, now)),
            leaving: count(leaving(group, now)),
        }
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The instances whose samples count, as EC2 has it: in service for the group's `instance_warmup`, not terminating, and
/// not on a lost host.
pub fn members(group: &Group, now: Timestamp) -> impl Iterator<Item = &Instance> {
    group.instances.iter().filter(move |i| is_member(group, i, now))
}

/// Instances that are capacity, or will be, and whose samples do not count yet.
fn warming(group: &Group, now: Timestamp) -> usize {
    let is_warming = |i: &&Instance| i.is_capacity(now) && !is_member(group, i, now);
    group.instances.iter().filter(is_warming).count()
}

/// Instances that are capacity, and those that end because they were too many and have not ended yet.
fn leaving(group: &Group, now: Timestamp) -> usize {
    let is_surplus = |i: &Instance| match &i.phase {
        Phase::Terminating { cause, .. } => *cause == Cause::ScaleIn,
        Phase::Pending { .. } | Phase::InService { .. } | Phase::Terminated { .. } => false,
    };
    let is_there = |i: &&Instance| i.is_capacity(now) || (i.occupies_slot() && is_surplus(i));
    group.instances.iter().filter(is_there).count()
}

fn is_member(group: &Group, instance: &Instance, now: Timestamp) -> bool {
    let warmup = Duration::from_secs(group.spec.scaling.warmup().into());
    match instance.phase {
        Phase::InService { since } => instance.is_serving() && !since.is_recent(warmup, now),
        Phase::Pending { .. } | Phase::Terminating { .. } | Phase::Terminated { .. } => false,
    }
}
