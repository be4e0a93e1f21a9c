//! Launches: as many as are missing, as far as template, backoff, slots and hosts allow.

use domain::{Intent, Template};

use crate::backoff::Backoff;
use crate::census::Census;
use crate::placement::Placement;
use crate::{Plan, World, zones};

/// Launches what the group lacks in its zones, or says why not.
pub(crate) fn fill(world: &World<'_>, census: &Census<'_>, plan: &mut Plan) {
    let missing = census.missing();
    if missing == 0 {
        return;
    }
    match world.template {
        Ok(template) => place(world, census, template, plan),
        Err(why) => plan.falls_short(format!("cannot launch {missing} missing instances: {why}")),
    }
}

fn place(world: &World<'_>, census: &Census<'_>, template: &Template, plan: &mut Plan) {
    let backoff = Backoff::of(world.group, template, world.now);
    let mut placement = Placement::new(world, census, template, &backoff);
    let slots = world.group.free_slots();
    if slots.is_empty() && placement.take().is_some() {
        zones::make_room(census, plan);
    }
    let wanted = census.missing().min(slots.len());
    let mut launched = 0;
    for slot in slots.into_iter().take(wanted) {
        let Some((zone, host)) = placement.take() else {
            break;
        };
        plan.intents.push(Intent::Launch {
            slot,
            host: host.clone(),
            zone: zone.clone(),
            reason: cause(census, launched),
        });
        launched += 1;
    }
    tell(world, census, launched, plan);
    if launched > 0 {
        plan.recheck_at(world.now + world.settings.launch_timeout);
    }
    if launched < wanted {
        hold_up(world, &backoff, &placement, plan);
    } else {
        // A zone without room whose share went elsewhere.
        plan.reasons.extend(placement.shortages(world));
    }
}

/// Why the launch after `launched` others is needed.
fn cause(census: &Census<'_>, launched: usize) -> String {
    let capacity = census.capacity();
    if capacity + launched < census.wanted {
        format!("capacity was {capacity} of {} instances", census.wanted)
    } else {
        "replaces an instance in a zone that the group no longer uses".to_owned()
    }
}

fn tell(world: &World<'_>, census: &Census<'_>, launched: usize, plan: &mut Plan) {
    let missing = census.missing();
    if launched > 0 {
        plan.reasons.push(format!(
            "launching {launched}: {} of {} instances are in the group's zones",
            census.placed.len(),
            census.wanted
        ));
    }
    let slots = world.group.free_slots().len();
    if slots < missing {
        let ending = census.ending + census.stalled.len();
        plan.reasons.push(format!(
            "{} launches wait for a free slot: max_size is {}, {} instances are there and {ending} terminating",
            missing - slots,
            world.group.spec.max_size,
            census.capacity(),
        ));
    }
}

/// Says what stands in the way of launches for which there are slots.
fn hold_up(world: &World<'_>, backoff: &Backoff<'_>, placement: &Placement<'_>, plan: &mut Plan) {
    if let Some(until) = backoff.until() {
        plan.recheck_at(until);
    }
    let reason = backoff
        .reason()
        .unwrap_or_else(|| placement.shortages(world).join("; "));
    plan.falls_short(reason);
}
