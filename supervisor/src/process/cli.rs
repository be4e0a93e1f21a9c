//! The command line of a component that is a process of its own.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser};
use domain::HostName;

use crate::part::Part;

/// The options of all; those about hosts are for the components that serve hosts.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Configuration file [default: /usr/local/microscaler/config/microscaler.yml, else /etc/microscaler/microscaler.yml].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Serves this host of the configuration, or this machine under this name; may be repeated. Without it: this
    /// machine, when the configuration has a host of its name or has no hosts; otherwise every host of the
    /// configuration that has an `engine`.
    #[arg(long = "host", value_name = "NAME", value_parser = HostName::parse)]
    pub(crate) hosts: Vec<HostName>,
    /// Answers GET /live, /ready and /metrics on this address, without a login: let only your monitoring reach it.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) probes: Option<SocketAddr>,
    /// How log lines look: `text` or `json`.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(crate) log_format: String,
}

/// Reads the command line of a component's program.
pub(crate) fn parse(part: Part) -> Options {
    let mut command = Options::command().name(part.program()).about(part.about());
    if !part.serves_hosts() {
        command = command.mut_arg("hosts", |hosts| hosts.hide(true));
    }
    let matches = command.get_matches();
    Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}
