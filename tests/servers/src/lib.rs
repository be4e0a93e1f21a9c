//! Real servers for tests: found on this machine, started on ports and directories of a test's own, ended with it.
//!
//! Where a server cannot be had, [`absent`] skips the test with a line that says so; with `MS_REQUIRE_SERVERS=1`, which
//! the project's own runs set where the servers are known to be, that is a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod mongo;
pub mod nats;
mod ports;
mod process;
mod prometheus;
mod redis;
mod registry;

pub use mongo::{Certificates, Mongo};
pub use ports::{free_port, free_ports};
pub use process::Process;
pub use prometheus::Prometheus;
pub use redis::Redis;
pub use registry::Registry;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// Says that a test was skipped for want of a server.
///
/// # Panics
/// When servers are required.
pub fn absent(server: &str) {
    let required = std::env::var("MS_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(!required, "{server} was not found, and MS_REQUIRE_SERVERS=1");
    skipped(&format!("{server} was not found on this machine"));
}

/// Says that the test that runs is skipped. Output of tests that pass is hidden: the line is also added to the file that
/// `MS_SKIPPED` names, which `make test` shows at the end.
///
/// # Panics
/// When that file cannot be written.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED: {}: {why}\n", thread.name().unwrap_or("a test"));
    eprint!("{line}");
    if let Some(file) = std::env::var_os("MS_SKIPPED") {
        let opened = OpenOptions::new().append(true).create(true).open(file);
        let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
        written.expect("the file that MS_SKIPPED names can be written");
    }
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
