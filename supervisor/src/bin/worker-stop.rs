//! The `worker-stop` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    supervisor::component(supervisor::Part::WorkerStop)
}
