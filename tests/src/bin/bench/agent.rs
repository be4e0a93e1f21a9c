//! The host agent alone, on 100 real containers: what its samples and reports cost.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, MemoryBus};
use domain::job::label;
use domain::{Capacity, InstallationId, SystemIds};
use engine::{ContainerEngine, Docker, DockerOptions};
use futures_util::{StreamExt, stream};
use host_agent::{AgentDeps, HostIdentity};
use scenarios::harness::Engine;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::cpu;
use super::figures::Table;
use super::raw::Raw;

const CONTAINERS: usize = 100;
const AT_ONCE: usize = 8;
const LASTS: Duration = Duration::from_secs(30);

/// Measures it: its own CPU is that of this process, which does nothing else meanwhile.
pub async fn run(engine: &Engine, table: &mut Table) {
    let (raw, installation) = (Raw::new(engine), InstallationId(Uuid::now_v7()));
    let launches = (0..CONTAINERS).map(|n| {
        let labels = HashMap::from([
            (label::INSTALLATION.to_owned(), installation.to_string()),
            (label::GROUP.to_owned(), Uuid::now_v7().to_string()),
            (label::RECORD.to_owned(), Uuid::now_v7().to_string()),
        ]);
        let (raw, name) = (&raw, format!("bench-{}-{n}", installation.0.simple()));
        async move { raw.launch_idle(&name, labels).await }
    });
    stream::iter(launches)
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    let shutdown = CancellationToken::new();
    let agent = tokio::spawn(host_agent::run(deps(installation), shutdown.clone()));
    // Past its first report and sample.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let [own, dockerd] = cpu::share([std::process::id(), cpu::dockerd().unwrap_or_default()], LASTS).await;
    shutdown.cancel();
    let _ended = agent.await;
    table.figure(
        "host agent with 100 containers, CPU of one core",
        format!("{own:.2} % (dockerd meanwhile {dockerd:.2} %)"),
    );
    raw.clear().await;
}

fn deps(installation: InstallationId) -> AgentDeps {
    let engine = Docker::connect(DockerOptions::local(installation)).expect("the local engine's address");
    AgentDeps {
        identity: HostIdentity {
            name: "bench".parse().expect("a name"),
            zones: Vec::new(),
            capacity: Capacity::default(),
            labels: BTreeMap::new(),
            control: false,
        },
        engine: Arc::new(engine) as Arc<dyn ContainerEngine>,
        bus: Arc::new(MemoryBus::default()) as Arc<dyn Bus>,
        installation,
        ids: Arc::new(SystemIds),
        poller_interval: Duration::from_secs(10),
        sample_interval: Duration::from_secs(5),
        board: telemetry::StatusBoard::new(),
    }
}
