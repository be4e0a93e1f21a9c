//! The simulation, as many seeds as time allows: see docs/simulation.md.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use scenarios::simulation::check::Counts;
use scenarios::simulation::{Backing, Failure, run, run_traced};

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not a number")),
    )
}

/// Plays seeds on every processor; the first failure is played again for its trace.
fn explore(backing: Backing, schedules: u64) {
    let first = setting("MS_SIM_FIRST").unwrap_or(0);
    let schedules = setting("MS_SIM_SCHEDULES").unwrap_or(schedules);
    let next = AtomicU64::new(first);
    let failures: Mutex<Vec<Failure>> = Mutex::default();
    let counts: Mutex<Counts> = Mutex::default();
    let begun = Instant::now();
    let play = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        let failed = failures.lock().expect("no panic").len();
        if seed >= first + schedules || failed >= most_failures() {
            return;
        }
        match run(seed, backing) {
            Ok(played) => *counts.lock().expect("no panic") += played,
            Err(failure) => {
                println!("{failure}");
                failures.lock().expect("no panic").push(failure);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(play);
        }
    });
    let counts = counts.into_inner().expect("no panic");
    println!("{schedules} schedules in {:?}: {counts:?}", begun.elapsed());
    let mut failures = failures.into_inner().expect("no panic");
    failures.sort_by_key(|failure| failure.seed);
    if let Some(failure) = failures.first() {
        tell(failure.seed, backing);
        panic!(
            "{} of {schedules} schedules failed; the trace of the first one is above",
            failures.len()
        );
    }
}

/// How many failures are enough; more than one to see how often something happens.
fn most_failures() -> usize {
    setting("MS_SIM_FAILURES").map_or(1, |most| usize::try_from(most).unwrap_or(usize::MAX))
}

/// Plays a seed and prints what happens in it; whether it passes.
fn tell(seed: u64, backing: Backing) -> bool {
    let (outcome, trace) = run_traced(seed, backing);
    for line in trace {
        println!("{line}");
    }
    match outcome {
        Ok(counts) => println!("seed {seed} passes: {counts:?}"),
        Err(ref failure) => println!("seed {seed} violates {}", failure.what),
    }
    outcome.is_ok()
}

#[test]
fn memory_store() {
    explore(Backing::Memory, 10_000);
}

#[test]
fn embedded_store() {
    explore(Backing::Embedded, 200);
}

/// Plays the one seed that `MS_SIM_SEED` names, on the store that `MS_SIM_STORE` names, and prints all of it.
#[test]
fn replay() {
    let Some(seed) = setting("MS_SIM_SEED") else {
        return;
    };
    let embedded = std::env::var("MS_SIM_STORE").is_ok_and(|store| store == "embedded");
    let backing = if embedded {
        Backing::Embedded
    } else {
        Backing::Memory
    };
    assert!(tell(seed, backing), "seed {seed} fails; see above");
}

/// A seed is a schedule: played twice, the same happens.
#[test]
fn the_same_seed_plays_the_same() {
    for seed in 0..8 {
        for backing in [Backing::Memory, Backing::Embedded] {
            let (first, second) = (run_traced(seed, backing).1, run_traced(seed, backing).1);
            let differs = first.iter().zip(&second).find(|(first, second)| first != second);
            assert_eq!(differs, None, "seed {seed} on {backing:?}");
            assert_eq!(first.len(), second.len(), "seed {seed} on {backing:?}");
        }
    }
}
