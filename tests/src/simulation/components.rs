//! The components as a supervisor keeps them: started, and started again when they end or crash.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use host_agent::{AgentDeps, HostIdentity};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::check::OURS;
use super::life::Life;
use super::setup::instance_types;
use super::world::{SimHost, World};

/// A component's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A health manager.
    Manager(usize),
    /// worker-launch of a host.
    Launcher(usize),
    /// worker-stop of a host.
    Stopper(usize),
    /// host-agent of a host.
    Agent(usize),
}

impl Role {
    /// Every place.
    #[must_use]
    pub fn all(managers: usize, hosts: usize) -> Vec<Self> {
        let of_host = |at| [Self::Launcher(at), Self::Stopper(at), Self::Agent(at)];
        (0..managers)
            .map(Self::Manager)
            .chain((0..hosts).flat_map(of_host))
            .collect()
    }
}

impl Role {
    /// The host whose it is.
    #[must_use]
    pub fn host(self) -> Option<usize> {
        match self {
            Self::Manager(_) => None,
            Self::Launcher(at) | Self::Stopper(at) | Self::Agent(at) => Some(at),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manager(at) => write!(f, "manager{}", at + 1),
            Self::Launcher(at) => write!(f, "launch-h{}", at + 1),
            Self::Stopper(at) => write!(f, "stop-h{}", at + 1),
            Self::Agent(at) => write!(f, "agent-h{}", at + 1),
        }
    }
}

/// Who stays away looks this often whether it still should.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Keeps a component running for ever.
pub async fn supervise(world: Arc<World>, role: Role) {
    loop {
        // In steps: meanwhile it may be told to come back at once, or to stay away for longer.
        while world.empty_until(role) > Instant::now() {
            sleep_until(world.empty_until(role).min(Instant::now() + LOOK_AGAIN)).await;
        }
        let life = world.born(role);
        world.trace.say(&life.name, || "begins".to_owned());
        let run = AssertUnwindSafe(life.live(run(&world, role, &life))).catch_unwind();
        let ended = tokio::select! {
            biased;
            () = life.ended() => {
                world.checks.state().counts.crashes += 1;
                Ok("crashes".to_owned())
            }
            ended = run => ended,
        };
        // Whatever of it still runs somewhere must not go on.
        life.crash();
        match ended {
            Ok(how) => world.trace.say(&life.name, || how),
            Err(_) => world.checks.fail("I5", &format!("{role} panicked")),
        }
        sleep(world.dice.millis(100..3_000)).await;
    }
}

async fn run(world: &World, role: Role, life: &Arc<Life>) -> String {
    let shutdown = CancellationToken::new();
    let host = |at: usize| world.hosts.get(at);
    match role {
        Role::Manager(at) => manager(world, at, life, shutdown).await,
        Role::Launcher(at) => match host(at) {
            Some(host) => told(workers::launch::run(worker(world, host, life), shutdown).await),
            None => String::new(),
        },
        Role::Stopper(at) => match host(at) {
            Some(host) => told(workers::stop::run(worker(world, host, life), shutdown).await),
            None => String::new(),
        },
        Role::Agent(at) => match host(at) {
            Some(host) => told(host_agent::run(agent(world, host, life), shutdown).await),
            None => String::new(),
        },
    }
}

fn told<E: fmt::Display>(ended: Result<(), E>) -> String {
    match ended {
        Ok(()) => "ends".to_owned(),
        Err(error) => format!("ends: {error}"),
    }
}

async fn manager(world: &World, at: usize, life: &Arc<Life>, shutdown: CancellationToken) -> String {
    let Some(machine) = world.managers.get(at) else {
        return String::new();
    };
    let settings = health_manager::Settings {
        exclusive: world.setup.exclusive,
        balancer_domain: "example.net".to_owned(),
        instance_types: instance_types(),
        ..health_manager::Settings::default()
    };
    let deps = health_manager::Deps {
        store: Arc::new(world.store_of(life, false)),
        bus: Arc::new(world.bus_of(life)),
        cache: Arc::new(cache::NoCache::new()),
        clock: machine.clock(),
        ids: machine.ids(),
        installation: OURS,
        metrics: world.metrics.clone(),
        board: telemetry::StatusBoard::new(),
        settings: Arc::new(settings),
    };
    told(health_manager::run(deps, shutdown).boxed().await)
}

fn worker(world: &World, host: &SimHost, life: &Arc<Life>) -> workers::Deps {
    workers::Deps {
        host: host.name.clone(),
        installation: OURS,
        engine: Arc::new(world.engine_of(host, life)),
        store: Arc::new(world.store_of(life, true)),
        bus: Arc::new(world.bus_of(life)),
        settings: workers::Settings {
            capacity: host.setup.capacity,
            ..workers::Settings::default()
        },
    }
}

/// The host as its agent registers it.
#[must_use]
pub fn identity(host: &SimHost) -> HostIdentity {
    HostIdentity {
        name: host.name.clone(),
        zones: host.setup.zones.clone(),
        capacity: host.setup.capacity,
        labels: std::collections::BTreeMap::new(),
        control: host.setup.control,
    }
}

fn agent(world: &World, host: &SimHost, life: &Arc<Life>) -> AgentDeps {
    AgentDeps {
        identity: identity(host),
        engine: Arc::new(world.engine_of(host, life)),
        bus: Arc::new(world.bus_of(life)),
        installation: OURS,
        ids: host.machine.ids(),
        poller_interval: Duration::from_secs(10),
        sample_interval: Duration::from_secs(60),
        board: telemetry::StatusBoard::new(),
    }
}
