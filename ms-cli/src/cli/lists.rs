//! Options that all lists share.

use clap::Args;

use crate::output::Format;

/// How something is shown.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// How to print it
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
    /// Show it again every 2 seconds, until Ctrl-C
    #[arg(short, long)]
    pub watch: bool,
}

/// How a list is shown.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Show every field
    #[arg(long)]
    pub detailed_list: bool,
    #[command(flatten)]
    pub show: ShowArgs,
}
