//! What commands do.

mod activities;
mod explain;
mod fill;
mod groups;
mod hosts;
pub mod known;
mod lists;
mod login;
mod off;
mod pause;
mod processes;
mod push;
mod replay;
mod resources;
mod rollups;
mod shell;
mod status;
mod top;
mod wait;

use api::Client;
use clap::ArgMatches;

use crate::cli::{self, Action, Groups, Scaling, Session};
use crate::defaults::{Defaults, DefaultsError};
use crate::messages::Failure;
use crate::output::print;

/// What a success prints.
const OK: &str = "OK";

/// Does one command.
///
/// # Errors
/// [`Failure`] says why it was not done.
pub async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    match cli::read(matches)? {
        Action::Help => Ok(cli::command().print_help()?),
        Action::Session(Session::Load(args)) => load(&args.file),
        Action::Session(Session::Login(args)) => login::run(args).await,
        Action::Resource(request) => resources::run(&Context::open()?, &request).await,
        Action::Hosts(command) => hosts::run(&Context::open()?, &command).await,
        Action::Scaling(command) => about_scaling(&Context::open()?, &command).await,
        Action::Groups(Groups::Completion { shell }) => shell::completion(shell),
        Action::Groups(Groups::Man { dir }) => Ok(shell::man(&dir)?),
        Action::Groups(command) => about_groups(&Context::open()?, command).await,
    }
}

async fn about_groups(context: &Context, command: Groups) -> Result<(), Failure> {
    match command {
        Groups::StartAsg(args) => groups::start(context, &args).await,
        Groups::StopAsg(args) => groups::stop(context, &args).await,
        Groups::SetDesiredCapacity(args) => groups::set_desired_capacity(context, &args).await,
        Groups::TerminateInstance(args) => groups::terminate(context, &args).await,
        Groups::ListInstances(args) => lists::instances(context, &args).await,
        Groups::ListInstanceTypes(args) => lists::instance_types(context, &args).await,
        Groups::ListActivities(args) => lists::activities(context, &args).await,
        Groups::Status(args) => status::run(context, &args).await,
        Groups::Completion { shell } => shell::completion(shell),
        Groups::Man { dir } => Ok(shell::man(&dir)?),
    }
}

async fn about_scaling(context: &Context, command: &Scaling) -> Result<(), Failure> {
    match command {
        Scaling::Explain(args) => explain::run(context, args).await,
        Scaling::Top(args) => top::run(context, args).await,
        Scaling::ListRollups(args) => rollups::run(context, args).await,
        Scaling::ReplayPolicy(args) => replay::run(context, args).await,
        Scaling::SuspendProcesses(args) => processes::change(context, args, "suspend").await,
        Scaling::ResumeProcesses(args) => processes::change(context, args, "resume").await,
        Scaling::PauseAsg(args) => pause::pause(context, args).await,
        Scaling::PushMetric(args) => push::push(context, args).await,
    }
}

/// What commands that call the service work with.
struct Context {
    defaults: Defaults,
    client: Client,
}

impl Context {
    /// The kept defaults, and a client with the kept token.
    fn open() -> Result<Self, Failure> {
        let defaults = Defaults::open()?;
        let (target, token) = (defaults.login("target"), defaults.login("token"));
        let (Some(target), Some(token)) = (target, token) else {
            return Err(Failure::NotLoggedIn);
        };
        let client = Client::new(target, Some(token))?;
        Ok(Self { defaults, client })
    }
}

/// Checks a file of defaults and keeps it.
fn load(file: &std::path::Path) -> Result<(), Failure> {
    let mut defaults = match Defaults::open() {
        // What is being replaced need not be right.
        Err(DefaultsError::Invalid { path, .. }) => Defaults::empty(path),
        opened => opened?,
    };
    defaults.load(file)?;
    defaults.save()?;
    Ok(print(OK)?)
}
