//! Launch configurations, load balancers and policies.

use domain::{AccountName, Document, Kind, Revision};
use rusqlite::{Connection, params};

use super::sql::{all, count, execute, first, insert, page, versioned};
use crate::{Result, StoreError, Versioned};

/// A document ready to be written.
pub(super) struct Row {
    key: Key,
    users: usize,
    body: String,
}

/// What names a document.
pub(super) struct Key {
    kind: Kind,
    account: String,
    name: String,
}

impl Key {
    pub(super) fn new(kind: Kind, account: &AccountName, name: &str) -> Self {
        Self {
            kind,
            account: account.to_string(),
            name: name.to_owned(),
        }
    }
}

impl Row {
    pub(super) fn of(document: &Document) -> Result<Self> {
        Ok(Self {
            key: Key::new(document.body.kind(), &document.account, document.body.name()),
            users: document.used_by.len(),
            body: super::sql::encode(document)?,
        })
    }
}

/// As it is kept; messages name kinds otherwise, and may change.
fn stored(kind: Kind) -> &'static str {
    match kind {
        Kind::LaunchConfiguration => "launch_configuration",
        Kind::LoadBalancer => "load_balancer",
        Kind::Policy => "policy",
        Kind::Schedule => "schedule",
    }
}

pub(super) fn create(db: &Connection, row: &Row) -> Result<Revision> {
    let first = Revision(1);
    let Row { key, users, body } = row;
    insert(
        db,
        "INSERT INTO documents (kind, account, name, users, revision, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            stored(key.kind),
            key.account,
            key.name,
            page(*users),
            count(first.0),
            body
        ],
        &key.name,
    )?;
    Ok(first)
}

pub(super) fn by_key(db: &Connection, key: &Key) -> Result<Option<Versioned<Document>>> {
    first(
        db,
        "SELECT revision, body FROM documents WHERE kind = ?1 AND account = ?2 AND name = ?3",
        params![stored(key.kind), key.account, key.name],
        versioned,
    )
}

pub(super) fn list(db: &Connection, kind: Kind, account: Option<&str>) -> Result<Vec<Versioned<Document>>> {
    all(
        db,
        "SELECT revision, body FROM documents WHERE kind = ?1 AND (?2 IS NULL OR account = ?2)
         ORDER BY account, name",
        params![stored(kind), account],
        versioned,
    )
}

pub(super) fn replace(db: &Connection, row: &Row, expected: Revision) -> Result<Revision> {
    let Row { key, users, body } = row;
    let next = expected.next();
    let changed = execute(
        db,
        "UPDATE documents SET users = ?1, revision = ?2, body = ?3
         WHERE kind = ?4 AND account = ?5 AND name = ?6 AND revision = ?7",
        params![
            page(*users),
            count(next.0),
            body,
            stored(key.kind),
            key.account,
            key.name,
            count(expected.0)
        ],
    )?;
    if changed == 1 {
        Ok(next)
    } else {
        Err(StoreError::Conflict)
    }
}

pub(super) fn delete(db: &Connection, key: &Key, expected: Revision) -> Result<()> {
    let found = first(
        db,
        "SELECT users FROM documents WHERE kind = ?1 AND account = ?2 AND name = ?3 AND revision = ?4",
        params![stored(key.kind), key.account, key.name, count(expected.0)],
        |row| row.get::<_, i64>(0).map_err(super::sql::failed),
    )?;
    match found.map(|users| usize::try_from(users).unwrap_or(0)) {
        None => Err(StoreError::Conflict),
        Some(0) => execute(
            db,
            "DELETE FROM documents WHERE kind = ?1 AND account = ?2 AND name = ?3",
            params![stored(key.kind), key.account, key.name],
        )
        .map(|_| ()),
        Some(users) => Err(StoreError::InUse(users)),
    }
}
