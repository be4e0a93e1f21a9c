//! The whole service on a real Docker engine: the `microscaler` process, driven by `ms` and over REST, while
//! containers, the engine and the service itself are killed.
//!
//! Needs a Docker engine and busybox-static, and Chromium for its page; `make test` sees to them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod accounts;
mod alerts;
mod deaths;
mod engines;
mod facts;
mod failures;
mod forecasts;
mod jumps;
mod page;
mod policies;
mod pulls;
mod replays;
mod restarts;
mod scaling;
mod schedules;
mod session;
mod sources;
mod strangers;
mod traffic;
mod web;

use std::collections::BTreeSet;

use api::documents::Instance;

/// The container ids of instances, as the contract shortens them.
fn ids(instances: &[Instance]) -> BTreeSet<String> {
    instances.iter().map(|i| i.instance_id.clone()).collect()
}

/// Container ids of the engine, shortened likewise.
fn short(full: &[String]) -> BTreeSet<String> {
    full.iter().map(|id| id[..12].to_owned()).collect()
}
