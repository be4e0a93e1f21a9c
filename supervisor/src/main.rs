//! The `microscaler` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    supervisor::main()
}
