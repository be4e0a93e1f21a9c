//! The `asg-controller` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    supervisor::component(supervisor::Part::Controller)
}
