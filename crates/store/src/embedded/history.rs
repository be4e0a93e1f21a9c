//! The groups' activities.

use domain::{Activity, GroupId, Timestamp};
use rusqlite::{Connection, params};

use super::sql::{all, body, execute, page};
use crate::Result;

/// An activity ready to be written.
pub(super) struct Row {
    id: String,
    group: String,
    start: i64,
    is_final: bool,
    body: String,
}

impl Row {
    pub(super) fn of(activity: &Activity) -> Result<Self> {
        Ok(Self {
            id: activity.id.to_string(),
            group: activity.group.to_string(),
            start: activity.start.millis(),
            is_final: activity.status.is_final(),
            body: super::sql::encode(activity)?,
        })
    }
}

pub(super) fn put(db: &Connection, rows: &[Row]) -> Result<()> {
    for row in rows {
        execute(
            db,
            "INSERT INTO activities (id, group_id, start, final, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET group_id = ?2, start = ?3, final = ?4, body = ?5 WHERE final <= ?4",
            params![row.id, row.group, row.start, row.is_final, row.body],
        )?;
    }
    Ok(())
}

pub(super) fn list(db: &Connection, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
    all(
        db,
        "SELECT body FROM activities WHERE group_id = ?1 ORDER BY start DESC, id DESC LIMIT ?2 OFFSET ?3",
        params![group.to_string(), page(limit), page(skip)],
        body,
    )
}

pub(super) fn forget(db: &Connection, before: Timestamp) -> Result<u64> {
    let dropped = execute(db, "DELETE FROM activities WHERE start < ?1", [before.millis()])?;
    Ok(u64::try_from(dropped).unwrap_or(u64::MAX))
}
