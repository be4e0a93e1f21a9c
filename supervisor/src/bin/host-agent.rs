//! The `host-agent` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    supervisor::component(supervisor::Part::HostAgent)
}
