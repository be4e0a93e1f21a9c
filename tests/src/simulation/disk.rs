//! The one store of a schedule: what every component's calls end up in, and what survives a crash of them all.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use store::{EmbeddedStore, MemoryStore, Store};
use tempfile::TempDir;
use tokio::task::unconstrained;

/// Which store a schedule runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// The memory store; it outlives every crash, as a server elsewhere would.
    Memory,
    /// The embedded store; a crash leaves its files as they are at that moment.
    Embedded,
}

/// The store, and the files under it if it has any.
pub struct Disk(Mutex<Mounted>);

struct Mounted {
    handle: Handle,
    files: Option<TempDir>,
}

/// The store since the last crash of everything.
#[derive(Clone)]
pub struct Handle {
    store: Arc<dyn Store>,
    crashes: u32,
    threaded: bool,
}

impl Handle {
    /// The store.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Carries a call out. The embedded store answers from a thread of its own, which the paused clock knows nothing
    /// of; waiting for it here keeps time still, and the schedule the same each time.
    pub async fn carry_out<T>(&self, call: impl Future<Output = T>) -> T {
        if self.threaded {
            wait_for(unconstrained(call))
        } else {
            call.await
        }
    }
}

impl Disk {
    /// An empty store.
    ///
    /// # Errors
    /// When the files cannot be made.
    pub fn new(backing: Backing) -> Result<Self, String> {
        let (store, files): (Arc<dyn Store>, _) = match backing {
            Backing::Memory => (Arc::new(MemoryStore::new()), None),
            Backing::Embedded => {
                let files = TempDir::new().map_err(|error| error.to_string())?;
                (open(&files)?, Some(files))
            }
        };
        let handle = Handle {
            store,
            crashes: 0,
            threaded: files.is_some(),
        };
        Ok(Self(Mutex::new(Mounted { handle, files })))
    }

    fn mounted(&self) -> MutexGuard<'_, Mounted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store as it is reached now.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.mounted().handle.clone()
    }

    /// Whether nothing crashed the whole process since the handle was taken: what was on its way then never arrives.
    #[must_use]
    pub fn is_current(&self, handle: &Handle) -> bool {
        self.mounted().handle.crashes == handle.crashes
    }

    /// The process that holds the store is killed: another opens what its files hold at this moment.
    ///
    /// # Errors
    /// When they cannot be copied or opened.
    pub fn crash(&self) -> Result<(), String> {
        let mut mounted = self.mounted();
        mounted.handle.crashes += 1;
        if let Some(files) = &mounted.files {
            let copied = copied(files).map_err(|error| error.to_string())?;
            mounted.handle.store = open(&copied)?;
            mounted.files = Some(copied);
        }
        Ok(())
    }
}

const FILE: &str = "microscaler.db";

fn open(files: &TempDir) -> Result<Arc<dyn Store>, String> {
    let store = EmbeddedStore::open(&files.path().join(FILE)).map_err(|error| error.to_string())?;
    Ok(Arc::new(store))
}

/// A copy made under the open store, as a kill leaves the files: nothing is closed or flushed first.
fn copied(files: &TempDir) -> std::io::Result<TempDir> {
    let copy = TempDir::new()?;
    for entry in std::fs::read_dir(files.path())? {
        let entry = entry?;
        std::fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
    }
    Ok(copy)
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn wait_for<T>(call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match call.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}
