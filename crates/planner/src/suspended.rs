//! Processes that a user suspended: what they would have done is left undone, and told.

use domain::{Group, Process};

use crate::census::Census;
use crate::counted::counted;
use crate::{Plan, World, launch, scale_in, strays};

/// Brings a group to its desired capacity, by the processes that run.
pub(crate) fn fill_and_shed(world: &World<'_>, census: &Census<'_>, plan: &mut Plan) {
    let group = world.group;
    if group.is_suspended(Process::Terminate) {
        keep_all(census, plan);
    } else {
        scale_in::shed_surplus(census, plan);
        strays::retire_replaced(group, census, plan);
    }
    if group.is_suspended(Process::AzRebalance) {
        leave_elsewhere(group, census, plan);
    }
    if group.is_suspended(Process::Launch) {
        launch_none(census, plan);
    } else {
        launch::fill(world, census, plan);
    }
}

fn keep_all(census: &Census<'_>, plan: &mut Plan) {
    let surplus = census.capacity().saturating_sub(census.wanted);
    let waiting = surplus.max(census.strays.len());
    if waiting > 0 {
        let waiting = counted(waiting, "instance waits", "instances wait");
        let why = format!("Terminate is suspended: {waiting} to be terminated");
        plan.reasons.push(why);
    }
}

fn leave_elsewhere(group: &Group, census: &Census<'_>, plan: &mut Plan) {
    let elsewhere = census
        .each()
        .filter(|instance| strays::is_elsewhere(group, instance));
    let count = elsewhere.count();
    if count > 0 {
        let stay = counted(count, "instance stays", "instances stay");
        let why = format!("AZRebalance is suspended: {stay} in zones that the group does not use");
        plan.reasons.push(why);
    }
}

fn launch_none(census: &Census<'_>, plan: &mut Plan) {
    let missing = census.missing();
    if missing > 0 {
        let short = census.capacity() < census.wanted;
        let waiting = counted(missing, "instance waits", "instances wait");
        let why = format!("Launch is suspended: {waiting} to be launched");
        plan.held_up(why, short);
    }
}
