//! The decisions about the groups' capacities.

use domain::{Decision, GroupId, Timestamp};
use mongodb::bson::{Document, doc};
use mongodb::options::FindOptions;

use super::calls::Link;
use super::fields::body;
use crate::{Result, size};

pub(super) const DECISIONS: &str = "decisions";

fn row(decision: &Decision) -> Result<Document> {
    Ok(doc! {
        "_id": decision.id.0.to_string(),
        "group": decision.group.to_string(),
        "at": decision.at.millis(),
        "body": size::encode(decision)?,
    })
}

/// One after another: of two with one id the later stays.
pub(super) async fn put(link: &Link, decisions: &[Decision]) -> Result<()> {
    let rows: Vec<Document> = decisions.iter().map(row).collect::<Result<_>>()?;
    for row in rows {
        link.put(DECISIONS, row).await?;
    }
    Ok(())
}

pub(super) async fn list(link: &Link, group: GroupId, limit: usize) -> Result<Vec<Decision>> {
    // The server takes 0 for no limit.
    if limit == 0 {
        return Ok(Vec::new());
    }
    let last = FindOptions::builder()
        .sort(doc! { "at": -1, "_id": -1 })
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .build();
    let found = link
        .all(DECISIONS, doc! { "group": group.to_string() }, last)
        .await?;
    found.iter().map(body).collect()
}

pub(super) async fn forget(link: &Link, before: Timestamp) -> Result<u64> {
    let old = doc! { "at": { "$lt": before.millis() } };
    link.forget(DECISIONS, old).await
}
