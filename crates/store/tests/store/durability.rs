//! An acknowledged write outlives the process, however that ends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use domain::{ActivityStatus, CommitId, GroupId, Ids, SystemIds};
use store::conformance::fixtures::{activity, group, host};
use store::{EmbeddedStore, Store};

/// Tells the child where its store is.
const FILE: &str = "STORE_TEST_FILE";
const WRITERS: usize = 8;

/// Not a test: the process that is killed. It prints a line for each acknowledged write.
#[test]
#[ignore = "it is started by the test below"]
fn writes_until_it_is_killed() {
    let path = PathBuf::from(std::env::var_os(FILE).expect("only as a child"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(EmbeddedStore::open(&path).unwrap());
        let writers = (0..WRITERS).map(|_| tokio::spawn(write_for_ever(Arc::clone(&store))));
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

async fn write_for_ever(store: Arc<EmbeddedStore>) {
    loop {
        let id = SystemIds.fresh();
        let mut made = group("anna", &format!("g-{}", id.simple()));
        let mut revision = store.create_group(&made).await.unwrap();
        println!("\nacknowledged {} 0", made.id);
        for desired in 1..=3 {
            made.spec.desired_capacity = desired;
            let commit = CommitId(SystemIds.fresh());
            made.remember(commit);
            revision = store.replace_group(&made, revision, commit).await.unwrap();
            println!("\nacknowledged {} {desired}", made.id);
        }
        store
            .put_activities(&[activity(made.id, 1, ActivityStatus::Successful)])
            .await
            .unwrap();
        println!("\nacknowledged {} 100", made.id);
    }
}

/// What a child that was killed after `count` acknowledgements had acknowledged: the last step of each group.
fn killed_after(path: &Path, count: usize) -> BTreeMap<GroupId, u32> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "durability::writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = BTreeMap::new();
    let (mut line, mut seen) = (String::new(), 0);
    while lines.read_line(&mut line).unwrap() > 0 {
        let words: Vec<&str> = line.split_whitespace().collect();
        // The last line may be cut off by the kill.
        if let (["acknowledged", id, step], true) = (words.as_slice(), line.ends_with('\n')) {
            acknowledged.insert(id.parse().unwrap(), step.parse().unwrap());
            seen += 1;
            if seen == count {
                child.kill().unwrap();
            }
        }
        line.clear();
    }
    child.wait().unwrap();
    assert!(seen >= count, "it ended by itself after {seen}");
    acknowledged
}

#[tokio::test]
async fn a_killed_process_loses_no_acknowledged_write() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut acknowledged = BTreeMap::new();
    for count in [1, 50, 700] {
        acknowledged.extend(killed_after(&path, count));
        let store = EmbeddedStore::open(&path).unwrap();
        for (id, step) in &acknowledged {
            let read = store.group(*id).await.unwrap().expect("an acknowledged group");
            assert!(
                read.value.spec.desired_capacity >= (*step).min(3),
                "{id}: {read:?}"
            );
            let history = store.activities(*id, 0, 10).await.unwrap();
            assert!(*step < 100 || history.len() == 1, "{id}: its activity is gone");
        }
    }
}

#[test]
fn a_restart_keeps_everything_and_leaves_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let made = store::conformance::fixtures::full_group("anna", "web");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fresh = domain::InstallationId(SystemIds.fresh());
    let stored = runtime.block_on(async {
        let store = EmbeddedStore::open(&path).unwrap();
        store.create_group(&made).await.unwrap();
        store.put_host(&host("a")).await.unwrap();
        store.installation(fresh).await.unwrap();
        store.group(made.id).await.unwrap()
    });
    // Waits for the threads that the store worked on.
    drop(runtime);
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["store.db"], "the log is copied back and gone");

    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = EmbeddedStore::open(&path).unwrap();
        assert_eq!(store.group(made.id).await.unwrap(), stored);
        assert_eq!(store.hosts().await.unwrap(), [host("a")]);
        let other = domain::InstallationId(SystemIds.fresh());
        assert_eq!(store.installation(other).await.unwrap(), fresh);
    });
}
