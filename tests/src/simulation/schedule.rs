//! A schedule from its beginning to its end: trouble, calm, rest, perhaps silence, and rest again.

use std::sync::Arc;
use std::time::Duration;

use domain::{Host, HostState};
use engine::ContainerEngine;
use tokio::time::{Instant, sleep, sleep_until};

use super::actions::users::User;
use super::actions::{self, Action, operators};
use super::check::truth::Broken;
use super::components::{Role, identity};
use super::dice::Dice;
use super::setup::Image;
use super::silence;
use super::world::World;

/// The longest way to rest: a launch's deadline, its stop, and a backoff of 300 s judged by clocks six minutes apart.
const BOUND: Duration = Duration::from_secs(20 * 60);
/// Nothing is on its way any more when nothing happened for so long: what the bus delays, it delays by a minute, and when
/// that is the last word of a host that is gone, its silence begins then: it is lost after 45 s more.
const QUIET: Duration = Duration::from_secs(110);
/// Until what users asked for is refused, done, or arrived late.
const AFTERMATH: Duration = Duration::from_secs(36);
/// Then nothing happens at all. Longer than every interval of the service.
const STILL: Duration = Duration::from_secs(45);
/// How long failing groups are watched.
const FAILING: Duration = Duration::from_secs(240);
/// Rounds of launches that a group can fail in [`FAILING`] if it backs off by 10 s doubling: at 0 s on two hosts, then
/// after 10, 20, 40, 80 s; one more for the round under way when the watch begins.
const ROUNDS: usize = 7;

/// Plays a schedule to its end.
///
/// # Errors
/// What is violated. What is violated on the way ends it from outside.
pub async fn play(world: &Arc<World>, seed: u64) -> Result<(), String> {
    publish(world).await?;
    world.start();
    world.weather.set_rates(world.setup.rates);
    for host in &world.hosts {
        host.engine.lose_answers(world.setup.rates.engine_loses_answer);
    }
    trouble(world, seed).await;
    calm(world);
    let calmed = Instant::now();
    sleep(AFTERMATH).await;
    if !world.setup.stay_broken {
        User::of(world)
            .mend()
            .await
            .map_err(|error| format!("users cannot mend their groups: {error}"))?;
    }
    operators::settle(world).await;
    let broken = world.checks.broken();
    rest(world, &broken, calmed, QUIET).await?;
    still(world, &broken).await?;
    silence::if_drawn(world, seed, &broken).await?;
    failing(world, &broken).await?;
    let handle = world.disk.handle();
    let store = handle.store();
    handle.carry_out(world.checks.compare(&*store)).await;
    Ok(())
}

async fn publish(world: &Arc<World>) -> Result<(), String> {
    let user = User::of(world);
    for image in Image::ALL {
        user.publish(image).await?;
    }
    Ok(())
}

async fn trouble(world: &Arc<World>, seed: u64) {
    let begun = Instant::now();
    for (at, action) in actions::drawn(&Dice::seeded(seed, 2), &world.setup) {
        sleep_until(begun + at).await;
        Action::carry_out(action, world).await;
    }
    sleep_until(begun + world.setup.trouble).await;
}

/// Faults stop: what is down comes up, what is lost stays lost, what is late still comes.
fn calm(world: &World) {
    world.trace.say("schedule", || "faults stop".to_owned());
    world.weather.clear();
    for host in world.hosts_left() {
        host.engine.lose_answers(0);
        host.engine.forget_faults();
        host.engine.up();
        host.engine.unmute();
    }
    for role in Role::all(world.managers.len(), world.hosts.len()) {
        world.come_back(role);
    }
}

/// The hosts as their agents register them; how they take part, the checks know.
pub async fn hosts(world: &World) -> Vec<Host> {
    let mut hosts = Vec::new();
    for host in world.hosts_left() {
        let Ok(info) = host.engine.info().await else {
            continue;
        };
        let identity = identity(host);
        hosts.push(Host {
            name: identity.name,
            zones: identity.zones,
            engine: info.id,
            capacity: identity.capacity,
            labels: identity.labels,
            control: identity.control,
            cpus: info.cpus,
            memory_mib: info.memory_mib,
            state: HostState::Active,
        });
    }
    hosts
}

/// Waits until everything is as users want it and nothing happened for so long (I2, I3); `since` is when faults
/// stopped.
///
/// # Errors
/// What is still missing after [`BOUND`].
pub async fn rest(world: &World, broken: &Broken, since: Instant, quiet: Duration) -> Result<(), String> {
    let hosts = hosts(world).await;
    loop {
        let now = Instant::now();
        let last = world.checks.last_change(broken);
        let is_quiet = last.as_ref().is_none_or(|(at, _)| now - *at >= quiet) && now - since >= quiet;
        if is_quiet && world.checks.at_rest(&hosts, broken).is_ok() {
            world.trace.say("schedule", || "at rest".to_owned());
            return Ok(());
        }
        if now - since > BOUND {
            let wrong = world.checks.at_rest(&hosts, broken).err();
            let last = last.map(|(at, what)| format!("{} s ago {what}", (now - at).as_secs()));
            return Err(format!(
                "I2: not at rest {BOUND:?} after faults stopped: {wrong:?}; {last:?}"
            ));
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Nothing changes any more (I2).
async fn still(world: &World, broken: &Broken) -> Result<(), String> {
    let begun = Instant::now();
    sleep(STILL).await;
    match world.checks.last_change(broken) {
        Some((at, what)) if at > begun => Err(format!("I2: at rest, and yet {what}")),
        _ => Ok(()),
    }
}

/// Groups that cannot come up try ever more rarely (I8); that others are at rest was seen already.
async fn failing(world: &World, broken: &Broken) -> Result<(), String> {
    if broken.is_empty() {
        return Ok(());
    }
    let begun = Instant::now();
    sleep(FAILING).await;
    let state = world.checks.state();
    let wanted = |id| {
        state
            .groups
            .get(id)
            .map_or(0, |kept| usize::try_from(kept.group.wanted()).unwrap_or(0))
    };
    let wanted: Vec<_> = broken.iter().map(|id| (*id, wanted(id))).collect();
    drop(state);
    for (id, wanted) in wanted {
        let launches = world.checks.launches_since(id, begun);
        if launches > wanted * ROUNDS {
            return Err(format!(
                "I8: failing group {id} of {wanted} was launched {launches} times in {FAILING:?}"
            ));
        }
    }
    Ok(())
}
