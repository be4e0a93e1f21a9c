//! The `ms` command: what users type, sent as REST calls to a microscaler.
//!
//! `cli` says what can be typed, `kinds` what each kind of document has, `commands` what is done,
//! `defaults` keeps the file that fills in what was left out, `output` shows answers, `plot` draws them, and `messages` turns
//! failures into what to do next.

mod cli;
mod commands;
mod defaults;
mod kinds;
mod messages;
mod output;
mod plot;

use std::ffi::OsString;
use std::process::ExitCode;

use messages::Failure;

/// Does what the command line says, its first word being the program's name. Results go to stdout, failures with
/// what to do about them to stderr.
///
/// Exits with 0 when it was done, 1 when it was not, 2 when the command line makes no sense.
pub fn run<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let typed: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let matches = match cli::command().try_get_matches_from(&typed) {
        Ok(matches) => matches,
        Err(answer) => return cli::answer(&cli::advise(answer, &typed)),
    };
    match runtime().and_then(|runtime| runtime.block_on(commands::run(&matches))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => messages::tell(&failure),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(Failure::Output)
}
