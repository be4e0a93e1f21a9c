//! Two health managers of this process on the embedded store; the leading one is cut off in the middle of whatever it
//! does, as a crash would, without giving its lease back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bus::{Bus, MemoryBus};
use domain::{GroupId, InstallationId, SystemClock, SystemIds};
use health_manager::{Deps, ManagerError, Settings};
use store::update::{self, Verdict};
use store::{EmbeddedStore, GroupQuery, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::installation::GROUPS;
use super::hosts::Hosts;
use super::{FIRST, LOOK_EVERY, PATIENCE, ROUNDS, Taken, commits, epoch, raised, stored};

/// A health manager as a task.
struct Manager {
    deps: Deps,
    task: JoinHandle<Result<(), ManagerError>>,
}

impl Manager {
    fn start(store: &Arc<dyn Store>, bus: &Arc<dyn Bus>) -> Self {
        let deps = Deps {
            store: Arc::clone(store),
            bus: Arc::clone(bus),
            cache: Arc::new(cache::NoCache::new()),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            installation: InstallationId(Uuid::nil()),
            metrics: telemetry::Metrics::new(),
            board: telemetry::StatusBoard::new(),
            settings: Arc::new(Settings {
                exclusive: false,
                ..Settings::default()
            }),
        };
        let task = tokio::spawn(health_manager::run(deps.clone(), CancellationToken::new()));
        Self { deps, task }
    }

    async fn leads(&self, since: Instant) -> Duration {
        let says_so = || {
            self.deps
                .metrics
                .encode()
                .lines()
                .any(|line| line == "microscaler_leading 1")
        };
        while !says_so() {
            assert!(since.elapsed() < PATIENCE, "nobody leads");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        since.elapsed()
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Measures it.
pub(super) async fn run() -> Taken {
    let directory = tempfile::tempdir().expect("the temporary directory can be written");
    let store = EmbeddedStore::open(&directory.path().join("bench.db")).expect("a new store can be made");
    stored::add_hosts(&store).await;
    stored::add_groups(&store, FIRST).await;
    let (store, bus): (Arc<dyn Store>, Arc<dyn Bus>) = (Arc::new(store), Arc::new(MemoryBus::new()));
    let _hosts = Hosts::speak(Arc::clone(&bus), InstallationId(Uuid::nil()));
    let mut leader = Manager::start(&store, &bus);
    leader.leads(Instant::now()).await;
    let mut taken = Taken::default();
    for round in 1..=ROUNDS {
        let successor = Manager::start(&store, &bus);
        let before = epoch(&*store).await;
        // It has to have seen the lease, as one that stands by has.
        tokio::time::sleep(Duration::from_secs(1)).await;
        leader.task.abort();
        let ended = Instant::now();
        // The last ones in the order of the scan.
        let asked = GroupId(Uuid::from_u128(GROUPS - u128::from(round)));
        shrink(&*store, asked).await;
        let (leads, commits) = tokio::join!(successor.leads(ended), commits(&*store, asked, before, ended));
        taken.leads.push(leads);
        taken.commits.extend(commits);
        if round == ROUNDS {
            let count = async || of_epoch(&*store, before.next()).await;
            taken.raised = Some(raised(usize::try_from(GROUPS).unwrap_or_default(), ended, count).await);
        }
        leader = successor;
    }
    taken
}

/// Asks for one instance less.
async fn shrink(store: &dyn Store, group: GroupId) {
    let changed = update::group(store, group, &SystemIds, |group| {
        group.spec.desired_capacity -= 1;
        Ok::<_, std::convert::Infallible>(Verdict::Commit)
    });
    changed.await.expect("a group can be changed");
}

async fn of_epoch(store: &dyn Store, epoch: domain::Epoch) -> usize {
    let query = GroupQuery {
        limit: usize::try_from(GROUPS).unwrap_or(usize::MAX),
        ..GroupQuery::default()
    };
    let groups = store.groups(&query).await.expect("groups can be read");
    groups.iter().filter(|group| group.value.epoch >= epoch).count()
}
