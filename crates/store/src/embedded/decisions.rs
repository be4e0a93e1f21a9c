//! The decisions about the groups' capacities.

use domain::{Decision, GroupId, Timestamp};
use rusqlite::{Connection, params};

use super::sql::{all, body, execute, page};
use crate::Result;

/// A decision ready to be written.
pub(super) struct Row {
    id: String,
    group: String,
    at: i64,
    body: String,
}

impl Row {
    pub(super) fn of(decision: &Decision) -> Result<Self> {
        Ok(Self {
            id: decision.id.0.to_string(),
            group: decision.group.to_string(),
            at: decision.at.millis(),
            body: super::sql::encode(decision)?,
        })
    }
}

pub(super) fn put(db: &Connection, rows: &[Row]) -> Result<()> {
    for row in rows {
        execute(
            db,
            "INSERT INTO decisions (id, group_id, at, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET group_id = ?2, at = ?3, body = ?4",
            params![row.id, row.group, row.at, row.body],
        )?;
    }
    Ok(())
}

pub(super) fn list(db: &Connection, group: GroupId, limit: usize) -> Result<Vec<Decision>> {
    all(
        db,
        "SELECT body FROM decisions WHERE group_id = ?1 ORDER BY at DESC, id DESC LIMIT ?2",
        params![group.to_string(), page(limit)],
        body,
    )
}

pub(super) fn forget(db: &Connection, before: Timestamp) -> Result<u64> {
    let dropped = execute(db, "DELETE FROM decisions WHERE at < ?1", [before.millis()])?;
    Ok(u64::try_from(dropped).unwrap_or(u64::MAX))
}
