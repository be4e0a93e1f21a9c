//! Figures of the embedded service and of a fleet, beside the raw engine API and Docker Swarm, in one run on one machine.
//!
//! `cargo run --release --package scenarios --bin bench [SECTION...]`; all sections without one. Needs a Docker
//! engine, leaves nothing behind on it, and takes about a quarter of an hour. Whatever else runs on the machine shows
//! in the figures; the ratios suffer less, since what is compared takes turns. The fleet is measured where MongoDB (or
//! FerretDB), NATS and Redis servers are found as the tests find them; where not, the table says so.

// A benchmark that cannot go on says why and ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agent;
mod cpu;
mod database;
mod disk;
mod events;
mod figures;
mod fleet;
mod follow;
mod http;
mod idle;
mod installation;
mod jobs;
mod kill;
mod load;
mod machine;
mod plan;
mod raw;
mod replay;
mod scale_out;
mod subject;
mod swarm;
mod take_over;
mod weigh;

use figures::Table;
use scenarios::harness::Engine;

/// A section: its name, what it measures.
const SECTIONS: [(&str, &str); 12] = [
    ("kill", "from the kill of one of three to its replacement running"),
    ("scale-out", "from 1 to 40 containers in service"),
    ("reads", "API reads per second"),
    ("writes", "acknowledged writes per second"),
    ("jobs", "jobs through NATS to a worker's acknowledgement"),
    (
        "take-over",
        "from the kill of the leading health manager to its successor's first commit",
    ),
    ("follow", "from a load to one more instance running"),
    ("weigh", "the policies of 10,000 groups"),
    ("replay", "policies tried on 30 days of a group, each 10 seconds"),
    ("plan", "plan() at 10,000 groups and 100,000 instances"),
    ("agent", "the host agent's cost with 100 containers"),
    ("idle", "an idle service with 40 containers"),
];

#[tokio::main]
async fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(odd) = asked
        .iter()
        .find(|name| SECTIONS.iter().all(|(known, _)| known != name))
    {
        eprintln!("bench: no section {odd:?}; there are:");
        for (name, what) in SECTIONS {
            eprintln!("  {name:10} {what}");
        }
        std::process::exit(2);
    }
    let engine = Engine::local().await;
    println!("{}", machine::describe(&engine).await);
    let mut table = Table::default();
    for (name, what) in SECTIONS {
        if asked.is_empty() || asked.iter().any(|a| a == name) {
            eprintln!("{name}: {what} ...");
            run(name, &engine, &mut table).await;
        }
    }
    println!("{table}");
    println!("{}", machine::load());
}

async fn run(section: &str, engine: &Engine, table: &mut Table) {
    match section {
        "kill" => kill::run(engine, table).await,
        "scale-out" => scale_out::run(engine, table).await,
        "reads" => load::reads(table).await,
        "writes" => load::writes(table).await,
        "jobs" => jobs::run(table).await,
        "take-over" => take_over::run(table).await,
        "follow" => follow::run(engine, table).await,
        "weigh" => weigh::run(table),
        "replay" => replay::run(table),
        "plan" => plan::run(table),
        "agent" => agent::run(engine, table).await,
        _ => idle::run(table).await,
    }
}
