//! Opening the file: created for its owner alone, refused when it is not ours or newer than we are.

use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::sql::failed;
use crate::{Result, StoreError};

/// Marks the file as ours ("mscl") in SQLite's header.
const APPLICATION: i32 = 0x6d73_636c;

/// What makes each schema version from the one before; the first makes version 1.
const MIGRATIONS: [&str; 3] = [
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
];

/// How long a call waits for another process at the file, such as somebody's `sqlite3`.
const BUSY: Duration = Duration::from_secs(5);

/// The connection that writes; the file exists, in the newest schema, after it.
pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    create(path).map_err(|error| StoreError::Unavailable(format!("{}: {error}", path.display())))?;
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let version = recognise(&db, path)?;
    let mode: String = db
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(failed)?;
    if mode != "wal" {
        let reason = format!(
            "{}: its file system cannot keep a write-ahead log",
            path.display()
        );
        return Err(StoreError::Unavailable(reason));
    }
    for (pragma, value) in [
        ("synchronous", "full"),
        // The writer checkpoints by itself, after it has answered; see there.
        ("wal_autocheckpoint", "0"),
        ("journal_size_limit", "67108864"),
    ] {
        db.pragma_update(None, pragma, value).map_err(failed)?;
    }
    migrate(&mut db, version)?;
    sync_directory(path);
    Ok(db)
}

/// A connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection> {
    let db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    db.busy_timeout(BUSY).map_err(failed)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    // SQLite gives the mode of the file to its log.
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// The file's schema version, 0 for an empty file.
fn recognise(db: &Connection, path: &Path) -> Result<usize> {
    let refuse = |reason: String| StoreError::Corrupt {
        what: format!("file {}", path.display()),
        reason,
    };
    let figure = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    let application = figure("PRAGMA application_id").map_err(|error| refuse(error.to_string()))?;
    let tables = figure("SELECT count(*) FROM sqlite_schema").map_err(|error| refuse(error.to_string()))?;
    if application == 0 && tables == 0 {
        return Ok(0);
    }
    if application != i64::from(APPLICATION) {
        return Err(refuse("it is a database of another program".to_owned()));
    }
    let version = figure("PRAGMA user_version").map_err(|error| refuse(error.to_string()))?;
    match usize::try_from(version) {
        Ok(known) if known <= MIGRATIONS.len() => Ok(known),
        _ => Err(refuse(format!(
            "it has schema version {version}, this microscaler knows versions up to {}: start the newer microscaler that wrote it",
            MIGRATIONS.len()
        ))),
    }
}

fn migrate(db: &mut Connection, from: usize) -> Result<()> {
    for (done, sql) in MIGRATIONS.iter().enumerate().skip(from) {
        let step = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        step.execute_batch(sql).map_err(failed)?;
        step.pragma_update(None, "application_id", APPLICATION)
            .map_err(failed)?;
        step.pragma_update(None, "user_version", super::sql::page(done + 1))
            .map_err(failed)?;
        step.commit().map_err(failed)?;
    }
    Ok(())
}

/// Makes the names of a new file and its log durable; a file system that cannot is no reason not to start.
fn sync_directory(path: &Path) {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let synced = File::open(directory.unwrap_or(Path::new("."))).and_then(|directory| directory.sync_all());
    if let Err(error) = synced {
        tracing::warn!(%error, path = %path.display(), "the store's directory was not synchronised");
    }
}
