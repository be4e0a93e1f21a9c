//! The groups' minutes.

use std::collections::HashMap;

use domain::rollup::Rollup;
use domain::{GroupId, Timestamp};
use rusqlite::{Connection, params};

use super::sql::{all, execute, failed};
use crate::rollups::{Minute, day};
use crate::{Result, json};

pub(super) fn put(db: &Connection, minutes: &[Minute]) -> Result<()> {
    for minute in minutes {
        let (group, at) = (minute.group.to_string(), minute.at);
        execute(
            db,
            "INSERT INTO rollups (group_id, at, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (group_id, at) DO UPDATE SET body = ?3",
            params![group, at.millis(), minute.text],
        )?;
        for (key, name) in &minute.names {
            execute(
                db,
                "INSERT INTO rollup_names (group_id, day, key, name) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (group_id, day, key) DO NOTHING",
                params![group, day(at), key, name],
            )?;
        }
    }
    Ok(())
}

pub(super) fn list(db: &Connection, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
    let id = group.to_string();
    let names = all(
        db,
        "SELECT key, name FROM rollup_names WHERE group_id = ?1 AND day BETWEEN ?2 AND ?3",
        params![id, day(from), day(to)],
        |row| Ok((row.get(0).map_err(failed)?, row.get(1).map_err(failed)?)),
    )?;
    let names: HashMap<String, String> = names.into_iter().collect();
    all(
        db,
        "SELECT at, body FROM rollups WHERE group_id = ?1 AND at >= ?2 AND at < ?3 ORDER BY at",
        params![id, from.millis(), to.millis()],
        |row| {
            let at = Timestamp::from_millis(row.get(0).map_err(failed)?);
            let text = row.get_ref(1).map_err(failed)?.as_str();
            let text = text.map_err(|error| json::corrupt::<Rollup>(error.to_string()))?;
            Minute::read(group, at, text, |key| names.get(key).map(String::as_str))
        },
    )
}

/// Every group's, from where its own begin: nothing is searched for in what stays.
pub(super) fn forget(db: &Connection, before: Timestamp) -> Result<u64> {
    let dropped = execute(
        db,
        "WITH RECURSIVE known (id) AS (
             SELECT min(group_id) FROM rollups
             UNION ALL
             SELECT (SELECT min(group_id) FROM rollups WHERE group_id > id) FROM known WHERE id IS NOT NULL
         )
         DELETE FROM rollups WHERE group_id IN (SELECT id FROM known WHERE id IS NOT NULL) AND at < ?1",
        [before.millis()],
    )?;
    execute(db, "DELETE FROM rollup_names WHERE day < ?1", [day(before)])?;
    Ok(u64::try_from(dropped).unwrap_or(u64::MAX))
}
