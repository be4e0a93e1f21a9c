//! Commands about running groups, and the rest.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;

use super::{ListArgs, ShowArgs, name};

/// Commands that are not about documents.
#[derive(Debug, Subcommand)]
pub enum Groups {
    /// Start a group: launch its desired capacity
    StartAsg(WaitArgs),
    /// Stop a group: remove all its instances
    StopAsg(WaitArgs),
    /// Set how many instances a group should have
    SetDesiredCapacity(CapacityArgs),
    /// Remove one instance, which is replaced unless --decrement is given
    TerminateInstance(TerminateArgs),
    /// List a group's instances
    ListInstances(InstancesArgs),
    /// List the instance types
    ListInstanceTypes(ListArgs),
    /// List what was done in a group, newest first
    ListActivities(ActivitiesArgs),
    /// Show the service's components, hosts and last round
    Status(ShowArgs),
    /// Print a completion script for a shell, for example `ms completion bash > ~/.bash_completion`
    Completion {
        /// The shell
        shell: Shell,
    },
    /// Write a man page of every command
    #[command(hide = true)]
    Man {
        /// Folder that they go to
        dir: PathBuf,
    },
}

/// Options of `start-asg` and `stop-asg`.
#[derive(Debug, Args)]
pub struct WaitArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// Wait until all instances run, or until all are gone
    #[arg(long)]
    pub wait: bool,
    /// Seconds to wait at most [default: no limit]
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    pub timeout: Option<u64>,
}

/// Options of `set-desired-capacity`.
#[derive(Debug, Args)]
pub struct CapacityArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// Instances wanted
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub desired_capacity: i64,
}

/// Options of `terminate-instance`.
#[derive(Debug, Args)]
pub struct TerminateArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// The instance: its instance_id, hostname or guid
    #[arg(long, value_name = "ID", value_parser = name)]
    pub instance: String,
    /// Also lower the desired capacity by one, so that it is not replaced
    #[arg(long)]
    pub decrement: bool,
}

/// Options of `list-instances`.
#[derive(Debug, Args)]
pub struct InstancesArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    #[command(flatten)]
    pub list: ListArgs,
}

/// Options of `list-activities`.
#[derive(Debug, Args)]
pub struct ActivitiesArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// How many to show at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// How many of the newest to leave out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip: u32,
    #[command(flatten)]
    pub list: ListArgs,
}
