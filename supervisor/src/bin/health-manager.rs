//! The `health-manager` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    supervisor::component(supervisor::Part::HealthManager)
}
