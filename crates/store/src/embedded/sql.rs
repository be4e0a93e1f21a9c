//! The few ways in which statements are run and rows are read.

use rusqlite::{Connection, ErrorCode, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use domain::Revision;

use crate::{Result, StoreError, Versioned, json, size};

/// What a failed statement means: nothing of it happened.
pub(super) fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt {
            what: "data".to_owned(),
            reason: error.to_string(),
        },
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// Runs a change; how many rows it changed.
pub(super) fn execute(db: &Connection, sql: &str, params: impl Params) -> Result<usize> {
    let mut statement = db.prepare_cached(sql).map_err(failed)?;
    statement.execute(params).map_err(failed)
}

/// Runs an insert of what must be new.
pub(super) fn insert(db: &Connection, sql: &str, params: impl Params, name: &str) -> Result<()> {
    let mut statement = db.prepare_cached(sql).map_err(failed)?;
    match statement.execute(params) {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(StoreError::Exists(name.to_owned()))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Every row that a query finds.
pub(super) fn all<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = db.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query(params).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The first row that a query finds.
pub(super) fn first<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = db.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query(params).map_err(failed)?;
    rows.next().map_err(failed)?.map(read).transpose()
}

/// A row of one column, the body.
pub(super) fn body<T: DeserializeOwned>(row: &Row<'_>) -> Result<T> {
    decode(row, 0)
}

/// A row of two columns, revision and body.
pub(super) fn versioned<T: DeserializeOwned>(row: &Row<'_>) -> Result<Versioned<T>> {
    let revision = counted(row.get(0).map_err(failed)?);
    let value = decode(row, 1)?;
    Ok(Versioned {
        revision: Revision(revision),
        value,
    })
}

fn decode<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let text = row.get_ref(column).map_err(failed)?;
    let text = text
        .as_str()
        .map_err(|error| json::corrupt::<T>(error.to_string()))?;
    json::decode(text)
}

/// A value as a body.
pub(super) fn encode(value: &impl Serialize) -> Result<String> {
    size::encode(value)
}

/// A counter as SQLite keeps it, with a sign; no counter comes near the end of either range.
pub(super) fn count(counter: u64) -> i64 {
    i64::try_from(counter).unwrap_or(i64::MAX)
}

/// A counter as it was kept.
pub(super) fn counted(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// A page's figure as SQLite takes it.
pub(super) fn page(figure: usize) -> i64 {
    i64::try_from(figure).unwrap_or(i64::MAX)
}
