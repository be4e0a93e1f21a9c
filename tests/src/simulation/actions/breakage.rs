//! What is done to the machinery: components crash and stand still, engines restart, the store and the bus go away,
//! clocks jump.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use engine::simulated::{Call, Fault};
use tokio::time::{Instant, sleep};

use super::super::components::Role;
use super::super::dice::Dice;
use super::super::setup::{CLOCK_ERROR, Setup};
use super::super::world::World;

/// Something that breaks; spans say for how long.
#[derive(Clone, Debug)]
pub enum Breakage {
    /// A component crashes now and stays away.
    Crash(Role, Duration),
    /// It crashes after so many more steps.
    CrashAtStep(Role, u32),
    /// It stands still at its next step: a leader past its lease, a worker past a deadline.
    Hold(Role, Duration),
    /// Every process is killed, and with one process its store and bus.
    CrashAll(Duration),
    /// A host's engine does not answer; its containers go on.
    EngineDown(usize, Duration),
    /// A host's engine restarts and all its containers die.
    EngineRestart(usize, Duration),
    /// A host's engine tells no events.
    EngineMute(usize, Duration),
    /// A host is lost, with its containers dead or going on: for so long, or for good.
    HostLost(usize, Option<Duration>, bool),
    /// A host's next call of a kind goes wrong.
    CallFails(usize, Call, Fault),
    /// The store does not answer.
    StoreDown(Duration),
    /// The bus does not answer.
    BusDown(Duration),
    /// The bus forgets everything.
    BusWiped,
    /// Nothing that hosts say arrives.
    HostsMute(Duration),
    /// A manager's clock jumps, in milliseconds.
    ManagerClock(usize, i64),
    /// A host's clock jumps, in milliseconds.
    HostClock(usize, i64),
}

fn role(dice: &Dice, setup: &Setup) -> Role {
    // Half of it to managers: they decide.
    if dice.chance(500) {
        return Role::Manager(dice.count(0..setup.managers.max(1)));
    }
    let all = Role::all(0, setup.hosts.len());
    dice.pick(&all).copied().unwrap_or(Role::Manager(0))
}

fn jump(dice: &Dice) -> i64 {
    i64::try_from(dice.among(0..CLOCK_ERROR.unsigned_abs())).unwrap_or(0) - CLOCK_ERROR / 2
}

impl Breakage {
    /// Draws one.
    #[must_use]
    pub fn drawn(dice: &Dice, setup: &Setup) -> Self {
        let host = dice.count(0..setup.hosts.len().max(1));
        match dice.among(0..23) {
            0..3 => Self::Crash(role(dice, setup), dice.millis(0..15_000)),
            3..7 => Self::CrashAtStep(role(dice, setup), dice.figure(0..60)),
            7..9 => Self::Hold(role(dice, setup), dice.millis(500..40_000)),
            9 => Self::CrashAll(dice.millis(100..10_000)),
            10 => Self::EngineDown(host, dice.millis(500..40_000)),
            11 => Self::EngineRestart(host, dice.millis(500..10_000)),
            12 => Self::EngineMute(host, dice.millis(500..40_000)),
            13 => Self::CallFails(host, call(dice), fault(dice)),
            14 => Self::StoreDown(dice.millis(500..30_000)),
            15 => Self::BusDown(dice.millis(500..30_000)),
            16 => Self::BusWiped,
            17 => Self::HostsMute(dice.millis(1_000..40_000)),
            18 => Self::ManagerClock(dice.count(0..setup.managers.max(1)), jump(dice)),
            // Longer than it takes to be lost, mostly.
            19..22 => Self::HostLost(host, Some(dice.millis(40_000..140_000)), dice.chance(400)),
            _ => Self::HostClock(host, jump(dice)),
        }
    }

