//! What the service knows of itself: its id, its leader, its hosts, its tokens.

use domain::{Epoch, Host, HostName, HostState, InstallationId, Timestamp};
use mongodb::bson::{Document, doc};
use mongodb::options::FindOptions;

use super::calls::{Link, Written};
use super::fields::{body, count, counter};
use crate::json::corrupt;
use crate::{Lease, Result, StoreError, Token, size};

/// What there is one of.
pub(super) const SERVICE: &str = "service";
pub(super) const HOSTS: &str = "hosts";
pub(super) const TOKENS: &str = "tokens";

pub(super) async fn installation(link: &Link, fresh: InstallationId) -> Result<InstallationId> {
    let key = doc! { "_id": "installation" };
    if let Some(made) = link.exactly(SERVICE, key.clone()).await? {
        return body(&made);
    }
    let row = doc! { "_id": "installation", "body": size::encode(&fresh)? };
    let collection = link.collection(SERVICE);
    match link.write(|| collection.insert_one(&row)).await? {
        Written::Done(_) => Ok(fresh),
        Written::Taken => match link.exactly(SERVICE, key).await? {
            Some(made) => body(&made),
            None => Err(corrupt::<InstallationId>("somebody removed it".to_owned())),
        },
    }
}

fn lease_row(lease: &Lease) -> Document {
    doc! {
        "_id": "lease",
        "holder": &lease.holder,
        "epoch": count(lease.epoch.0),
        "renewals": count(lease.renewals),
    }
}

pub(super) async fn lease(link: &Link) -> Result<Option<Lease>> {
    let Some(row) = link.exactly(SERVICE, doc! { "_id": "lease" }).await? else {
        return Ok(None);
    };
    let holder = row.get_str("holder");
    Ok(Some(Lease {
        holder: holder
            .map_err(|error| corrupt::<Lease>(error.to_string()))?
            .to_owned(),
        epoch: Epoch(counter::<Lease>(&row, "epoch")?),
        renewals: counter::<Lease>(&row, "renewals")?,
    }))
}

pub(super) async fn replace_lease(link: &Link, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
    let collection = link.collection(SERVICE);
    let row = lease_row(lease);
    let replaced = match expected {
        None => match link.write_once(|| collection.insert_one(&row)).await? {
            Written::Done(_) => 1,
            Written::Taken => 0,
        },
        Some(expected) => {
            let change = || collection.replace_one(lease_row(expected), &row);
            match link.write_once(change).await? {
                Written::Done(result) => result.matched_count,
                Written::Taken => 0,
            }
        }
    };
    if replaced == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

pub(super) async fn put_host(link: &Link, host: &Host) -> Result<()> {
    let collection = link.collection(HOSTS);
    let change = doc! {
        "$set": { "body": size::encode(host)? },
        "$setOnInsert": { "state": stored(host.state) },
    };
    let key = doc! { "_id": host.name.as_str() };
    let put = || collection.update_one(key.clone(), change.clone()).upsert(true);
    if let Written::Done(_) = link.write(put).await? {
        return Ok(());
    }
    // Two at once both found nothing there, and the other was first to make it: now there is something to change.
    link.write(put).await.map(|_| ())
}

/// One update, whose filter a host that was removed does not match.
pub(super) async fn set_host_state(
    link: &Link,
    name: &HostName,
    state: HostState,
) -> Result<Option<HostState>> {
    let open = doc! { "_id": name.as_str(), "state": { "$ne": stored(HostState::Removed) } };
    let change = doc! { "$set": { "state": stored(state) } };
    let collection = link.collection(HOSTS);
    let set = || collection.update_one(open.clone(), change.clone());
    match link.write(set).await? {
        Written::Done(result) if result.matched_count == 1 => Ok(Some(state)),
        Written::Done(_) | Written::Taken => {
            let found = link.exactly(HOSTS, doc! { "_id": name.as_str() }).await?;
            Ok(found.as_ref().map(host).transpose()?.map(|host| host.state))
        }
    }
}

/// A host's state as it is kept beside its body, so that its agent and its operators do not overwrite each other.
fn stored(state: HostState) -> &'static str {
    match state {
        HostState::Active => "active",
        HostState::Cordoned => "cordoned",
        HostState::Draining => "draining",
        HostState::Removed => "removed",
    }
}

fn host(row: &Document) -> Result<Host> {
    let said: Host = body(row)?;
    let state = match row.get_str("state") {
        Ok(kept) => HostState::ALL
            .into_iter()
            .find(|state| stored(*state) == kept)
            .ok_or_else(|| corrupt::<Host>(format!("state is {kept:?}")))?,
        // Stored before operators had a word.
        Err(_) => said.state,
    };
    Ok(Host { state, ..said })
}

pub(super) async fn hosts(link: &Link) -> Result<Vec<Host>> {
    let order = FindOptions::builder().sort(doc! { "_id": 1 }).build();
    let found = link.all(HOSTS, Document::new(), order).await?;
    found.iter().map(host).collect()
}

pub(super) async fn remove_host(link: &Link, name: &HostName) -> Result<()> {
    let key = doc! { "_id": name.as_str() };
    let collection = link.collection(HOSTS);
    link.write(|| collection.delete_one(key.clone()))
        .await
        .map(|_| ())
}

pub(super) async fn put_token(link: &Link, token: &Token) -> Result<()> {
    let row = doc! {
        "_id": &token.hash,
        "expires": token.expires.millis(),
        "body": size::encode(token)?,
    };
    link.put(TOKENS, row).await
}

pub(super) async fn token(link: &Link, hash: &str) -> Result<Option<Token>> {
    let found = link.commonly(TOKENS, doc! { "_id": hash }).await?;
    found.as_ref().map(body).transpose()
}

pub(super) async fn forget_tokens(link: &Link, before: Timestamp) -> Result<u64> {
    let ended = doc! { "expires": { "$lt": before.millis() } };
    link.forget(TOKENS, ended).await
}

/// Reads from the server itself: an answer of a connection alone would prove nothing.
pub(super) async fn ping(link: &Link, collection: &str) -> Result<()> {
    link.commonly(collection, doc! { "_id": "schema" })
        .await
        .map(|_| ())
}
