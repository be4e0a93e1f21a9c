//! Groups.

use domain::{AccountName, Group, GroupId, GroupName, Revision};
use rusqlite::{Connection, params};

use super::sql::{all, count, counted, execute, first, insert, page, versioned};
use crate::{GroupQuery, Result, StoreError, Versioned};

/// A group ready to be written.
pub(super) struct Row {
    id: String,
    account: String,
    name: String,
    deleted: bool,
    epoch: domain::Epoch,
    body: String,
}

impl Row {
    pub(super) fn of(group: &Group) -> Result<Self> {
        Ok(Self {
            id: group.id.to_string(),
            account: group.account.to_string(),
            name: group.name.to_string(),
            deleted: group.deleted,
            epoch: group.epoch,
            body: super::sql::encode(group)?,
        })
    }
}

pub(super) fn create(db: &Connection, row: &Row) -> Result<Revision> {
    let first = Revision(1);
    insert(
        db,
        "INSERT INTO groups (id, account, name, deleted, epoch, revision, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            row.id,
            row.account,
            row.name,
            row.deleted,
            count(row.epoch.0),
            count(first.0),
            row.body
        ],
        &row.name,
    )?;
    Ok(first)
}

pub(super) fn by_id(db: &Connection, id: GroupId) -> Result<Option<Versioned<Group>>> {
    first(
        db,
        "SELECT revision, body FROM groups WHERE id = ?1",
        [id.to_string()],
        versioned,
    )
}

pub(super) fn by_name(
    db: &Connection,
    account: &AccountName,
    name: &GroupName,
) -> Result<Option<Versioned<Group>>> {
    first(
        db,
        "SELECT revision, body FROM groups WHERE account = ?1 AND name = ?2 AND deleted = 0",
        [account.as_str(), name.as_str()],
        versioned,
    )
}

pub(super) fn list(db: &Connection, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
    // Every id sorts after the empty text.
    let after = query.after.map_or_else(String::new, |id| id.to_string());
    let limit = page(query.limit);
    match &query.account {
        Some(account) => all(
            db,
            "SELECT revision, body FROM groups WHERE account = ?1 AND id > ?2 AND deleted <= ?3 ORDER BY id LIMIT ?4",
            params![account.as_str(), after, query.deleted, limit],
            versioned,
        ),
        None => all(
            db,
            "SELECT revision, body FROM groups WHERE id > ?1 AND deleted <= ?2 ORDER BY id LIMIT ?3",
            params![after, query.deleted, limit],
            versioned,
        ),
    }
}

/// One statement reads one state of the file, whatever is written meanwhile.
pub(super) fn every(db: &Connection) -> Result<Vec<Versioned<Group>>> {
    all(db, "SELECT revision, body FROM groups", [], versioned)
}

pub(super) fn replace(db: &Connection, row: &Row, expected: Revision) -> Result<Revision> {
    let next = expected.next();
    let changed = execute(
        db,
        "UPDATE groups SET deleted = ?1, epoch = ?2, revision = ?3, body = ?4
         WHERE id = ?5 AND revision = ?6 AND epoch <= ?2 AND account = ?7 AND name = ?8 AND deleted <= ?1",
        params![
            row.deleted,
            count(row.epoch.0),
            count(next.0),
            row.body,
            row.id,
            count(expected.0),
            row.account,
            row.name
        ],
    )?;
    if changed == 1 {
        Ok(next)
    } else {
        Err(refusal(db, row)?)
    }
}

fn refusal(db: &Connection, row: &Row) -> Result<StoreError> {
    let epoch = first(db, "SELECT epoch FROM groups WHERE id = ?1", [&row.id], |found| {
        found.get(0).map(counted).map_err(super::sql::failed)
    })?;
    Ok(match epoch.map(domain::Epoch) {
        Some(epoch) if epoch > row.epoch => StoreError::Fenced(epoch),
        Some(_) | None => StoreError::Conflict,
    })
}

pub(super) fn purge(db: &Connection, id: GroupId, expected: Revision) -> Result<()> {
    let sql = "DELETE FROM groups WHERE id = ?1 AND revision = ?2 AND deleted = 1";
    match execute(db, sql, params![id.to_string(), count(expected.0)])? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}
