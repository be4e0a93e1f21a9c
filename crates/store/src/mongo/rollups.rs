//! The groups' load: one document for each group and day (UTC), with its minutes.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::rollup::Rollup;
use domain::{GroupId, Timestamp};
use mongodb::bson::{Document, doc};
use mongodb::options::FindOptions;

use super::calls::Link;
use crate::Result;
use crate::json::corrupt;
use crate::rollups::{Minute, begins, day, minute};

pub(super) const ROLLUPS: &str = "rollups";

/// What goes with one command, in bytes of minutes: far below the 48 MB that a message may have.
const TOGETHER: usize = 4 * 1024 * 1024;

/// One change for each group and day: nothing is read, and writers of other minutes of the day do not meet.
pub(super) async fn put(link: &Link, rollups: &[Rollup]) -> Result<()> {
    let minutes: Vec<Minute> = rollups.iter().map(Minute::of).collect::<Result<_>>()?;
    let (mut days, mut size) = (BTreeMap::new(), 0);
    for minute in minutes {
        let names = minute.names.iter().map(|(_, name)| name.len());
        size += minute.text.len() + names.sum::<usize>();
        let key = (minute.group, day(minute.at));
        set(days.entry(key).or_insert_with(Document::new), minute);
        if size >= TOGETHER {
            link.change_all(ROLLUPS, changes(std::mem::take(&mut days)))
                .await?;
            size = 0;
        }
    }
    link.change_all(ROLLUPS, changes(days)).await
}

/// Adds what a minute sets; the later of two of one minute stays.
fn set(fields: &mut Document, written: Minute) {
    fields.insert(format!("minutes.m{}", minute(written.at)), written.text);
    for (key, name) in written.names {
        fields.insert(format!("names.{key}"), name);
    }
}

fn changes(days: BTreeMap<(GroupId, i64), Document>) -> Vec<Document> {
    let change = |((group, day), mut fields): ((GroupId, i64), Document)| {
        fields.insert("group", group.to_string());
        fields.insert("day", day);
        doc! {
            "q": { "_id": format!("{group}/{day}") },
            "u": { "$set": fields },
            "upsert": true,
        }
    };
    days.into_iter().map(change).collect()
}

pub(super) async fn list(link: &Link, group: GroupId, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
    let last = day(to - Duration::from_millis(1));
    let days = doc! { "group": group.to_string(), "day": { "$gte": day(from), "$lte": last } };
    let in_order = FindOptions::builder().sort(doc! { "day": 1 }).build();
    let mut found = Vec::new();
    for row in link.all(ROLLUPS, days, in_order).await? {
        found.extend(of_day(group, &row, from, to)?);
    }
    Ok(found)
}

/// A day's minutes between two times, by time: the server keeps them in any order.
fn of_day(group: GroupId, row: &Document, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
    let damage = |what: &dyn std::fmt::Display| corrupt::<Rollup>(what.to_string());
    let day = row.get_i64("day").map_err(|error| damage(&error))?;
    let minutes = row.get_document("minutes").map_err(|error| damage(&error))?;
    let names = row.get_document("names").ok();
    let name = |key: &str| names.and_then(|names| names.get_str(key).ok());
    let mut found = Vec::new();
    for (field, text) in minutes {
        let minute = field.strip_prefix('m').and_then(|minute| minute.parse().ok());
        let at = begins(day, minute.ok_or_else(|| damage(&format!("minute {field}")))?);
        if (from..to).contains(&at) {
            let text = text.as_str().ok_or_else(|| damage(&format!("minute {field}")))?;
            found.push(Minute::read(group, at, text, name)?);
        }
    }
    found.sort_by_key(|rollup| rollup.at);
    Ok(found)
}

/// Whole days: a part of one is not worth a change of its document.
pub(super) async fn forget(link: &Link, before: Timestamp) -> Result<u64> {
    let old = doc! { "day": { "$lt": day(before) } };
    link.forget(ROLLUPS, old).await
}
