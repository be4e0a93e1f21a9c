//! The one writer, with group commit: the writes that wait are taken into one transaction, made durable by one
//! synchronisation, and answered together.
//!
//! Whoever adds a write while nobody works the queue starts a turn on a thread that may block; it ends when the
//! queue is empty. No thread is held while nothing is written, and a paused clock of tokio's stands still meanwhile.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::{Result, StoreError};

/// Writes in one transaction, so that the first does not wait for an endless row of later ones.
const AT_ONCE: usize = 512;
/// Pages in the log that are copied back to the file: SQLite's own default, 4 MiB.
const CHECKPOINT: i32 = 1_000;
/// At this many the log must begin anew, for which it waits until no reader rests on it: 64 MiB.
const RESTART: i32 = 16_000;

/// The writing connection and the writes that wait for it.
pub(super) struct Writer {
    db: Mutex<Connection>,
    queue: Mutex<Queue>,
    log_pages: Arc<AtomicI32>,
    commits: AtomicU64,
    failing: AtomicBool,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Box<dyn Job>>,
    worked: bool,
}

impl Writer {
    pub(super) fn new(mut db: Connection) -> Result<Arc<Self>> {
        let log_pages = Arc::new(AtomicI32::new(0));
        let noted = Arc::clone(&log_pages);
        db.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            noted.store(pages, Ordering::Relaxed);
            Ok(())
        }))
        .map_err(super::sql::failed)?;
        Ok(Arc::new(Self {
            db: Mutex::new(db),
            queue: Mutex::default(),
            log_pages,
            commits: AtomicU64::new(0),
            failing: AtomicBool::new(false),
        }))
    }

    /// Transactions committed so far.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Whether the last transaction failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Does `work` in a transaction; what it changed is durable when this answers, and undone if it failed. It may
    /// be done twice, when the first transaction was undone for another's fault.
    pub(super) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnMut(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut queue = self.queue();
            queue.waiting.push_back(Box::new(Write {
                work,
                result: None,
                answer,
            }));
            !std::mem::replace(&mut queue.worked, true)
        };
        if first {
            let turn = Turn(Some(Arc::clone(self)));
            tokio::task::spawn_blocking(move || turn.run());
        }
        let ended = || {
            Err(StoreError::Unknown(
                "the writer ended before it answered".to_owned(),
            ))
        };
        answered.await.unwrap_or_else(|_| ended())
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writes of the next transaction; the turn is over when there are none.
    fn next_batch(&self) -> Option<VecDeque<Box<dyn Job>>> {
        let mut queue = self.queue();
        let count = queue.waiting.len().min(AT_ONCE);
        queue.worked = count > 0;
        queue.worked.then(|| queue.waiting.drain(..count).collect())
    }

    fn work(&self, mut batch: VecDeque<Box<dyn Job>>) {
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        while !batch.is_empty() {
            let (done, end) = transaction(&mut db, &mut batch);
            match end {
                // Whichever write was to blame: alone in its transaction it fails alone.
                Err(Failure::Undone(_)) if done.len() > 1 => {
                    for job in done {
                        let (alone, end) = transaction(&mut db, &mut VecDeque::from([job]));
                        self.answer(alone, &end);
                    }
                }
                end => self.answer(done, &end),
            }
        }
        self.checkpoint(&db);
    }

    fn answer(&self, jobs: Vec<Box<dyn Job>>, end: &Ended) {
        self.note(end);
        for job in jobs {
            job.answer(end.clone());
        }
    }

    fn note(&self, end: &Ended) {
        self.failing.store(end.is_err(), Ordering::Relaxed);
        match end {
            Ok(()) => {
                self.commits.fetch_add(1, Ordering::Relaxed);
            }
            Err(failure) => tracing::error!(?failure, "the store did not write"),
        }
    }

    /// Copies the log back to the file, after the answers: nobody waits for it, and its failure is no write's failure.
    fn checkpoint(&self, db: &Connection) {
        let pages = self.log_pages.load(Ordering::Relaxed);
        let sql = match pages {
            ..CHECKPOINT => return,
            CHECKPOINT..RESTART => "PRAGMA wal_checkpoint(PASSIVE)",
            RESTART.. => "PRAGMA wal_checkpoint(RESTART)",
        };
        if let Err(error) = db.query_row(sql, [], |_| Ok(())) {
            tracing::warn!(%error, pages, "the store's log was not copied back; it is tried again");
        }
    }
}

