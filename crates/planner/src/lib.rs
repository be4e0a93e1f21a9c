//! The decider: what has to change so that a group is as its users want it.
//!
//! [`plan`] is one synchronous function from what is known and the time to a plan. Same input, same plan;
//! once a plan is recorded, planning again at the same time yields nothing more. It knows no store,
//! network, clock or chance. [`orphans::decide`] is the same for containers that no record knows.

mod backoff;
mod census;
mod cooldown;
mod counted;
pub mod forecast;
mod launch;
mod ledger;
mod lost;
pub mod orphans;
mod placement;
mod removed;
pub mod replay;
mod scale_in;
pub mod scaling;
pub mod schedule;
mod shortage;
mod strays;
mod suspended;

use std::borrow::Cow;
use std::time::Duration;

use domain::{Cause, Group, GroupState, Instance, Intent, Observation, Phase, Template, Timestamp};

use crate::census::Census;
pub use crate::cooldown::{Direction, cooldown_over};
use crate::counted::{counted, instances};
pub use crate::ledger::{HostView, Ledger};

/// Figures that plans depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// From the intent to in service, at most: `instance_manager.stalled`.
    pub launch_timeout: Duration,
}

/// All that a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The group, with everything observed so far.
    pub group: &'a Group,
    /// What launches would be made of, or why there can be none, for people.
    pub template: Result<&'a Template, &'a str>,
    /// The hosts, charged with the records of every group, this one included.
    pub ledger: &'a Ledger,
    /// More than half of the hosts are silent, so that the fault is probably ours.
    pub frozen: bool,
    /// Figures.
    pub settings: &'a Settings,
    /// Now.
    pub now: Timestamp,
}

impl<'a> World<'a> {
    /// The same for the group as a step leaves it.
    fn over<'b>(&self, group: &'b Group) -> World<'b>
    where
        'a: 'b,
    {
        World { group, ..*self }
    }
}

/// What to record, why, and when to decide again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Steps in the order in which they are to be recorded, launches last.
    pub intents: Vec<Intent>,
    /// One sentence each, for people: why these steps, and why not others.
    pub reasons: Vec<String>,
    /// What keeps the group below its desired capacity, unless waiting a moment cures it. The same words as
    /// long as the same thing holds it up, so that a history can tell it once.
    pub shortfall: Option<String>,
    /// When time alone changes the decision; `None` when only news can.
    pub recheck: Option<Timestamp>,
}

impl Plan {
    fn terminate<'a>(&mut self, doomed: impl IntoIterator<Item = &'a Instance>, cause: &Cause) {
        self.intents
            .extend(doomed.into_iter().map(|instance| Intent::Terminate {
                instance: instance.id,
                cause: cause.clone(),
            }));
    }

    fn recheck_at(&mut self, at: Timestamp) {
        self.recheck = Some(self.recheck.map_or(at, |earlier| earlier.min(at)));
    }

    /// Notes what stands in the way; it is a shortfall while the group is `short`.
    fn held_up(&mut self, why: String, short: bool) {
        self.shortfall = short.then(|| why.clone());
        self.reasons.push(why);
    }
}

/// Decides what to record so that the group becomes what its users want.
///
/// A stopped or deleted group ends whatever else holds, and so does what is on a removed host: that is a
/// user's or an operator's word, not a conclusion from data that may be missing. A paused group is left as it
/// is, and so is every other group while most hosts are silent: neither who died nor who may go can be told
/// then.
#[must_use]
pub fn plan(world: &World<'_>) -> Plan {
    let mut plan = Plan::default();
    let group = removed::end(world, &mut plan);
    let world = world.over(&group);
    match group.state {
        GroupState::Started | GroupState::Paused if group.deleted => stop(&world, &mut plan),
        GroupState::Stopped => stop(&world, &mut plan),
        GroupState::Paused => {}
        GroupState::Started if world.frozen => freeze(&Census::of(&world), &mut plan),
        GroupState::Started => keep(&world, &mut plan),
    }
    plan
}

fn stop(world: &World<'_>, plan: &mut Plan) {
    let alive = |i: &&Instance| matches!(i.phase, Phase::Pending { .. } | Phase::InService { .. });
    let doomed: Vec<&Instance> = world.group.instances.iter().filter(alive).collect();
    if !doomed.is_empty() {
        let reason = format!(
            "terminating all {}: the group is stopped",
            instances(doomed.len())
        );
        plan.reasons.push(reason);
    }
    plan.terminate(doomed, &Cause::GroupStopped);
}

fn freeze(census: &Census<'_>, plan: &mut Plan) {
    let wanted = census.wanted;
    let capacity = census.capacity();
    let held = "more than half of the hosts are silent, so nothing is replaced or terminated";
    if capacity < wanted {
        let why = format!("{held}: capacity stays at {capacity} of {}", instances(wanted));
        plan.held_up(why, true);
    } else if capacity > wanted || !census.stalled.is_empty() || !census.strays.is_empty() {
        let waiting = capacity.saturating_sub(wanted).max(census.strays.len()) + census.stalled.len();
        let waiting = counted(waiting, "instance waits", "instances wait");
        plan.reasons.push(format!("{held}: {waiting} to be terminated"));
    }
    // Deadlines that come while frozen change nothing; news of the hosts does.
}

fn keep(world: &World<'_>, plan: &mut Plan) {
    // Each step decides about the group as the one before leaves it. Launches that stalled are failures like others.
    let group = lost::leave_slots(world, plan);
    let group = cancel_stalled(&world.over(&group), plan);
    let group = lost::settle_returned(&world.over(&group), plan);
    let world = world.over(&group);
    let census = Census::of(&world);
    suspended::fill_and_shed(&world, &census, plan);
    if let Some(deadline) = census.next_deadline() {
        plan.recheck_at(deadline);
    }
}

/// Cancels launches past their deadline; the group as that leaves it.
fn cancel_stalled<'a>(world: &World<'a>, plan: &mut Plan) -> Cow<'a, Group> {
    let (mut group, now) = (Cow::Borrowed(world.group), world.now);
    let mut stalled = Census::of(world).stalled;
    if stalled.is_empty() {
        return group;
    }
    stalled.sort_by_key(|instance| (instance.created, instance.id));
    let cancel = Observation::Cancel(Cause::Stalled);
    let is_cancelled = |i: &&Instance| group.to_mut().observe(i.id, &cancel, now).is_ok();
    let cancelled: Vec<_> = stalled.into_iter().filter(is_cancelled).collect();
    let launches = counted(cancelled.len(), "launch", "launches");
    plan.reasons
        .push(format!("cancelling {launches}: {}", Cause::Stalled));
    plan.terminate(cancelled, &Cause::Stalled);
    group
}
