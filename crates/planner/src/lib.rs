//! The decider: what has to change so that a group is as its users want it.
//!
//! [`plan`] is one synchronous function from what is known and the time to a plan. Same input, same plan;
//! once a plan is recorded, planning again at the same time yields nothing more. It knows no store,
//! network, clock or chance. [`orphans::decide`] is the same for containers that no record knows.

mod backoff;
mod census;
mod cooldown;
mod launch;
mod ledger;
mod lost;
pub mod orphans;
mod placement;
mod scale_in;
mod shortage;
mod zones;

use std::borrow::Cow;
use std::time::Duration;

use domain::{Cause, Group, GroupState, Instance, Intent, Observation, Phase, Template, Timestamp};

use crate::census::Census;
pub use crate::cooldown::{Direction, cooldown_over};
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
/// A stopped or deleted group ends whatever else holds: that is a user's word, not a conclusion from data
/// that may be missing. A paused group is left as it is, and so is every other group while most hosts are
/// silent: neither who died nor who may go can be told then.
#[must_use]
pub fn plan(world: &World<'_>) -> Plan {
    match world.group.state {
        GroupState::Started | GroupState::Paused if world.group.deleted => stop(world),
        GroupState::Stopped => stop(world),
        GroupState::Paused => Plan::default(),
        GroupState::Started => {
            if world.frozen {
                freeze(&Census::of(world.group, world.now))
            } else {
                keep(world)
            }
        }
    }
}

fn stop(world: &World<'_>) -> Plan {
    let mut plan = Plan::default();
    let alive = |i: &&Instance| matches!(i.phase, Phase::Pending { .. } | Phase::InService { .. });
    plan.terminate(world.group.instances.iter().filter(alive), &Cause::GroupStopped);
    if !plan.intents.is_empty() {
        let reason = format!(
            "terminating all {} instances: the group is stopped",
            plan.intents.len()
        );
        plan.reasons.push(reason);
    }
    plan
}

fn freeze(census: &Census<'_>) -> Plan {
    let mut plan = Plan::default();
    let wanted = census.wanted;
    let capacity = census.capacity();
    let held = "more than half of the hosts are silent, so nothing is replaced or terminated";
    if capacity < wanted {
        let why = format!("{held}: capacity stays at {capacity} of {wanted} instances");
        plan.held_up(why, true);
    } else if capacity > wanted || !census.stalled.is_empty() || !census.strays.is_empty() {
        plan.reasons.push(format!(
            "{held}: {} instances wait to be terminated",
            capacity.saturating_sub(wanted).max(census.strays.len()) + census.stalled.len()
        ));
    }
    // Deadlines that come while frozen change nothing; news of the hosts does.
    plan
}

fn keep(world: &World<'_>) -> Plan {
    let mut plan = Plan::default();
    // Each step decides about the group as the one before leaves it. Launches that stalled are failures like others.
    let group = lost::leave_slots(world, &mut plan);
    let group = cancel_stalled(&group, world.now, &mut plan);
    let group = lost::settle_returned(&group, world.now, &mut plan);
    let world = World {
        group: &group,
        ..*world
    };
    let census = Census::of(&group, world.now);
    scale_in::shed_surplus(&census, &mut plan);
    zones::retire_replaced(&group, &census, &mut plan);
    launch::fill(&world, &census, &mut plan);
    if let Some(deadline) = census.next_deadline() {
        plan.recheck_at(deadline);
    }
    plan
}

/// Cancels launches past their deadline; the group as that leaves it.
fn cancel_stalled<'a>(before: &'a Group, now: Timestamp, plan: &mut Plan) -> Cow<'a, Group> {
    let mut group = Cow::Borrowed(before);
    let mut stalled = Census::of(before, now).stalled;
    if stalled.is_empty() {
        return group;
    }
    stalled.sort_by_key(|instance| (instance.created, instance.id));
    let cancel = Observation::Cancel(Cause::Stalled);
    let is_cancelled = |i: &&Instance| group.to_mut().observe(i.id, &cancel, now).is_ok();
    let cancelled: Vec<_> = stalled.into_iter().filter(is_cancelled).collect();
    plan.reasons.push(format!(
        "cancelling {} launches: {}",
        cancelled.len(),
        Cause::Stalled
    ));
    plan.terminate(cancelled, &Cause::Stalled);
    group
}
