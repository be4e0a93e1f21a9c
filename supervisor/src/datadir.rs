//! The data directory: private to its user, and locked against a second copy of the service.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A data directory that this process alone uses; free again when dropped, or when the process ends in any way.
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the directory when it is missing, and locks it.
    pub(crate) fn open(chosen: Option<PathBuf>) -> anyhow::Result<Self> {
        let path = match chosen {
            Some(path) => path,
            None => usual().context("no home directory is known: name a data directory with --data-dir")?,
        };
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(&path);
        made.with_context(|| format!("data directory {} cannot be made", path.display()))?;
        let lock = lock(&path.join("lock"))?;
        Ok(Self { path, _lock: lock })
    }

    /// The embedded store's file.
    pub(crate) fn store(&self) -> PathBuf {
        self.path.join("microscaler.db")
    }

    /// The API key's file.
    pub(crate) fn api_key(&self) -> PathBuf {
        self.path.join("api-key.yml")
    }

    /// The directory itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn usual() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "microscaler").map(|dirs| dirs.data_dir().to_owned())
}

fn lock(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path);
    let mut file = file.with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = std::fs::read_to_string(path).unwrap_or_default();
            let dir = path.parent().unwrap_or(path).display();
            bail!(
                "data directory {dir} is in use by another microscaler (process {})",
                holder.trim()
            );
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("{} cannot be locked", path.display()));
        }
    }
    // For whoever is refused; the lock itself is the kernel's.
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_second_copy_is_refused_until_the_first_ends() {
        let path = std::env::temp_dir().join(format!("microscaler-datadir-{}", uuid::Uuid::new_v4()));
        let first = DataDir::open(Some(path.clone())).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        let refused = DataDir::open(Some(path.clone())).err().unwrap().to_string();
        assert!(
            refused.contains("in use") && refused.contains(&std::process::id().to_string()),
            "{refused}"
        );
        drop(first);
        assert!(DataDir::open(Some(path.clone())).is_ok());
        std::fs::remove_dir_all(path).unwrap();
    }
}
