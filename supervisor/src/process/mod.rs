//! A component as a process of its own: its command line, its connections, what it tells, how it ends.

mod beacon;
mod cli;
mod open;
mod probes;

use std::process::ExitCode;
use std::sync::Arc;

use config::{Config, Deployment};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::hosts::Served;
use crate::part::Part;
use crate::parts::Shared;
use crate::service::Service;
use crate::signals::{Asked, Signals};
use crate::{BAD_CONFIG, choose_tls, hosts, log, refuse, settings};
use cli::Options;

/// Runs a component's program; returns its exit code: 0 after an orderly stop, 2 for a configuration that cannot be
/// used, 1 for any other reason not to run.
#[must_use]
pub fn main(part: Part) -> ExitCode {
    let options = cli::parse(part);
    log(&options.log_format);
    let (config, served) = match prepare(part, &options) {
        Ok(prepared) => prepared,
        Err(error) => return refuse(part.program(), &error, BAD_CONFIG),
    };
    match run(part, &options, config, &served) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(part.program(), &error, 1),
    }
}

/// What the process runs on, checked as far as it can be without a server.
fn prepare(part: Part, options: &Options) -> anyhow::Result<(Config, Vec<Served>)> {
    let config = read(part, options)?;
    let served = if part.serves_hosts() {
        hosts::chosen(&config, &options.hosts)?
    } else {
        Vec::new()
    };
    Ok((config, served))
}

fn read(part: Part, options: &Options) -> anyhow::Result<Config> {
    let config = settings::usable(options.config.as_deref(), Deployment::Split)?;
    if part == Part::Controller && config.auth.is_empty() {
        anyhow::bail!("auth: expected at least one account with its API key: without one nobody can log in");
    }
    Ok(config)
}

fn run(part: Part, options: &Options, config: Config, served: &[Served]) -> anyhow::Result<()> {
    choose_tls();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let probes = probes::Probes::default();
        if let Some(address) = options.probes {
            probes.serve(address)?;
        }
        let opened = tokio::select! {
            biased;
            () = signals.stop() => return Ok(()),
            opened = open::patiently(part, &config) => opened?,
        };
        let shared = Shared::new(config, opened);
        let service = Service::start(shared.clone(), &[part], served)?;
        probes.watch(shared.clone());
        let company = Company::keep(part, &shared);
        tracing::info!(
            program = part.program(),
            version = env!("CARGO_PKG_VERSION"),
            installation = %shared.installation(),
            "runs"
        );
        while signals.next().await == Asked::Reload {
            // What it could not start under it does not go on under.
            if let Err(error) = prepare(part, options).and_then(|(config, _)| service.reload(config)) {
                tracing::error!("the configuration was not reloaded, the old one stays: {error:#}");
            }
        }
        tracing::info!("stopping");
        service.stop().await;
        company.leave().await;
        Ok(())
    })
}

/// What a process tells the others, and hears of them.
struct Company {
    tasks: JoinSet<()>,
    leaving: CancellationToken,
}

impl Company {
    fn keep(part: Part, shared: &Shared) -> Self {
        let (mut tasks, leaving) = (JoinSet::new(), CancellationToken::new());
        let name = beacon::process_name(part.program());
        let installation = shared.store().is_ok().then(|| shared.installation());
        let (bus, board) = (shared.bus(), shared.watch.board.clone());
        let (own, until) = (name.clone(), leaving.clone());
        let telling = Arc::clone(&bus);
        let told = board.clone();
        tasks.spawn(async move { beacon::tell(&*telling, own, installation, &told, until).await });
        if part == Part::Controller {
            tasks.spawn(async move {
                if let Err(error) = beacon::listen(&*bus, &name, &board).await {
                    tracing::error!(%error, "the status of other processes is not shown until the next start");
                }
            });
        }
        Self { tasks, leaving }
    }

    /// Says so.
    async fn leave(mut self) {
        self.leaving.cancel();
        let _told = tokio::time::timeout(std::time::Duration::from_secs(2), self.tasks.join_next()).await;
    }
}
