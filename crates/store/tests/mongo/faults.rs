//! A server that is down, silent, or killed at work.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::{ActivityId, ActivityStatus, Group, GroupId, SystemIds};
use store::conformance::fixtures::{activity, group};
use store::update::{self, UpdateError, Verdict};
use store::{MongoStore, Store, StoreError};
use test_servers::{Mongo, free_port};

#[tokio::test]
async fn a_start_without_a_server_or_with_a_silent_one_ends() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [free_port(), silent.local_addr().unwrap().port()] {
        let begun = Instant::now();
        super::unavailable(&super::impatient(port)).await;
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}

#[tokio::test]
async fn a_store_whose_server_is_down_says_so_and_comes_back_with_it() {
    let Some(mut mongo) = own() else {
        return;
    };
    let options = super::impatient(mongo.port());
    let store = MongoStore::connect(&options).await.unwrap();
    let made = group("anna", "web");
    store.create_group(&made).await.unwrap();
    mongo.kill();
    // The connections that were open may break in the middle of a call; the next calls find none.
    while let Err(StoreError::Unknown(_)) = store.create_group(&group("anna", "late")).await {}
    let refused = store.create_group(&group("anna", "late")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let refused = store.ping().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    mongo.restart();
    while store.ping().await.is_err() {}
    assert_eq!(store.group(made.id).await.unwrap().unwrap().value, made);
    let late = group("anna", "late");
    let free = store.group_named(&late.account, &late.name).await.unwrap();
    assert_eq!(free, None, "what was refused did not happen");
}

const WRITERS: usize = 8;
const GROUPS: usize = 2;

/// How the writers' changes ended, each known by the activity that it added.
#[derive(Default)]
struct Ended {
    acknowledged: Vec<ActivityId>,
    refused: Vec<ActivityId>,
    unknown: Vec<ActivityId>,
}

/// What the writers and the test tell each other.
#[derive(Default)]
struct Counts {
    stop: AtomicBool,
    acknowledged: AtomicUsize,
    failed: AtomicUsize,
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
            Err(UpdateError::Store(StoreError::Unknown(_))) => {
                ended.unknown.push(mark.id);
                &counts.failed
            }
            Err(UpdateError::Store(StoreError::Unavailable(_) | StoreError::Conflict)) => {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_at_work_loses_nothing_acknowledged_and_invents_nothing() {
    let Some(mut mongo) = own() else {
        return;
    };
    let mut options = super::impatient(mongo.port());
    options.pool_size = 20;
    options.pool_timeout = Duration::from_secs(1);
    let store = Arc::new(MongoStore::connect(&options).await.unwrap());
    let groups: Vec<Group> = (0..GROUPS).map(|n| group("anna", &format!("g-{n}"))).collect();
    for made in &groups {
        store.create_group(made).await.unwrap();
    }
    let counts = Arc::<Counts>::default();
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            let (store, id) = (Arc::clone(&store), groups[n % GROUPS].id);
            tokio::spawn(write(store, id, Arc::clone(&counts)))
        })
        .collect();
    for _ in 0..3 {
        grow(&counts.acknowledged, 40).await;
        mongo.kill();
        // Away until somebody noticed.
        grow(&counts.failed, 1).await;
        mongo.restart();
    }
    grow(&counts.acknowledged, 40).await;
    counts.stop.store(true, Ordering::Relaxed);
    let mut all = Ended::default();
    for writer in writers {
        let ended = writer.await.unwrap();
        all.acknowledged.extend(ended.acknowledged);
        all.refused.extend(ended.refused);
        all.unknown.extend(ended.unknown);
    }
    judge(&store, &groups, &all).await;
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
        "{} acknowledged, {} refused, {} unknown",
        all.acknowledged.len(),
        all.refused.len(),
        all.unknown.len()
    );
    for id in &all.acknowledged {
        assert_eq!(times.get(id), Some(&1), "{id} was acknowledged");
    }
    for id in &all.refused {
        assert_eq!(times.get(id), None, "{id} was refused");
    }
    for id in &all.unknown {
        assert!(times.get(id).is_none_or(|times| *times == 1), "{id} twice");
    }
}

/// A server that may be killed.
fn own() -> Option<Mongo> {
    let mongo = Mongo::start()?;
    if !mongo.is_ours() {
        test_servers::skipped("it kills the MongoDB server, which has to be one of its own");
        return None;
    }
    Some(mongo)
}
