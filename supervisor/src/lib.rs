//! The programs: `microscaler`, which runs every component in one process, and one program per component.
//!
//! What is started in which order is in [`service`]; what happens to a component that fails, in [`supervise`]; what a
//! component needs to be a process of its own, in [`process`]; what to be one of all in a single process, in [`single`].

mod account;
mod apikey;
mod backends;
mod cli;
mod copy;
mod datadir;
mod files;
mod hosts;
mod part;
mod parts;
mod process;
mod servers;
mod service;
mod settings;
mod signals;
mod single;
mod supervise;

use std::process::ExitCode;

pub use part::Part;
pub use process::main as component;
pub use single::main;

/// Exit code of a configuration that cannot be used.
const BAD_CONFIG: u8 = 2;

/// Says why a program does not run, and with which code it ends.
fn refuse(program: &str, error: &anyhow::Error, code: u8) -> ExitCode {
    eprintln!("{program}: {error:#}");
    ExitCode::from(code)
}

/// Says how log lines look: `text` or `json`.
fn log(format: &str) {
    telemetry::init(if format == "json" {
        telemetry::Format::Json
    } else {
        telemetry::Format::Text
    });
}

/// Two providers are never linked in, but which one serves must be said before the first connection.
fn choose_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
