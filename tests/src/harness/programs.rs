//! The programs under test, as the workspace's build left them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests of the single process run.
const SERVICE: [&str; 2] = ["microscaler", "ms"];
/// What those of a fleet run.
const FLEET: [&str; 6] = [
    "asg-controller",
    "health-manager",
    "worker-launch",
    "worker-stop",
    "host-agent",
    "ms",
];

/// A file in `scripts`.
#[must_use]
pub fn script(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts")).join(name)
}

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The service.
    pub microscaler: PathBuf,
    /// The command line.
    pub ms: PathBuf,
}

/// Finds the programs beside the running test or benchmark, or where `MICROSCALER_BIN_DIR` says. nextest builds
/// them before these tests (`.config/nextest.toml`); under `cargo test` the first test does, when they are missing.
///
/// # Panics
/// When they are missing and cannot be built.
#[must_use]
pub fn programs() -> Programs {
    let directory = directory_with(&SERVICE);
    Programs {
        microscaler: directory.join("microscaler"),
        ms: directory.join("ms"),
    }
}

/// The directory of `ms` and of the components' own programs, found likewise.
///
/// # Panics
/// When they are missing and cannot be built.
#[must_use]
pub fn fleet_programs() -> PathBuf {
    directory_with(&FLEET)
}

fn directory_with(programs: &[&str]) -> PathBuf {
    if let Some(directory) = std::env::var_os("MICROSCALER_BIN_DIR") {
        let directory = PathBuf::from(directory);
        assert!(
            has(&directory, programs),
            "MICROSCALER_BIN_DIR={}: expected all of {programs:?} there",
            directory.display()
        );
        return directory;
    }
    let directory = directory();
    let lock = File::create(directory.join("programs-under-test.lock")).expect("target can be written");
    lock.lock().expect("a file of our own can be locked");
    if !has(&directory, programs) {
        build(&directory, programs);
    }
    directory
}

/// `target/PROFILE`: that of this executable, which may be in its `deps`.
fn directory() -> PathBuf {
    let own = std::env::current_exe().expect("a process knows its executable");
    let parent = own.parent().expect("an executable is in a directory");
    if parent.ends_with("deps") {
        parent.parent().expect("deps is in a directory").to_owned()
    } else {
        parent.to_owned()
    }
}

fn has(directory: &Path, programs: &[&str]) -> bool {
    programs.iter().all(|program| directory.join(program).is_file())
}

/// This crate is named too, so that cargo settles the features of all libraries as it did for the tests and
/// compiles none of them again.
fn build(directory: &Path, programs: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--package", env!("CARGO_PKG_NAME")]);
    cargo.args(["--package", "supervisor", "--package", "ms-cli"]);
    cargo.args(programs.iter().flat_map(|program| ["--bin", program]));
    if directory.ends_with("release") {
        cargo.arg("--release");
    }
    let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(
        built.is_ok_and(|status| status.success()) && has(directory, programs),
        "{programs:?} are not all in {} and cannot be built; `make test` builds them first",
        directory.display()
    );
}
