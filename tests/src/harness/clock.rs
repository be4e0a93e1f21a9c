//! A wall clock that jumps while processes run on it: Debian's libfaketime, preloaded into them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempDir};
use test_servers::absent;

/// Under the libraries of the machine's architecture.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
/// What it leaves in shared memory, ahead of the id of a process that was killed. Another process of that id could not
/// start any more.
const LEFT: [&str; 2] = ["faketime_shm_", "sem.faketime_sem_"];

/// The wall clock of the processes that are started on it; clones are one clock. What they measure spans with stays true, as
/// the engine's clock and everybody else's does.
#[derive(Clone)]
pub struct WallClock(Arc<Faked>);

struct Faked {
    library: PathBuf,
    directory: TempDir,
}

impl WallClock {
    /// One that is so many seconds ahead of the machine's, or behind it; `None` after [`absent`] without libfaketime.
    ///
    /// # Panics
    /// When the temporary directory cannot be written.
    #[must_use]
    pub fn ahead(seconds: i64) -> Option<Self> {
        let Some(library) = library() else {
            absent("libfaketime");
            return None;
        };
        sweep();
        let directory = tempfile::tempdir().expect("the temporary directory can be written");
        let clock = Self(Arc::new(Faked { library, directory }));
        clock.jump(seconds);
        Some(clock)
    }

    /// From now on it is so many seconds ahead of the machine's, or behind it.
    ///
    /// # Panics
    /// When the temporary directory cannot be written.
    pub fn jump(&self, seconds: i64) {
        // In the place of the old one at once: half a file would end who reads it.
        let directory = self.0.directory.path();
        let file = NamedTempFile::new_in(directory).expect("a directory of our own can be written");
        std::fs::write(&file, format!("{seconds:+}\n")).expect("our own file can be written");
        file.persist(self.0.told())
            .expect("a file of our own can be replaced");
    }

    /// What a process needs in its environment to run on it.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, OsString)> {
        let told = self.0.told();
        [
            ("LD_PRELOAD", self.0.library.as_os_str()),
            ("FAKETIME_TIMESTAMP_FILE", told.as_os_str()),
            ("FAKETIME_NO_CACHE", "1".as_ref()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".as_ref()),
            ("NO_FAKE_STAT", "1".as_ref()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}

impl Faked {
    /// The file that says what time it is.
    fn told(&self) -> PathBuf {
        self.directory.path().join("ahead")
    }
}

impl Drop for Faked {
    fn drop(&mut self) {
        sweep();
    }
}

fn library() -> Option<PathBuf> {
    let architectures = std::fs::read_dir("/usr/lib").ok()?.flatten();
    architectures
        .map(|architecture| architecture.path().join(LIBRARY))
        .find(|library| library.is_file())
}

/// Removes what processes that are gone left in shared memory.
fn sweep() {
    let shared = std::fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    for file in shared {
        let name = file.file_name().into_string().unwrap_or_default();
        let process = LEFT.iter().find_map(|left| name.strip_prefix(left));
        if process.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            let _gone = std::fs::remove_file(file.path());
        }
    }
}
