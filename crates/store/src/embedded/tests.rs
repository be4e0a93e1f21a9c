//! What the trait does not show: the grouping of writes, and faults of the disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Waker};

use rusqlite::Connection;

use super::EmbeddedStore;
use super::sql::{all, execute, failed};
use super::writer::Writer;
use crate::conformance::fixtures::{group, host};
use crate::{Result, Store, StoreError};

type Writing<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

fn open() -> (tempfile::TempDir, EmbeddedStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(&directory.path().join("store.db")).unwrap();
    (directory, store)
}

/// Puts a write into the queue.
fn queue<T: Send + 'static>(
    writer: &Arc<Writer>,
    work: impl FnMut(&Connection) -> Result<T> + Send + 'static,
) -> Writing<T> {
    let writer = Arc::clone(writer);
    let mut writing: Writing<T> = Box::pin(async move { writer.write(work).await });
    let polled = writing.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    writing
}

/// Occupies the writer until the sender sends; the writes queued meanwhile are the next batch.
fn occupy(writer: &Arc<Writer>) -> (mpsc::Sender<()>, Writing<()>) {
    let (release, released) = mpsc::channel();
    let (begun, begins) = mpsc::channel();
    let occupied = queue(writer, move |_| {
        begun.send(()).unwrap();
        released.recv().unwrap();
        Ok(())
    });
    begins.recv().unwrap();
    (release, occupied)
}

fn put(name: String) -> impl Fn(&Connection) -> Result<()> + Send + 'static {
    move |db| execute(db, "INSERT INTO hosts (name, body) VALUES (?1, 'null')", [&name]).map(|_| ())
}

async fn names(store: &EmbeddedStore) -> Vec<String> {
    let read = store.readers.read(|db| {
        all(db, "SELECT name FROM hosts ORDER BY name", [], |row| {
            row.get(0).map_err(failed)
        })
    });
    read.await.unwrap()
}

#[tokio::test]
async fn writes_that_wait_share_one_commit() {
    let (_directory, store) = open();
    let (release, occupied) = occupy(&store.writer);
    let waiting: Vec<_> = (100..200)
        .map(|n| queue(&store.writer, put(n.to_string())))
        .collect();
    release.send(()).unwrap();
    occupied.await.unwrap();
    for writing in waiting {
        writing.await.unwrap();
    }
    assert_eq!(store.commits(), 2);
    assert_eq!(names(&store).await.len(), 100);
}

#[tokio::test]
async fn a_write_that_fails_undoes_itself_alone() {
    let (_directory, store) = open();
    let (release, occupied) = occupy(&store.writer);
    let before = queue(&store.writer, put("before".to_owned()));
    let failing = queue(&store.writer, |db| {
        put("half".to_owned())(db)?;
        Err::<(), _>(StoreError::Conflict)
    });
    let after = queue(&store.writer, put("after".to_owned()));
    release.send(()).unwrap();
    occupied.await.unwrap();
    let failed = failing.await;
    assert!(matches!(failed, Err(StoreError::Conflict)), "{failed:?}");
    before.await.unwrap();
    after.await.unwrap();
    assert_eq!(store.commits(), 2);
    assert_eq!(names(&store).await, ["after", "before"]);
}

#[tokio::test]
async fn a_transaction_that_is_undone_is_tried_again_write_by_write() {
    let (_directory, store) = open();
    let (release, occupied) = occupy(&store.writer);
    let before = queue(&store.writer, put("before".to_owned()));
    let undoing = queue(&store.writer, |db| {
        put("half".to_owned())(db)?;
        db.execute_batch("ROLLBACK").map_err(failed)
    });
    let after = queue(&store.writer, put("after".to_owned()));
    release.send(()).unwrap();
    occupied.await.unwrap();
    before.await.unwrap();
    let undone = undoing.await;
    assert!(matches!(undone, Err(StoreError::Unavailable(_))), "{undone:?}");
    after.await.unwrap();
    assert_eq!(names(&store).await, ["after", "before"]);
}

