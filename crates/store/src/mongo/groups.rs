//! Groups: one document each.

use domain::{AccountName, Epoch, Group, GroupId, GroupName, Revision};
use mongodb::bson::{Document, doc};
use mongodb::options::FindOptions;

use super::calls::{Link, Written};
use super::fields::{count, counter, versioned};
use crate::{GroupQuery, Result, StoreError, Versioned, size};

pub(super) const GROUPS: &str = "groups";

/// A group as it is kept. `gone` makes the unique key of account and name: empty in groups that are not deleted, the
/// group's own id afterwards.
fn row(group: &Group, revision: Revision) -> Result<Document> {
    let id = group.id.to_string();
    let gone = if group.deleted { id.clone() } else { String::new() };
    Ok(doc! {
        "_id": id,
        "account": group.account.as_str(),
        "name": group.name.as_str(),
        "gone": gone,
        "deleted": group.deleted,
        "epoch": count(group.epoch.0),
        "revision": count(revision.0),
        "body": size::encode(group)?,
    })
}

pub(super) async fn create(link: &Link, group: &Group) -> Result<Revision> {
    let first = Revision(1);
    let row = row(group, first)?;
    let collection = link.collection(GROUPS);
    match link.write_once(|| collection.insert_one(&row)).await? {
        Written::Done(_) => Ok(first),
        Written::Taken => Err(StoreError::Exists(group.name.to_string())),
    }
}

pub(super) async fn by_id(link: &Link, id: GroupId) -> Result<Option<Versioned<Group>>> {
    let found = link.exactly(GROUPS, doc! { "_id": id.to_string() }).await?;
    found.as_ref().map(versioned).transpose()
}

pub(super) async fn by_name(
    link: &Link,
    account: &AccountName,
    name: &GroupName,
) -> Result<Option<Versioned<Group>>> {
    let key = doc! { "account": account.as_str(), "name": name.as_str(), "gone": "" };
    let found = link.exactly(GROUPS, key).await?;
    found.as_ref().map(versioned).transpose()
}

pub(super) async fn list(link: &Link, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
    // The server takes 0 for no limit.
    if query.limit == 0 {
        return Ok(Vec::new());
    }
    let mut filter = Document::new();
    if let Some(account) = &query.account {
        filter.insert("account", account.as_str());
    }
    if !query.deleted {
        filter.insert("deleted", false);
    }
    if let Some(after) = query.after {
        filter.insert("_id", doc! { "$gt": after.to_string() });
    }
    let page = FindOptions::builder()
        .sort(doc! { "_id": 1 })
        .limit(i64::try_from(query.limit).unwrap_or(i64::MAX))
        .build();
    let found = link.all(GROUPS, filter, page).await?;
    found.iter().map(versioned).collect()
}

/// Not in pages: each of them would be sorted anew by a server that has no index for it.
pub(super) async fn every(link: &Link) -> Result<Vec<Versioned<Group>>> {
    link.every(GROUPS, versioned).await
}

pub(super) async fn replace(link: &Link, group: &Group, expected: Revision) -> Result<Revision> {
    let next = expected.next();
    let row = row(group, next)?;
    let mut filter = doc! {
        "_id": group.id.to_string(),
        "revision": count(expected.0),
        "epoch": { "$lte": count(group.epoch.0) },
        "account": group.account.as_str(),
        "name": group.name.as_str(),
    };
    if !group.deleted {
        filter.insert("deleted", false);
    }
    let collection = link.collection(GROUPS);
    let change = || collection.replace_one(filter.clone(), &row);
    match link.write_once(change).await? {
        Written::Done(result) if result.matched_count == 1 => Ok(next),
        Written::Done(_) | Written::Taken => Err(refusal(link, group).await?),
    }
}

/// Why a compare-and-set did not match.
async fn refusal(link: &Link, group: &Group) -> Result<StoreError> {
    let found = link.exactly(GROUPS, doc! { "_id": group.id.to_string() }).await?;
    let epoch = found.map(|found| counter::<Group>(&found, "epoch")).transpose()?;
    Ok(match epoch.map(Epoch) {
        Some(epoch) if epoch > group.epoch => StoreError::Fenced(epoch),
        Some(_) | None => StoreError::Conflict,
    })
}

pub(super) async fn purge(link: &Link, id: GroupId, expected: Revision) -> Result<()> {
    let filter = doc! { "_id": id.to_string(), "revision": count(expected.0), "deleted": true };
    let collection = link.collection(GROUPS);
    match link.write_once(|| collection.delete_one(filter.clone())).await? {
        Written::Done(result) if result.deleted_count == 1 => Ok(()),
        Written::Done(_) | Written::Taken => Err(StoreError::Conflict),
    }
}
