//! Writers that add to groups, while something happens to the server.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::{ActivityId, ActivityStatus, Group, GroupId, SystemIds};
use store::conformance::fixtures::{activity, group};
use store::update::{self, UpdateError, Verdict};
use store::{MongoStore, Store, StoreError};
use tokio::task::JoinHandle;

const WRITERS: usize = 8;
const GROUPS: usize = 2;

/// Writers at work.
pub struct Writers {
    store: Arc<MongoStore>,
    groups: Vec<Group>,
    counts: Arc<Counts>,
    tasks: Vec<JoinHandle<Ended>>,
}

/// How the writers' changes ended, each known by the activity that it added.
#[derive(Default)]
pub struct Ended {
    /// Told as made.
    pub acknowledged: Vec<ActivityId>,
    /// Told as not made.
    pub refused: Vec<ActivityId>,
    /// Told as not made, since others were faster each time.
    pub outrun: Vec<ActivityId>,
    /// Told as either.
    pub unknown: Vec<ActivityId>,
}

/// What the writers and the test tell each other.
#[derive(Default)]
struct Counts {
    stop: AtomicBool,
    acknowledged: AtomicUsize,
    failed: AtomicUsize,
}

impl Writers {
    /// Makes the groups and sets them to work.
    pub async fn start(store: MongoStore) -> Self {
        let store = Arc::new(store);
        let groups: Vec<Group> = (0..GROUPS).map(|n| group("anna", &format!("g-{n}"))).collect();
        for made in &groups {
            store.create_group(made).await.unwrap();
        }
        let counts = Arc::<Counts>::default();
        let tasks = (0..WRITERS).map(|n| {
            let (store, id) = (Arc::clone(&store), groups[n % GROUPS].id);
            tokio::spawn(write(store, id, Arc::clone(&counts)))
        });
        Self {
            tasks: tasks.collect(),
            store,
            groups,
            counts,
        }
    }

    /// Waits until so many more changes were acknowledged.
    pub async fn acknowledged(&self, more: usize) {
        grow(&self.counts.acknowledged, more).await;
    }

    /// Waits until so many more changes were not.
    pub async fn failed(&self, more: usize) {
        grow(&self.counts.failed, more).await;
    }

    /// Ends their work, and holds what they were told against what is stored.
    pub async fn judged(self) -> Ended {
        self.counts.stop.store(true, Ordering::Relaxed);
        let mut all = Ended::default();
        for task in self.tasks {
            let ended = task.await.unwrap();
            all.acknowledged.extend(ended.acknowledged);
            all.refused.extend(ended.refused);
            all.outrun.extend(ended.outrun);
            all.unknown.extend(ended.unknown);
        }
        judge(&self.store, &self.groups, &all).await;
        all
    }
}

/// Adds activities to a group until it is told to stop.
async fn write(store: Arc<MongoStore>, id: GroupId, counts: Arc<Counts>) -> Ended {
    let mut ended = Ended::default();
    while !counts.stop.load(Ordering::Relaxed) {
        let mark = activity(id, 1, ActivityStatus::InProgress);
        let done = update::group(&*store, id, &SystemIds, |group| {
            group.outbox.push(mark.clone());
            Ok::<_, Infallible>(Verdict::Commit)
        });
        let count = match done.await {
            Ok(_) => {
                ended.acknowledged.push(mark.id);
                &counts.acknowledged
            }
            Err(UpdateError::Store(StoreError::Unknown(why))) => {
                println!("unknown: {why}");
                ended.unknown.push(mark.id);
                &counts.failed
            }
            Err(UpdateError::Store(StoreError::Conflict)) => {
                ended.outrun.push(mark.id);
                continue;
            }
            Err(UpdateError::Store(StoreError::Unavailable(why))) => {
                println!("refused: {why}");
                ended.refused.push(mark.id);
                &counts.failed
            }
            Err(error) => panic!("{error:?}"),
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
    ended
}

async fn grow(count: &AtomicUsize, by: usize) {
    let target = count.load(Ordering::Relaxed) + by;
    while count.load(Ordering::Relaxed) < target {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn judge(store: &MongoStore, groups: &[Group], all: &Ended) {
    let mut times: BTreeMap<ActivityId, usize> = BTreeMap::new();
    for made in groups {
        let read = store.group(made.id).await.unwrap().unwrap();
        assert_eq!(
            read.revision.0,
            1 + read.value.outbox.len() as u64,
            "one revision for each change"
        );
        for entry in read.value.outbox {
            *times.entry(entry.id).or_default() += 1;
        }
    }
    println!(
        "{} acknowledged, {} refused, {} outrun, {} unknown",
        all.acknowledged.len(),
        all.refused.len(),
        all.outrun.len(),
        all.unknown.len()
    );
    for id in &all.acknowledged {
        assert_eq!(times.get(id), Some(&1), "{id} was acknowledged");
    }
    for id in all.refused.iter().chain(&all.outrun) {
        assert_eq!(times.get(id), None, "{id} was refused");
    }
    for id in &all.unknown {
        assert!(times.get(id).is_none_or(|times| *times == 1), "{id} twice");
    }
}
