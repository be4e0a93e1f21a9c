//! The programs under test: `microscaler` and `ms`, as the workspace's build left them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    if let Some(directory) = std::env::var_os("MICROSCALER_BIN_DIR") {
        return found(Path::new(&directory)).expect("MICROSCALER_BIN_DIR has microscaler and ms");
    }
    let directory = directory();
    let lock = File::create(directory.join("programs-under-test.lock")).expect("target can be written");
    lock.lock().expect("a file of our own can be locked");
    found(&directory).unwrap_or_else(|| {
        build(&directory);
        found(&directory).expect("cargo built microscaler and ms beside the tests")
    })
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

fn found(directory: &Path) -> Option<Programs> {
    let programs = Programs {
        microscaler: directory.join("microscaler"),
        ms: directory.join("ms"),
    };
    (programs.microscaler.is_file() && programs.ms.is_file()).then_some(programs)
}

/// This crate is named too, so that cargo settles the features of all libraries as it did for the tests and
/// compiles none of them again.
fn build(directory: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--package", env!("CARGO_PKG_NAME")]);
    cargo.args(["--package", "supervisor", "--bin", "microscaler"]);
    cargo.args(["--package", "ms-cli", "--bin", "ms"]);
    if directory.ends_with("release") {
        cargo.arg("--release");
    }
    let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "microscaler and ms are not in {} and cannot be built; `make test` builds them first",
        directory.display()
    );
}
