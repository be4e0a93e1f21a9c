//! The `microscaler` binary: every component in one process, on an embedded store, an in-process bus and the local
//! container engine.
//!
//! What is started in which order is in [`service`]; what happens to a component that fails, in [`supervise`].

mod account;
mod apikey;
mod cli;
mod datadir;
mod hosts;
mod parts;
mod service;
mod settings;
mod signals;
mod supervise;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use datadir::DataDir;

/// Exit code of a configuration that cannot be used.
const BAD_CONFIG: u8 = 2;

/// Runs the command line of this process; returns its exit code: 0 after an orderly stop, 2 for a configuration that
/// cannot be used, 1 for any other reason not to run.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Command::CheckConfig { file }) = &cli.command {
        return check(file);
    }
    telemetry::init(if cli.log_format == "json" {
        telemetry::Format::Json
    } else {
        telemetry::Format::Text
    });
    let config = match settings::read(cli.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return refuse(&error.into()),
    };
    if let Err(error) = settings::require_usable(&config) {
        return refuse(&error);
    }
    match run(cli, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("microscaler: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn refuse(error: &anyhow::Error) -> ExitCode {
    eprintln!("microscaler: {error:#}");
    ExitCode::from(BAD_CONFIG)
}

fn check(file: &Path) -> ExitCode {
    let checked = config::load_for(file, config::Deployment::Single).map_err(anyhow::Error::from);
    match checked.and_then(|loaded| settings::require_usable(&loaded.config).map(|()| loaded)) {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                eprintln!("warning: {warning}");
            }
            println!("{}: OK", file.display());
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&error),
    }
}

fn run(cli: Cli, config: config::Config) -> anyhow::Result<()> {
    // Two providers are never linked in, but which one serves must be said before the first connection.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let data = DataDir::open(cli.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = signals::stop()?;
        let service = service::Service::start(config, &data).await?;
        stop.await;
        tracing::info!("stopping");
        service.stop().await;
        Ok(())
    })
}
