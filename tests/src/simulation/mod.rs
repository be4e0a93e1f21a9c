//! The whole service in one thread, from one seed: simulated engines of several hosts, a real store, a real bus and
//! the real components between them, under a paused clock. Things go wrong by chance and on purpose; the
//! [checks](check) watch. The same seed plays the same schedule each time. See docs/simulation.md.

#![allow(clippy::missing_errors_doc)]

pub mod actions;
pub mod bus;
pub mod check;
pub mod clock;
pub mod components;
pub mod dice;
pub mod disk;
pub mod engine;
pub mod faults;
pub mod ids;
pub mod life;
pub mod schedule;
pub mod setup;
pub mod silence;
pub mod store;
pub mod trace;
pub mod world;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use check::Counts;
pub use disk::Backing;
use trace::Trace;
use world::World;

/// A seed whose schedule violated an invariant.
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The store it ran on.
    pub backing: Backing,
    /// What was violated.
    pub what: String,
    /// What happened, if it was kept.
    pub trace: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = match self.backing {
            Backing::Memory => "",
            Backing::Embedded => "MS_SIM_STORE=embedded ",
        };
        for line in &self.trace {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "seed {} violates {}", self.seed, self.what)?;
        write!(
            f,
            "play it again: MS_SIM_SEED={} {store}cargo nextest run -p scenarios --test simulation --no-capture replay",
            self.seed
        )
    }
}

/// Plays the schedule of a seed.
///
/// # Errors
/// [`Failure`] when something that must hold does not.
pub fn run(seed: u64, backing: Backing) -> Result<Counts, Failure> {
    played(seed, backing, Trace::off)
}

/// Plays it and keeps what happens, the components' own log lines too.
///
/// # Errors
/// [`Failure`], with the trace.
pub fn run_traced(seed: u64, backing: Backing) -> (Result<Counts, Failure>, Vec<String>) {
    let kept = std::sync::Arc::new(std::sync::Mutex::new(Trace::off()));
    let keep = std::sync::Arc::clone(&kept);
    let outcome = played(seed, backing, move || {
        let trace = Trace::on();
        *keep.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = trace.clone();
        trace
    });
    let lines = kept
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .lines();
    (outcome, lines)
}

fn played(seed: u64, backing: Backing, trace: impl FnOnce() -> Trace) -> Result<Counts, Failure> {
    let failure = |what: String, trace: &Trace| Failure {
        seed,
        backing,
        what,
        trace: trace.lines(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.map_err(|error| failure(error.to_string(), &Trace::off()))?;
    let trace = runtime.block_on(async { trace() });
    let _logs = trace.logs();
    let played = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let world = World::new(seed, backing, &trace)?;
            let outcome = tokio::select! {
                biased;
                violation = world.checks.violated() => Err(violation),
                played = schedule::play(&world, seed) => played,
            };
            world.end();
            let counts = world.checks.state().counts;
            outcome.and_then(|()| world.checks.violation().map_or(Ok(counts), Err))
        })
    }));
    match played {
        Ok(Ok(counts)) => Ok(counts),
        Ok(Err(what)) => Err(failure(what, &trace)),
        Err(_) => Err(failure("the simulation panicked".to_owned(), &trace)),
    }
}
