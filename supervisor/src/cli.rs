//! The command line of `microscaler`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Groups of containers that keep their size, heal and scale, on Docker hosts.
///
/// Runs every component in one process, on an embedded store. Without a configuration file it listens on the
/// loopback only, with an API key made at first start, which a plain `ms login` finds.
#[derive(Debug, Parser)]
#[command(name = "microscaler", version)]
pub(crate) struct Cli {
    /// Configuration file [default: /usr/local/microscaler/config/microscaler.yml, else /etc/microscaler/microscaler.yml, when there is one].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the store and the API key are kept [default: $XDG_DATA_HOME/microscaler].
    #[arg(long, value_name = "DIR", env = "MICROSCALER_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// How log lines look: `text` or `json`.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(crate) log_format: String,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Validates a configuration file without starting; exits 0 when it is good, 2 when not.
    CheckConfig {
        /// The file.
        file: PathBuf,
    },
    /// Copies the embedded store of the data directory to the MongoDB server of the configuration's `database`, for
    /// the move to a fleet. Stop microscaler first. Nothing in the target is overwritten, and a copy that was cut off
    /// is completed by the next. Users log in anew.
    CopyStore,
}
