//! Commands about the session: the login and the defaults file.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands that concern the defaults file.
#[derive(Debug, Subcommand)]
pub enum Session {
    /// Check a file of defaults and keep it
    Load(LoadArgs),
    /// Log in; what is left out comes from the defaults file, else from the local installation
    Login(LoginArgs),
}

/// Options of `ms load`.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// YAML file with the sections login, load_balancer, launch_configuration, autoscaling_group, policy
    #[arg(short, long, value_name = "FILE")]
    pub file: PathBuf,
}

/// Options of `ms login`.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Base URL, for example http://localhost:56785/asgcc
    #[arg(short, long, value_name = "URL")]
    pub target: Option<String>,
    /// Account
    #[arg(short, long)]
    pub user: Option<String>,
    /// API key
    #[arg(short, long)]
    pub key: Option<String>,
}
