//! Launches: as many as are missing, as far as template, backoff, slots and hosts allow.

use domain::{Intent, Template};

use crate::backoff::Backoff;
use crate::census::Census;
use crate::counted::{counted, instances};
use crate::placement::Placement;
use crate::strays::{Stray, Why};
use crate::{Plan, World, strays};

/// Launches what the group lacks where it wants it, or says why not.
pub(crate) fn fill(world: &World<'_>, census: &Census<'_>, plan: &mut Plan) {
    let missing = census.missing();
    if missing == 0 {
        return;
    }
    match world.template {
        Ok(template) => place(world, census, template, plan),
        Err(why) => {
            let why = format!(
                "cannot launch {}: {why}",
                counted(missing, "missing instance", "missing instances")
            );
            plan.held_up(why, is_short(census, 0));
        }
    }
}

fn place(world: &World<'_>, census: &Census<'_>, template: &Template, plan: &mut Plan) {
    let backoff = Backoff::of(world.group, template, world.now);
    let mut placement = Placement::new(world, census, template, &backoff);
    let slots = world.group.free_slots();
    let usable = slots.get(..census.missing()).unwrap_or(&slots);
    let launched = launch(census, usable, &mut placement, plan);
    if launched > 0 {
        plan.recheck_at(world.now + world.settings.launch_timeout);
    }
    if slots.len() < census.missing() {
        plan.reasons.push(waiting(world, census, slots.len()));
    }
    let no_place = launched < usable.len() || (slots.is_empty() && placement.take().is_none());
    if no_place {
        hold_up(world, &backoff, &placement, is_short(census, launched), plan);
        strays::tell_who_waits(census, plan);
    } else if slots.is_empty() {
        strays::make_room(census, plan);
    } else {
        // A zone without room whose share went elsewhere.
        plan.reasons.extend(placement.shortages(world));
    }
}

/// Launches into `slots` until there is no more room; how many.
fn launch(census: &Census<'_>, slots: &[u32], placement: &mut Placement<'_>, plan: &mut Plan) -> usize {
    let places = std::iter::from_fn(|| placement.take());
    let launches = slots.iter().zip(places).enumerate();
    let before = plan.intents.len();
    plan.intents
        .extend(launches.map(|(earlier, (slot, (zone, host)))| Intent::Launch {
            slot: *slot,
            host: host.clone(),
            zone: zone.clone(),
            reason: cause(census, earlier),
        }));
    let launched = plan.intents.len() - before;
    if launched > 0 {
        let (placed, wanted) = (census.placed.len(), census.wanted);
        plan.reasons.push(format!(
            "launching {launched}: {placed} of {} {}",
            counted(wanted, "instance is", "instances are"),
            there(census)
        ));
    }
    launched
}

/// Where those are that need no replacement.
fn there(census: &Census<'_>) -> &'static str {
    let elsewhere = |why| census.strays.iter().any(|stray| stray.why == why);
    match (elsewhere(Why::Zone), elsewhere(Why::Host)) {
        (false, false) => "there",
        (true, false) => "in its zones",
        (false, true) => "on hosts that are not drained",
        (true, true) => "in its zones, on hosts that are not drained",
    }
}

/// Whether the group lacks capacity, wherever it is, after so many launches.
fn is_short(census: &Census<'_>, launched: usize) -> bool {
    census.capacity() + launched < census.wanted
}

/// Why the launch after `earlier` others is needed.
fn cause(census: &Census<'_>, earlier: usize) -> String {
    if is_short(census, earlier) {
        format!(
            "capacity was {} of {}",
            census.capacity(),
            instances(census.wanted)
        )
    } else {
        let replaced = census.capacity() + earlier - census.wanted;
        let strays = strays::first_to_go(&census.strays, replaced + 1);
        strays.last().map(Stray::reason).unwrap_or_default()
    }
}

fn waiting(world: &World<'_>, census: &Census<'_>, slots: usize) -> String {
    format!(
        "{} for a free slot: max_size is {}, {} there and {} terminating",
        counted(census.missing() - slots, "launch waits", "launches wait"),
        world.group.spec.max_size,
        counted(census.capacity(), "instance is", "instances are"),
        census.ending,
    )
}

/// Says why there is no place for a launch.
fn hold_up(
    world: &World<'_>,
    backoff: &Backoff<'_>,
    placement: &Placement<'_>,
    short: bool,
    plan: &mut Plan,
) {
    if let Some(until) = backoff.until() {
        plan.recheck_at(until);
    }
    match backoff.reason() {
        Some((pause, last)) => {
            plan.held_up(pause, short);
            plan.reasons.push(last);
        }
        None => plan.held_up(placement.shortages(world).join("; "), short),
    }
}