#[tokio::test]
async fn a_write_that_panics_blocks_nobody() {
    let (_directory, store) = open();
    let (release, occupied) = occupy(&store.writer);
    let panics = queue(&store.writer, |_| -> Result<()> { panic!("on purpose") });
    let shares = queue(&store.writer, put("shares".to_owned()));
    release.send(()).unwrap();
    occupied.await.unwrap();
    for lost in [panics.await, shares.await] {
        assert!(matches!(lost, Err(StoreError::Unknown(_))), "{lost:?}");
    }
    // The queue is given up while the panic unwinds, just after its writes are answered.
    loop {
        match store.writer.write(put("later".to_owned())).await {
            Ok(()) => break,
            Err(error) => assert!(matches!(error, StoreError::Unknown(_)), "{error:?}"),
        }
    }
    assert_eq!(names(&store).await, ["later"]);
}

#[tokio::test]
async fn a_full_disk_is_told_and_does_no_harm() {
    let (_directory, store) = open();
    store.put_host(&host("small")).await.unwrap();
    let limit = |pages: i64| {
        store.writer.write(move |db| {
            db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
                .map_err(failed)
        })
    };
    limit(1).await.unwrap();
    let mut large = group("anna", "large");
    large.spec.domain = "x".repeat(1_000_000);
    let refused = store.create_group(&large).await;
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(why)) if why.contains("full")),
        "{refused:?}"
    );
    assert_eq!(store.group(large.id).await.unwrap(), None);
    assert_eq!(store.hosts().await.unwrap(), [host("small")]);
    limit(1_000_000).await.unwrap();
    store.create_group(&large).await.unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_ping_after_a_failure_tries_to_write() {
    let (_directory, store) = open();
    let undone = store
        .writer
        .write(|db| db.execute_batch("ROLLBACK").map_err(failed))
        .await;
    assert!(matches!(undone, Err(StoreError::Unavailable(_))), "{undone:?}");
    let commits = store.commits();
    store.ping().await.unwrap();
    assert_eq!(store.commits(), commits + 1);
    store.ping().await.unwrap();
    assert_eq!(store.commits(), commits + 1, "and no more when all is well");
}

#[tokio::test]
async fn acknowledged_is_synchronised() {
    let (_directory, store) = open();
    let read = store.writer.write(|db| {
        let figure = |name: &str| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        Ok((
            figure("synchronous").unwrap(),
            figure("wal_autocheckpoint").unwrap(),
        ))
    });
    assert_eq!(
        read.await.unwrap(),
        (2, 0),
        "FULL, and no checkpoint whose failure looks like the commit's"
    );
}

#[tokio::test]
async fn the_log_is_copied_back_and_begins_anew() {
    let (directory, store) = open();
    let mut large = group("anna", "large");
    large.spec.domain = "x".repeat(1_000_000);
    store.create_group(&large).await.unwrap();
    for n in 0..100 {
        large.id = domain::GroupId(uuid::Uuid::from_u128(n));
        large.name = group("anna", &format!("large-{n}")).name;
        store.create_group(&large).await.unwrap();
    }
    let log = std::fs::metadata(directory.path().join("store.db-wal"))
        .unwrap()
        .len();
    assert!(
        log < 20_000_000,
        "100 MB were written through a log of {log} bytes"
    );
}

/// Simulations run on a clock that jumps to the next timer when nothing else is to do; waiting for the disk is
/// something to do.
#[tokio::test(start_paused = true)]
async fn a_paused_clock_stands_still_while_the_disk_works() {
    let (_directory, store) = open();
    let store = Arc::new(store);
    let begun = tokio::time::Instant::now();
    let deadline = tokio::spawn(tokio::time::sleep(std::time::Duration::from_millis(1)));
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for m in 0..20 {
                    store.put_host(&host(&format!("host-{n}-{m}"))).await.unwrap();
                    assert!(!store.hosts().await.unwrap().is_empty());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(begun.elapsed(), std::time::Duration::ZERO);
    deadline.await.unwrap();
}
