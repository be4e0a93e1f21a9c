//! Real servers for tests: found on this machine, started on ports and directories of a test's own, ended with it.
//!
//! Where a server cannot be had, [`absent`] skips the test with a line that says so; with `MS_REQUIRE_SERVERS=1`, which
//! the project's own runs set where the servers are known to be, that is a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod mongo;
pub mod nats;
mod ports;
mod process;
mod redis;
mod registry;

pub use mongo::{Certificates, Mongo};
pub use ports::free_port;
pub use process::Process;
pub use redis::Redis;
pub use registry::Registry;

use std::path::PathBuf;

/// Says that a test was skipped for want of a server.
///
/// # Panics
/// When servers are required.
pub fn absent(server: &str) {
    let required = std::env::var("MS_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(!required, "{server} was not found, and MS_REQUIRE_SERVERS=1");
    eprintln!("SKIPPED: {server} was not found on this machine");
}

/// Where a program is: on PATH, or where Debian keeps servers, which an ordinary user's PATH does not name.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(debian)
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}
