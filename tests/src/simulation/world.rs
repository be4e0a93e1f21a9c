//! Everything that a schedule runs: machines with clocks and engines, one store, one bus, and the components' lives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{AccountName, Clock, HostName, Ids};
use engine::simulated::{SimulatedEngine, SimulatedOptions};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::bus::{SimBus, Wire};
use super::check::{Checks, OURS};
use super::clock::MachineClock;
use super::components::{Role, supervise};
use super::dice::Dice;
use super::disk::{Backing, Disk};
use super::engine::SimEngine;
use super::faults::Weather;
use super::ids::MachineIds;
use super::life::Life;
use super::setup::{HostSetup, Image, Setup};
use super::store::SimStore;
use super::trace::Trace;

/// A machine: its clock, and identifiers that carry its time.
#[derive(Clone)]
pub struct Machine {
    /// Its wall clock.
    pub clock: Arc<MachineClock>,
    /// Its identifiers.
    pub ids: Arc<MachineIds>,
}

impl Machine {
    fn new(error: i64, dice: Dice) -> Self {
        let clock = Arc::new(MachineClock::new(error));
        let ids = Arc::new(MachineIds::new(Arc::clone(&clock), dice));
        Self { clock, ids }
    }

    /// Its clock, as components take it.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    /// Its identifiers, as components take them.
    #[must_use]
    pub fn ids(&self) -> Arc<dyn Ids> {
        Arc::clone(&self.ids) as Arc<dyn Ids>
    }
}

/// A Docker host.
pub struct SimHost {
    /// Its name.
    pub name: HostName,
    /// How it was drawn.
    pub setup: HostSetup,
    /// Its machine.
    pub machine: Machine,
    /// Its engine.
    pub engine: SimulatedEngine,
}

/// All of it.
pub struct World {
    /// How it began.
    pub setup: Setup,
    /// The users' account.
    pub account: AccountName,
    /// What goes wrong.
    pub weather: Arc<Weather>,
    /// When.
    pub dice: Dice,
    /// What must hold.
    pub checks: Arc<Checks>,
    /// What happened.
    pub trace: Trace,
    /// The store.
    pub disk: Arc<Disk>,
    /// The bus.
    pub wire: Arc<Wire>,
    /// The hosts.
    pub hosts: Vec<SimHost>,
    /// The machines of the health managers.
    pub managers: Vec<Machine>,
    /// The users' machine.
    pub users: Machine,
    /// Hosts that are lost for good, as they are lost.
    pub gone: Mutex<BTreeSet<usize>>,
    /// Figures that all health managers share.
    pub metrics: telemetry::Metrics,
    lives: Mutex<BTreeMap<Role, Seat>>,
    tasks: Mutex<JoinSet<()>>,
}

/// A component's place: who lives there, or when the next one may.
struct Seat {
    life: Arc<Life>,
    empty_until: Instant,
}

fn host(at: usize, setup: &HostSetup, dice: &Dice) -> Result<SimHost, String> {
    let name = format!("h{}", at + 1);
    let options = SimulatedOptions::new(setup.seed, OURS, &name);
    let engine = SimulatedEngine::new(options);
    for image in Image::ALL {
        engine.behave(image.name(), image.behaviour());
    }
    Ok(SimHost {
        name: HostName::parse(&name).map_err(|error| error.to_string())?,
        setup: setup.clone(),
        machine: Machine::new(setup.clock_error, dice.clone()),
        engine,
    })
}

impl World {
    /// Builds the world of a seed; nothing runs yet.
    ///
    /// # Errors
    /// When the store cannot be made.
    pub fn new(seed: u64, backing: Backing, trace: &Trace) -> Result<Arc<Self>, String> {
        let mut setup = Setup::drawn(&Dice::seeded(seed, 0));
        if backing == Backing::Embedded {
            (setup.exclusive, setup.managers) = (true, 1);
            setup.manager_errors.truncate(1);
        }
        trace.say("setup", || format!("{setup:?}"));
        let dice = Dice::seeded(seed, 1);
        let hosts = setup
            .hosts
            .iter()
            .enumerate()
            .map(|(at, host_setup)| host(at, host_setup, &dice));
        let hosts = hosts.collect::<Result<Vec<_>, _>>()?;
        let checks = Arc::new(Checks::new(trace.clone()));
        checks.watch(
            hosts
                .iter()
                .map(|host| (host.name.clone(), host.engine.clone()))
                .collect(),
        );
        for host in &hosts {
            // The engine must not keep alive who watches it.
            let (watching, name) = (Arc::downgrade(&checks), host.name.clone());
            host.engine.on_start(move |started, alive| {
                if let Some(checks) = watching.upgrade() {
                    checks.started(&name, started, alive);
                }
            });
        }
        Ok(Arc::new(Self {
            account: AccountName::parse("acme").map_err(|error| error.to_string())?,
            weather: Arc::new(Weather::default()),
            checks,
            trace: trace.clone(),
            disk: Arc::new(Disk::new(backing)?),
            wire: Arc::new(Wire::default()),
            managers: setup
                .manager_errors
                .iter()
                .map(|error| Machine::new(*error, dice.clone()))
                .collect(),
            users: Machine::new(0, dice.clone()),
            gone: Mutex::default(),
            metrics: telemetry::Metrics::new(),
            lives: Mutex::default(),
            tasks: Mutex::default(),
            setup,
            dice,
            hosts,
        }))
    }

