//! The `worker-launch` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    supervisor::component(supervisor::Part::WorkerLaunch)
}