    /// Does it; what lasts is undone in the background.
    pub async fn carry_out(self, world: &Arc<World>) {
        world.trace.say("breakage", || format!("{self:?}"));
        match self {
            Self::Crash(role, away) => world.crash(role, away),
            Self::CrashAtStep(role, steps) => {
                if let Some(life) = world.life(role) {
                    life.crash_after(steps);
                }
            }
            Self::Hold(role, span) => {
                if let Some(life) = world.life(role) {
                    life.hold_until(Instant::now() + span);
                }
            }
            Self::CrashAll(away) => crash_all(world, away).await,
            Self::StoreDown(span) => for_a_while(world, span, |world, on| world.weather.store_down.set(on)),
            Self::BusDown(span) => for_a_while(world, span, |world, on| world.weather.bus_down.set(on)),
            Self::BusWiped => world.wire.tear(),
            Self::HostsMute(span) => for_a_while(world, span, |world, on| world.weather.hosts_mute.set(on)),
            Self::ManagerClock(at, by) => {
                if let Some(machine) = world.managers.get(at) {
                    machine.clock.jump(by);
                }
            }
            Self::HostClock(at, by) => {
                if let Some(host) = world.hosts.get(at) {
                    host.machine.clock.jump(by);
                }
            }
            Self::EngineDown(at, span) => on_engine(world, at, span, Trouble::Down),
            Self::EngineRestart(at, span) => on_engine(world, at, span, Trouble::Restart),
            Self::EngineMute(at, span) => on_engine(world, at, span, Trouble::Mute),
            Self::HostLost(at, span, dies) => lose_host(world, at, span, dies),
            Self::CallFails(at, call, fault) => {
                if let Some(host) = world.hosts.get(at) {
                    host.engine.fail_next(call, fault);
                }
            }
        }
    }
}

fn call(dice: &Dice) -> Call {
    dice.pick(&[Call::Create, Call::Start, Call::Remove, Call::List])
        .copied()
        .unwrap_or(Call::Start)
}

fn fault(dice: &Dice) -> Fault {
    let faults = [
        Fault::LostAnswer,
        Fault::LostCall,
        Fault::Refused("not now".to_owned()),
        Fault::Hang,
    ];
    dice.pick(&faults).cloned().unwrap_or(Fault::Hang)
}

fn for_a_while(world: &Arc<World>, span: Duration, set: impl Fn(&World, bool) + Send + 'static) {
    set(world, true);
    let later = Arc::clone(world);
    world.background(async move {
        sleep(span).await;
        set(&later, false);
    });
}

#[derive(Clone, Copy)]
enum Trouble {
    Down,
    Restart,
    Mute,
}

fn on_engine(world: &Arc<World>, at: usize, span: Duration, trouble: Trouble) {
    let Some(host) = world.hosts.get(at) else { return };
    match trouble {
        Trouble::Down => host.engine.down(),
        Trouble::Mute => host.engine.mute(),
        Trouble::Restart => {
            host.engine.down();
            host.engine.kill_all();
            world.checks.foreign_died(&host.name);
        }
    }
    let engine = host.engine.clone();
    world.background(async move {
        sleep(span).await;
        match trouble {
            Trouble::Down | Trouble::Restart => engine.up(),
            Trouble::Mute => engine.unmute(),
        }
    });
}

/// Longer than any schedule.
const FOR_GOOD: Duration = Duration::from_secs(24 * 3600);

fn lose_host(world: &Arc<World>, at: usize, span: Option<Duration>, dies: bool) {
    if span.is_none()
        && let Some(host) = world.hosts.get(at)
    {
        world
            .gone
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(at);
        world.checks.gone(&host.name);
    }
    let away = span.unwrap_or(FOR_GOOD);
    for role in [Role::Launcher(at), Role::Stopper(at), Role::Agent(at)] {
        world.crash(role, away);
    }
    on_engine(
        world,
        at,
        away,
        if dies { Trouble::Restart } else { Trouble::Down },
    );
}

/// `kill -9` of everything of ours. What was acknowledged is there afterwards.
pub async fn crash_all(world: &Arc<World>, away: Duration) {
    for role in Role::all(world.managers.len(), world.hosts.len()) {
        world.crash(role, away);
    }
    if world.setup.exclusive {
        world.wire.tear();
        if let Err(error) = world.disk.crash() {
            return world.checks.fail("I5", &error);
        }
    }
    let handle = world.disk.handle();
    let store = handle.store();
    handle.carry_out(world.checks.compare(&*store)).await;
}
