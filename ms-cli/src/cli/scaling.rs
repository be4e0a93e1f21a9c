//! Commands about what policies do.

use clap::{Args, Subcommand};

use super::{ListArgs, ReplayArgs, name};
use crate::output::Format;

/// Commands about what policies do.
#[derive(Debug, Subcommand)]
pub enum Scaling {
    /// Tell what was decided about a group's capacity, and why, newest first
    Explain(ExplainArgs),
    /// Watch a group: its load, its instances, its capacity and what is decided about it
    Top(TopArgs),
    /// List what a group's load was, minute by minute: the last hour, or one day at most
    ListRollups(RollupsArgs),
    /// Try policies on what was recorded of a group: what they would have held, missed and moved
    ReplayPolicy(Box<ReplayArgs>),
    /// Suspend processes of a group, all when none is named
    SuspendProcesses(ProcessesArgs),
    /// Resume processes of a group, all when none is named
    ResumeProcesses(ProcessesArgs),
    /// Have neither schedules nor policies move a group until a time
    PauseAsg(PauseArgs),
    /// Tell a figure of a push source, for your policies to look at
    PushMetric(PushArgs),
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// How many decisions to show at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    #[command(flatten)]
    pub list: ListArgs,
}

/// Options of `top`.
#[derive(Debug, Args)]
pub struct TopArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// Show it once, for scripts
    #[arg(long)]
    pub once: bool,
    /// How to print it; json is a line for each look
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
}

/// Options of `list-rollups`.
#[derive(Debug, Args)]
pub struct RollupsArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// Since when, for example 2030-01-01T09:00:00+01:00 or Unix seconds; an hour before --to
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Option<i64>,
    /// Until when; now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub to: Option<i64>,
    #[command(flatten)]
    pub list: ListArgs,
}

/// A figure that JSON and policies have.
fn figure(text: &str) -> Result<f64, String> {
    let read = text.parse().ok().filter(|figure: &f64| figure.is_finite());
    read.ok_or_else(|| "expected a finite number".to_owned())
}

/// A time, in Unix seconds.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    let read = text.parse().ok();
    let read = read.or_else(|| Some(text.parse::<jiff::Timestamp>().ok()?.as_second()));
    read.ok_or_else(|| "expected Unix seconds or a time such as 2030-01-01T09:00:00+01:00".to_owned())
}

/// Options of `suspend-processes` and `resume-processes`.
#[derive(Debug, Args)]
pub struct ProcessesArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// Which: Launch, Terminate, HealthCheck, ReplaceUnhealthy, AZRebalance, AlarmNotification (policies), ScheduledActions
    #[arg(long, value_name = "A,B,...", value_delimiter = ',')]
    pub processes: Vec<String>,
}

/// Options of `push-metric`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// The source, as the service's configuration names it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub source: String,
    /// The metric, as your policies name it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub metric: String,
    /// What it is now
    #[arg(long, value_name = "FIGURE", allow_negative_numbers = true, value_parser = figure)]
    pub value: f64,
}

/// Options of `pause-asg`.
#[derive(Debug, Args)]
pub struct PauseArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// When they move it again, for example 2030-01-01T09:00:00+01:00 or Unix seconds; none: now
    #[arg(long, value_name = "TIME")]
    pub until: String,
}
