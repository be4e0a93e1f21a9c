//! `microscaler`: every component in one process.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use config::{Config, Deployment, StoreKind};
use domain::{Ids, InstallationId, SystemIds};

use crate::cli::{Cli, Command};
use crate::datadir::DataDir;
use crate::part::Part;
use crate::parts::{Opened, Shared};
use crate::service::Service;
use crate::signals::{Asked, Signals};
use crate::{BAD_CONFIG, account, backends, choose_tls, copy, hosts, log, refuse, settings};

const PROGRAM: &str = "microscaler";

/// Runs the command line of this process; returns its exit code: 0 after an orderly stop, 2 for a configuration that
/// cannot be used, 1 for any other reason not to run.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Command::CheckConfig { file }) = &cli.command {
        return check(file);
    }
    log(&cli.log_format);
    let config = match settings::usable(cli.config.as_deref(), Deployment::Single) {
        Ok(config) => config,
        Err(error) => return refuse(PROGRAM, &error, BAD_CONFIG),
    };
    let ended = match cli.command {
        Some(Command::CopyStore) => copy_store(cli, &config),
        Some(Command::CheckConfig { .. }) | None => run(cli, config),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(PROGRAM, &error, 1),
    }
}

fn check(file: &Path) -> ExitCode {
    let checked = config::load_for(file, Deployment::Single).map_err(anyhow::Error::from);
    let usable = checked
        .and_then(|loaded| settings::require_usable(&loaded.config, Deployment::Single).map(|()| loaded));
    match usable {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                eprintln!("warning: {warning}");
            }
            println!("{}: OK", file.display());
            ExitCode::SUCCESS
        }
        Err(error) => refuse(PROGRAM, &error, BAD_CONFIG),
    }
}

fn copy_store(cli: Cli, config: &Config) -> anyhow::Result<()> {
    choose_tls();
    let data = DataDir::open(cli.data_dir)?;
    let file = data.store();
    anyhow::ensure!(file.exists(), "{}: there is no store to copy", file.display());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let copied = runtime.block_on(async {
        let from = store::EmbeddedStore::open(&file)?;
        copy::copy(&from, &backends::mongodb(config).await?).await
    })?;
    println!(
        "copied {} groups, {} documents, {} activities, {} decisions, {} minutes of load and {} hosts; everything is in the target now",
        copied.groups, copied.documents, copied.activities, copied.decisions, copied.rollups, copied.hosts
    );
    Ok(())
}

fn run(cli: Cli, config: Config) -> anyhow::Result<()> {
    choose_tls();
    let data = DataDir::open(cli.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let service = start(config, &data).await?;
        while signals.next().await == Asked::Reload {
            reload(&service, cli.config.as_deref(), &data);
        }
        tracing::info!("stopping");
        service.stop().await;
        Ok(())
    })
}

async fn start(config: Config, data: &DataDir) -> anyhow::Result<Service> {
    let config = account::complete(config, data)?;
    let served = hosts::all(&config)?;
    let chosen = config.backends(Deployment::Single)?;
    let store = backends::store(&config, chosen, Some(data)).await?;
    let installation = store.installation(InstallationId(SystemIds.fresh())).await?;
    let opened = Opened {
        bus: backends::bus(&config, chosen).await?,
        store: Some(store),
        installation,
        // The data directory's lock keeps every other one away from a store in it, not from a server's.
        alone: chosen.store == StoreKind::Embedded,
    };
    let service = Service::start(Shared::new(config, opened), &Part::ALL, &served)?;
    tracing::info!(data = %data.path().display(), %installation, "microscaler runs");
    Ok(service)
}

/// A configuration that cannot be used changes nothing.
fn reload(service: &Service, file: Option<&Path>, data: &DataDir) {
    let read = settings::usable(file, Deployment::Single).and_then(|config| account::complete(config, data));
    if let Err(error) = read.and_then(|config| service.reload(config)) {
        tracing::error!("the configuration was not reloaded, the old one stays: {error:#}");
    }
}
