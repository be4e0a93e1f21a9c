//! The groups' activities.

use domain::{Activity, GroupId, Timestamp};
use mongodb::bson::{Document, doc};
use mongodb::options::FindOptions;

use super::calls::{Link, Written};
use super::errors::duplicates;
use super::fields::body;
use crate::{Result, StoreError, size};

pub(super) const ACTIVITIES: &str = "activities";

fn row(activity: &Activity) -> Result<Document> {
    Ok(doc! {
        "_id": activity.id.to_string(),
        "group": activity.group.to_string(),
        "start": activity.start.millis(),
        "final": activity.status.is_final(),
        "body": size::encode(activity)?,
    })
}

/// New ones go in one command; those that are there already are replaced one by one, in order.
pub(super) async fn put(link: &Link, activities: &[Activity]) -> Result<()> {
    if activities.is_empty() {
        return Ok(());
    }
    let rows: Vec<Document> = activities.iter().map(row).collect::<Result<_>>()?;
    let collection = link.collection(ACTIVITIES);
    let insert = || {
        let insert = collection.insert_many(&rows).ordered(false);
        async move {
            match insert.await {
                Ok(_) => Ok(Vec::new()),
                Err(error) => duplicates(&error).ok_or(error),
            }
        }
    };
    let Written::Done(known) = link.write(insert).await? else {
        return Err(StoreError::Unknown("a key is taken".to_owned()));
    };
    for row in known.into_iter().filter_map(|index| rows.get(index)) {
        replace(link, row).await?;
    }
    Ok(())
}

/// Replaces an earlier state; what has ended gives way only to another end.
async fn replace(link: &Link, row: &Document) -> Result<()> {
    let ended = row.get_bool("final").unwrap_or_default();
    let mut filter = doc! { "_id": row.get_str("_id").unwrap_or_default() };
    if !ended {
        filter.insert("final", false);
    }
    let collection = link.collection(ACTIVITIES);
    // It was there a moment ago. If it was forgotten since, it is old enough to stay so.
    match link.write(|| collection.replace_one(filter.clone(), row)).await? {
        Written::Done(_) | Written::Taken => Ok(()),
    }
}

pub(super) async fn list(link: &Link, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
    // The server takes 0 for no limit.
    if limit == 0 {
        return Ok(Vec::new());
    }
    let page = FindOptions::builder()
        .sort(doc! { "start": -1, "_id": -1 })
        .skip(u64::try_from(skip).unwrap_or(u64::MAX))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .build();
    let found = link
        .all(ACTIVITIES, doc! { "group": group.to_string() }, page)
        .await?;
    found.iter().map(body).collect()
}

pub(super) async fn forget(link: &Link, before: Timestamp) -> Result<u64> {
    let old = doc! { "start": { "$lt": before.millis() } };
    link.forget(ACTIVITIES, old).await
}
