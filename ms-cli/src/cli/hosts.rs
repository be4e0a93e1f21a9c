//! Commands about Docker hosts.

use clap::{Args, Subcommand};

use super::{ListArgs, name};

/// Commands of operators.
#[derive(Debug, Subcommand)]
pub enum Hosts {
    /// List the Docker hosts
    #[command(name = "list-hosts")]
    List(ListArgs),
    /// Keep a host's instances, and give it no new ones
    #[command(name = "cordon-host")]
    Cordon(HostName),
    /// Empty a host: its instances are replaced on others
    #[command(name = "drain-host")]
    Drain(DrainArgs),
    /// Give a host that was cordoned or drained new instances again
    #[command(name = "uncordon-host")]
    Uncordon(HostName),
    /// Forget a host that is gone for good
    #[command(name = "remove-host")]
    Remove(RemoveArgs),
}

/// The host that a command is about, with or without an option.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct HostName {
    /// The host
    #[arg(short = 'n', long = "host-name", value_name = "NAME", value_parser = name)]
    option: Option<String>,
    /// The host
    #[arg(value_name = "NAME", value_parser = name)]
    word: Option<String>,
}

impl HostName {
    /// As it was typed.
    pub fn as_str(&self) -> &str {
        // The parser demands one of both.
        let given = self.option.as_deref().or(self.word.as_deref());
        given.unwrap_or_default()
    }
}

/// Options of `drain-host`.
#[derive(Debug, Args)]
pub struct DrainArgs {
    #[command(flatten)]
    pub host: HostName,
    /// Wait until no instance is left there
    #[arg(long)]
    pub wait: bool,
    /// Seconds to wait at most [default: no limit]
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    pub timeout: Option<u64>,
}

/// Options of `remove-host`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    #[command(flatten)]
    pub host: HostName,
    /// Also while it reports or has instances: those end, and are replaced on other hosts
    #[arg(long)]
    pub force: bool,
}
