//! What the shell and the manual get: completion scripts and man pages.

use std::io;
use std::path::Path;

use clap_complete::Shell;

use crate::cli;
use crate::messages::Failure;
use crate::output::print;

/// Prints a completion script.
///
/// # Errors
/// When stdout cannot be written.
pub fn completion(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "ms", &mut script);
    Ok(print(String::from_utf8_lossy(&script).trim_end())?)
}

/// Writes a man page of `ms` and one of each command into a folder, which is made when needed.
///
/// # Errors
/// When one cannot be written.
pub fn man(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    clap_mangen::generate_to(cli::command(), dir)
}