/// Works the queue until it is empty. One that does not come to its end, as when its runtime shuts down, leaves no
/// write waiting for ever.
struct Turn(Option<Arc<Writer>>);

impl Turn {
    fn run(mut self) {
        while let Some(batch) = self.0.as_ref().and_then(|writer| writer.next_batch()) {
            if let Some(writer) = &self.0 {
                writer.work(batch);
            }
        }
        self.0 = None;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(writer) = self.0.take() {
            let mut queue = writer.queue();
            queue.worked = false;
            queue.waiting.clear();
        }
    }
}

/// One transaction with as many of `batch` as it can take; those it took, and how it ended for all of them.
fn transaction(db: &mut Connection, batch: &mut VecDeque<Box<dyn Job>>) -> (Vec<Box<dyn Job>>, Ended) {
    let mut transaction = match db.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(begun) => begun,
        Err(error) => {
            return (
                batch.drain(..).collect(),
                Err(Failure::NotBegun(error.to_string())),
            );
        }
    };
    let mut done = Vec::with_capacity(batch.len());
    while let Some(mut job) = batch.pop_front() {
        let ran = isolated(&mut transaction, &mut *job);
        done.push(job);
        if let Err(reason) = ran {
            return (done, Err(Failure::Undone(reason)));
        }
    }
    (done, transaction.commit().map_err(Failure::of_commit))
}

/// Runs one write so that its failure undoes nothing of the others. Fails when it did all the same: out of disk
/// or memory, SQLite undoes the whole transaction by itself.
fn isolated(transaction: &mut Transaction<'_>, job: &mut dyn Job) -> std::result::Result<(), String> {
    let savepoint = transaction.savepoint().map_err(|error| error.to_string())?;
    let refused = job.run(&savepoint).err();
    if savepoint.is_autocommit() {
        return Err(refused.unwrap_or_else(|| "a write ended the transaction".to_owned()));
    }
    let ended = match refused {
        None => savepoint.commit(),
        Some(_) => savepoint.finish(),
    };
    ended.map_err(|error| error.to_string())
}

/// How a transaction ended.
type Ended = std::result::Result<(), Failure>;

/// Why none of a transaction's writes can be acknowledged.
#[derive(Clone, Debug)]
enum Failure {
    /// None was tried.
    NotBegun(String),
    /// None happened.
    Undone(String),
    /// After an error of the disk the log may hold the transaction whole, and a restart would find it.
    Unsure(String),
}

impl Failure {
    fn of_commit(error: rusqlite::Error) -> Self {
        let reason = format!("commit: {error}");
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy) => Self::Undone(reason),
            _ => Self::Unsure(reason),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotBegun(reason) | Failure::Undone(reason) => Self::Unavailable(reason),
            Failure::Unsure(reason) => Self::Unknown(reason),
        }
    }
}

/// A write that waits.
trait Job: Send {
    /// Does the work; an error, told in words, undoes it.
    fn run(&mut self, db: &Connection) -> std::result::Result<(), String>;
    /// Answers, when the transaction's end is known.
    fn answer(self: Box<Self>, end: Ended);
}

struct Write<T, W> {
    work: W,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send, W: FnMut(&Connection) -> Result<T> + Send> Job for Write<T, W> {
    fn run(&mut self, db: &Connection) -> std::result::Result<(), String> {
        let result = self.result.insert((self.work)(db));
        result.as_ref().map(|_| ()).map_err(ToString::to_string)
    }

    fn answer(self: Box<Self>, end: Ended) {
        let untried = || Err(StoreError::Unavailable("it was not tried".to_owned()));
        let result = match end {
            Ok(()) => self.result.unwrap_or_else(untried),
            Err(failure) => Err(failure.into()),
        };
        // Nobody may wait any more: the write stands all the same.
        let _gone = self.answer.send(result);
    }
}
