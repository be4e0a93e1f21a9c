//! What can be typed.

mod advice;
mod groups;
mod hosts;
mod lists;
mod replay;
mod resources;
mod scaling;
mod session;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command, FromArgMatches, Subcommand};

pub use advice::advise;
pub use groups::{ActivitiesArgs, CapacityArgs, Groups, InstancesArgs, TerminateArgs, WaitArgs};
pub use hosts::{DrainArgs, HostName, Hosts, RemoveArgs};
pub use lists::{ListArgs, ShowArgs};
pub use replay::ReplayArgs;
pub use resources::{NAME, OF_GROUP, Request, Verb};
pub use scaling::{ExplainArgs, PauseArgs, ProcessesArgs, PushArgs, RollupsArgs, Scaling, TopArgs};
pub use session::{LoginArgs, Session};

const ABOUT: &str = "Autoscaling groups of containers, from the command line";

const AFTER: &str = "Start with `ms login`, then add-lconf, add-asg and start-asg. `ms COMMAND --help` shows a \
                     command's options; long options may be abbreviated.";

/// One command, understood.
pub enum Action {
    /// `ms` alone.
    Help,
    /// Logging in and the defaults file.
    Session(Session),
    /// Add, update, delete or list documents of a kind.
    Resource(Request),
    /// Everything about running groups, and the rest.
    Groups(Groups),
    /// What operators do with hosts.
    Hosts(Hosts),
    /// What policies did, and what is suspended.
    Scaling(Scaling),
}

/// The whole command line's definition.
pub fn command() -> Command {
    let root = Command::new("ms")
        .version(env!("CARGO_PKG_VERSION"))
        .infer_long_args(true)
        .infer_subcommands(true)
        // An option given twice counts as it was given last.
        .args_override_self(true);
    let session = Session::augment_subcommands(root).subcommands(resources::commands());
    // Set last: the definitions that are merged in bring a description of their own.
    let scaling = Scaling::augment_subcommands(Hosts::augment_subcommands(session));
    Groups::augment_subcommands(scaling)
        .about(ABOUT)
        .after_help(AFTER)
}

/// Which command the matches of [`command`] are.
///
/// # Errors
/// Only when a command's definition and its reading disagree.
pub fn read(matches: &ArgMatches) -> Result<Action, clap::Error> {
    let Some((name, own)) = matches.subcommand() else {
        return Ok(Action::Help);
    };
    if let Some(request) = resources::read(name, own) {
        return Ok(Action::Resource(request));
    }
    if Session::has_subcommand(name) {
        return Session::from_arg_matches(matches).map(Action::Session);
    }
    if Hosts::has_subcommand(name) {
        return Hosts::from_arg_matches(matches).map(Action::Hosts);
    }
    if Scaling::has_subcommand(name) {
        return Scaling::from_arg_matches(matches).map(Action::Scaling);
    }
    Groups::from_arg_matches(matches).map(Action::Groups)
}

/// Prints what the parser has to say, which is help, the version or an error, and its exit code.
pub fn answer(answer: &clap::Error) -> ExitCode {
    // A reader that closed its end early has seen what it wanted.
    let _closed = answer.print();
    match answer.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

/// A name as an option's value. Whether it is allowed is the server's to say, but an empty one or a dot could
/// not be told from another path.
fn name(text: &str) -> Result<String, String> {
    match text {
        "" => Err("a name must not be empty".to_owned()),
        "." | ".." => Err("this is no name".to_owned()),
        name => Ok(name.to_owned()),
    }
}
