//! Silence: hosts, engines, bus or store say nothing for a while. Nothing ends because of it (I4).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::ContainerId;
use tokio::time::{Instant, sleep};

use super::check::truth::Broken;
use super::components::Role;
use super::dice::Dice;
use super::schedule::rest;
use super::world::World;

/// In so many of a thousand schedules.
const OFTEN: u32 = 400;

/// Rest comes back this soon: nothing is on its way from before. Longer than every interval of the service.
const SOON: Duration = Duration::from_secs(25);

/// Plays silence in some of the schedules.
///
/// # Errors
/// What ended meanwhile, or did not come back to rest.
pub async fn if_drawn(world: &Arc<World>, seed: u64, broken: &Broken) -> Result<(), String> {
    let dice = Dice::seeded(seed, 3);
    if !dice.chance(OFTEN) {
        return Ok(());
    }
    let before = living(world, broken);
    let losses = world.checks.state().counts.lost;
    fall(world, &dice);
    // Who takes over in the middle of it hears nothing from the start.
    for role in Role::all(world.managers.len(), world.hosts.len()) {
        if dice.chance(200) {
            sleep(dice.millis(0..5_000)).await;
            world.crash(role, dice.millis(0..5_000));
        }
    }
    sleep(dice.millis(20_000..150_000)).await;
    let lost_since = || world.checks.state().counts.lost.saturating_sub(losses);
    unchanged(&before, &living(world, broken), lost_since())?;
    lift(world);
    rest(world, broken, Instant::now(), SOON).await?;
    // A loss that could not be stored while the store was away is stored now.
    if lost_since() > 0 {
        // Who returned and was replaced goes, or the replacement does: at rest there are as many as are wanted.
        return Ok(());
    }
    unchanged(&before, &living(world, broken), 0)
}

fn living(world: &World, broken: &Broken) -> BTreeSet<ContainerId> {
    world
        .checks
        .living(broken)
        .into_iter()
        .map(|(_, facts)| facts.id)
        .collect()
}

/// Nothing ended, and nothing was started but in the place of what was lost.
fn unchanged(
    before: &BTreeSet<ContainerId>,
    after: &BTreeSet<ContainerId>,
    losses: u64,
) -> Result<(), String> {
    let (ended, new) = (before.difference(after).count(), after.difference(before).count());
    if ended == 0 && u64::try_from(new).is_ok_and(|new| new <= losses) {
        return Ok(());
    }
    Err(format!("I4: silence ended {ended} containers and started {new}"))
}

fn fall(world: &World, dice: &Dice) {
    let whole = dice.chance(300);
    let falls = |per_mille| whole || dice.chance(per_mille);
    world.weather.hosts_mute.set(falls(500));
    world.weather.bus_down.set(falls(250));
    world.weather.store_down.set(falls(250));
    for host in &world.hosts {
        if falls(400) {
            host.engine.mute();
        }
        if falls(200) {
            host.engine.down();
        }
    }
    world.trace.say("schedule", || "silence".to_owned());
}

fn lift(world: &World) {
    world.trace.say("schedule", || "silence ends".to_owned());
    world.weather.clear();
    for host in world.hosts_left() {
        host.engine.up();
        host.engine.unmute();
    }
}
