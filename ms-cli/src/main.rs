//! The `ms` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ms_cli::run(std::env::args_os())
}