    /// Starts every component.
    pub fn start(self: &Arc<Self>) {
        for role in Role::all(self.managers.len(), self.hosts.len()) {
            self.background(supervise(Arc::clone(self), role));
        }
    }

    /// Runs something beside the schedule, until the world ends.
    pub fn background(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .spawn(work);
    }

    /// Ends everything: tasks hold the world, and the world holds the tasks.
    pub fn end(&self) {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    fn seats(&self) -> MutexGuard<'_, BTreeMap<Role, Seat>> {
        self.lives.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new life in a component's place.
    #[must_use]
    pub fn born(&self, role: Role) -> Arc<Life> {
        let life = Life::new(&role.to_string());
        let seat = Seat {
            life: Arc::clone(&life),
            empty_until: Instant::now(),
        };
        self.seats().insert(role, seat);
        life
    }

    /// When the next life may begin.
    #[must_use]
    pub fn empty_until(&self, role: Role) -> Instant {
        self.seats()
            .get(&role)
            .map_or_else(Instant::now, |seat| seat.empty_until)
    }

    /// Whoever lives in a component's place now.
    #[must_use]
    pub fn life(&self, role: Role) -> Option<Arc<Life>> {
        self.seats().get(&role).map(|seat| Arc::clone(&seat.life))
    }

    /// Crashes a component, which stays away for so long.
    pub fn crash(&self, role: Role, away: Duration) {
        if let Some(seat) = self.seats().get_mut(&role) {
            seat.empty_until = seat.empty_until.max(Instant::now() + away);
            seat.life.crash();
        }
    }

    /// Whether a host is lost for good.
    #[must_use]
    pub fn is_gone(&self, at: usize) -> bool {
        self.gone
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&at)
    }

    /// The hosts that will speak again when faults stop.
    pub fn hosts_left(&self) -> impl Iterator<Item = &SimHost> {
        let numbered = self.hosts.iter().enumerate();
        numbered
            .filter(|(at, _)| !self.is_gone(*at))
            .map(|(_, host)| host)
    }

    /// A component that crashed comes back at once, unless its host is lost for good.
    pub fn come_back(&self, role: Role) {
        if role.host().is_some_and(|at| self.is_gone(at)) {
            return;
        }
        if let Some(seat) = self.seats().get_mut(&role) {
            seat.empty_until = Instant::now();
        }
    }

    /// The way to the store of one life.
    #[must_use]
    pub fn store_of(&self, life: &Arc<Life>, looks: bool) -> SimStore {
        SimStore {
            disk: Arc::clone(&self.disk),
            life: Arc::clone(life),
            weather: Arc::clone(&self.weather),
            dice: self.dice.clone(),
            checks: Arc::clone(&self.checks),
            trace: self.trace.clone(),
            looks,
        }
    }

    /// The way to the bus of one life.
    #[must_use]
    pub fn bus_of(&self, life: &Arc<Life>) -> SimBus {
        SimBus {
            wire: Arc::clone(&self.wire),
            life: Arc::clone(life),
            weather: Arc::clone(&self.weather),
            dice: self.dice.clone(),
            checks: Arc::clone(&self.checks),
            trace: self.trace.clone(),
        }
    }

    /// The way to a host's engine of one life.
    #[must_use]
    pub fn engine_of(&self, host: &SimHost, life: &Arc<Life>) -> SimEngine {
        SimEngine {
            inner: host.engine.clone(),
            life: Arc::clone(life),
            trace: self.trace.clone(),
        }
    }
}
