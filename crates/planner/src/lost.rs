//! Hosts that are lost: their records leave their slots, so that they can be replaced elsewhere; when a host returns
//! exactly the surplus goes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::{Cause, Group, HostName, Instance, Intent, Observation, Timestamp};

use crate::census::{Census, is_serving};
use crate::counted::counted;
use crate::{Plan, World, scale_in};

/// Takes the records on lost hosts out of their slots; the group as that leaves it.
pub(crate) fn leave_slots<'a>(world: &World<'a>, plan: &mut Plan) -> Cow<'a, Group> {
    let mut group = Cow::Borrowed(world.group);
    let mut hosts: BTreeMap<&HostName, usize> = BTreeMap::new();
    let on_lost = |i: &&Instance| i.occupies_slot() && world.ledger.is_lost(&i.host);
    for instance in world.group.instances.iter().filter(on_lost) {
        if group
            .to_mut()
            .observe(instance.id, &Observation::HostLost, world.now)
            .is_ok()
        {
            plan.intents.push(Intent::Lose {
                instance: instance.id,
            });
            *hosts.entry(&instance.host).or_default() += 1;
        }
    }
    let lost = hosts.into_iter();
    plan.reasons.extend(lost.map(|(host, count)| {
        let count = counted(
            count,
            "instance there does not count",
            "instances there do not count",
        );
        format!("host {host} is lost: {count} any more")
    }));
    group
}

/// Decides who stays of those whose host was lost and returned: a replacement that is not in service yet is cancelled
/// for each; of the rest, those go that are more than the group wants.
pub(crate) fn settle_returned<'a>(world: &World<'a>, plan: &mut Plan) -> Cow<'a, Group> {
    let before = world.group;
    let mut returned: Vec<&Instance> = before.instances.iter().filter(|i| i.has_returned()).collect();
    if returned.is_empty() {
        return Cow::Borrowed(before);
    }
    returned.sort_by_key(|instance| (instance.created, instance.id));
    let census = Census::of(world);
    let surplus = census.placed.len().saturating_sub(census.wanted);
    let coming: Vec<&Instance> = census.placed.iter().filter(|i| !is_serving(i)).copied().collect();
    let (placed, strays): (Vec<_>, Vec<_>) = returned.into_iter().partition(|i| census.is_placed(i));
    // Nobody who serves goes for one that does not yet.
    let cancelled = scale_in::last_to_come(&coming, surplus);
    let (leaving, staying) = placed.split_at((surplus - cancelled.len()).min(placed.len()));
    tell(&cancelled, leaving, plan);
    plan.terminate(
        cancelled.into_iter().chain(leaving.iter().copied()),
        &Cause::HostReturned,
    );
    let kept = staying.iter().chain(&strays);
    plan.intents.extend(kept.map(|i| Intent::Keep { instance: i.id }));
    decided(before, world.now, plan)
}

fn tell(cancelled: &[&Instance], leaving: &[&Instance], plan: &mut Plan) {
    if !cancelled.is_empty() {
        let launches = counted(cancelled.len(), "launch", "launches");
        let why = format!("cancelling {launches}: {}", Cause::HostReturned);
        plan.reasons.push(why);
    }
    if !leaving.is_empty() {
        let replaced = counted(leaving.len(), "instance that was", "instances that were");
        let why = format!("terminating {replaced} replaced: {}", Cause::HostReturned);
        plan.reasons.push(why);
    }
}

/// The group with what is decided about who returned.
fn decided<'a>(before: &'a Group, now: Timestamp, plan: &mut Plan) -> Cow<'a, Group> {
    let mut group = before.clone();
    let steps = plan.intents.iter().filter(|intent| match intent {
        Intent::Keep { .. } => true,
        Intent::Terminate { cause, .. } => *cause == Cause::HostReturned,
        Intent::Lose { .. } | Intent::WriteOff { .. } | Intent::Launch { .. } | Intent::Adopt { .. } => false,
    });
    let steps: Vec<Intent> = steps.cloned().collect();
    match group.intend(&steps, None, now) {
        Ok(()) => Cow::Owned(group),
        // No phase that counts as capacity refuses to end.
        Err(_) => Cow::Borrowed(before),
    }
}
