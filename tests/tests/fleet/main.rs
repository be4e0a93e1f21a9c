//! The service as a fleet of processes on a MongoDB, a NATS and a Redis server and a real Docker engine, while processes and
//! servers are killed, paused and started again.
//!
//! Needs a Docker engine, busybox-static, nats-server, redis-server and a MongoDB server; `make test` sees to those that Debian has.
//! Without a MongoDB server the tests are skipped and say so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod clocks;
mod controllers;
mod crashes;
mod hosts;
mod leaders;
mod load;
mod moved;
mod pauses;
mod policies;
mod processes;
mod reload;
mod samples;
mod session;
mod strangers;
mod supervised;

use std::time::Duration;

use domain::job::label;
use scenarios::harness::{DEADLINE, Fleet, Rest, within};

/// Waits until exactly `count` containers are left of a group's fleet, all of them running, each with the record that
/// names it.
async fn exactly(fleet: &Fleet, rest: &Rest, group: &str, count: usize) {
    within(
        DEADLINE,
        &format!("{count} instances at the engine, and no orphan"),
        async || {
            // Another process may be down at the moment: then it is looked at again.
            let told = rest.client.get(&format!("asgs/{group}/instances")).await.ok()?;
            let told = told.as_array()?.iter();
            let running = told.filter(|instance| instance["status"] == "RUNNING");
            let mut records: Vec<_> = running
                .filter_map(|i| i["guid"].as_str().map(str::to_owned))
                .collect();
            let containers = fleet.engine.containers(fleet.installation).await;
            let all = containers.len();
            let labels = containers
                .into_iter()
                .filter_map(|c| c.labels?.remove(label::RECORD));
            let mut labels: Vec<_> = labels.collect();
            records.sort();
            labels.sort();
            let alive = fleet.engine.running(fleet.installation).await.len();
            ([all, alive, records.len()] == [count; 3] && records == labels).then_some(())
        },
    )
    .await;
}

/// Calls until it is not refused for want of a server or process.
async fn persistently(
    what: &str,
    mut call: impl AsyncFnMut() -> Result<serde_json::Value, api::ClientError>,
) {
    within(DEADLINE, what, async || match call().await {
        Ok(_) => Some(()),
        Err(error) if error.status().is_some_and(|status| status < 500) => panic!("{what}: {error}"),
        Err(_) => None,
    })
    .await;
}

/// For a process to end in order.
const ENDS_WITHIN: Duration = Duration::from_secs(10);
