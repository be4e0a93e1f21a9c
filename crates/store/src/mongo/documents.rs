//! Launch configurations, load balancers and policies.

use domain::{AccountName, Document, Kind, Revision};
use mongodb::bson::{self, doc};
use mongodb::options::FindOptions;

use super::calls::{Link, Written};
use super::fields::{count, counter, versioned};
use crate::{Result, StoreError, Versioned, size};

pub(super) const DOCUMENTS: &str = "documents";

/// As it is kept; messages name kinds otherwise, and may change.
fn stored(kind: Kind) -> &'static str {
    match kind {
        Kind::LaunchConfiguration => "launch_configuration",
        Kind::LoadBalancer => "load_balancer",
        Kind::Policy => "policy",
        Kind::Schedule => "schedule",
    }
}

/// A document's id: no name has a slash.
fn key(kind: Kind, account: &AccountName, name: &str) -> String {
    format!("{}/{account}/{name}", stored(kind))
}

fn row(document: &Document, revision: Revision) -> Result<bson::Document> {
    let (kind, name) = (document.body.kind(), document.body.name());
    Ok(doc! {
        "_id": key(kind, &document.account, name),
        "kind": stored(kind),
        "account": document.account.as_str(),
        "name": name,
        "users": users(document.used_by.len()),
        "revision": count(revision.0),
        "body": size::encode(document)?,
    })
}

fn users(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) async fn create(link: &Link, document: &Document) -> Result<Revision> {
    let first = Revision(1);
    let row = row(document, first)?;
    let collection = link.collection(DOCUMENTS);
    match link.write_once(|| collection.insert_one(&row)).await? {
        Written::Done(_) => Ok(first),
        Written::Taken => Err(StoreError::Exists(document.body.name().to_owned())),
    }
}

pub(super) async fn by_key(
    link: &Link,
    kind: Kind,
    account: &AccountName,
    name: &str,
) -> Result<Option<Versioned<Document>>> {
    let found = link
        .exactly(DOCUMENTS, doc! { "_id": key(kind, account, name) })
        .await?;
    found.as_ref().map(versioned).transpose()
}

pub(super) async fn list(
    link: &Link,
    kind: Kind,
    account: Option<&AccountName>,
) -> Result<Vec<Versioned<Document>>> {
    let mut filter = doc! { "kind": stored(kind) };
    if let Some(account) = account {
        filter.insert("account", account.as_str());
    }
    let order = FindOptions::builder()
        .sort(doc! { "account": 1, "name": 1 })
        .build();
    let found = link.all(DOCUMENTS, filter, order).await?;
    found.iter().map(versioned).collect()
}

pub(super) async fn replace(link: &Link, document: &Document, expected: Revision) -> Result<Revision> {
    let next = expected.next();
    let row = row(document, next)?;
    let id = key(document.body.kind(), &document.account, document.body.name());
    let filter = doc! { "_id": id, "revision": count(expected.0) };
    let collection = link.collection(DOCUMENTS);
    let change = || collection.replace_one(filter.clone(), &row);
    match link.write_once(change).await? {
        Written::Done(result) if result.matched_count == 1 => Ok(next),
        Written::Done(_) | Written::Taken => Err(StoreError::Conflict),
    }
}

pub(super) async fn delete(
    link: &Link,
    kind: Kind,
    account: &AccountName,
    name: &str,
    expected: Revision,
) -> Result<()> {
    let current = doc! { "_id": key(kind, account, name), "revision": count(expected.0) };
    let mut unused = current.clone();
    unused.insert("users", 0_i64);
    let collection = link.collection(DOCUMENTS);
    match link.write_once(|| collection.delete_one(unused.clone())).await? {
        Written::Done(result) if result.deleted_count == 1 => Ok(()),
        Written::Done(_) | Written::Taken => Err(refusal(link, current).await?),
    }
}

/// Why a deletion did not match.
async fn refusal(link: &Link, current: bson::Document) -> Result<StoreError> {
    let found = link.exactly(DOCUMENTS, current).await?;
    let users = found
        .map(|found| counter::<Document>(&found, "users"))
        .transpose()?;
    Ok(match users.map(usize::try_from) {
        Some(Ok(users)) if users > 0 => StoreError::InUse(users),
        Some(_) | None => StoreError::Conflict,
    })
}
