//! Engines that are reached over TLS and SSH: a dockerd and an sshd of the tests' own.

mod certificates;
mod dockerd;
mod measured;
mod ssh;
mod sshd;
mod tls;

use std::path::Path;
use std::process::Command;

use engine::{ContainerEngine, Docker, DockerOptions, EngineError};

/// Runs a program that is to succeed.
fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Why an engine is not reached. It must be certain that nothing was done there.
async fn refused(options: DockerOptions) -> String {
    match Docker::connect(options).unwrap().info().await {
        Err(EngineError::Unavailable(why)) => why,
        other => panic!("{other:?}"),
    }
}
