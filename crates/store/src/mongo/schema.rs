//! The databases' schema: which version is there, how it becomes ours, and the indexes.

use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;

use super::calls::{Link, Written};
use super::decisions::DECISIONS;
use super::documents::DOCUMENTS;
use super::groups::GROUPS;
use super::history::ACTIVITIES;
use super::registry::{SERVICE, TOKENS};
use super::rollups::ROLLUPS;
use crate::{Result, StoreError};

/// What this microscaler reads and writes.
const VERSION: i64 = 3;

/// Brings the databases to [`VERSION`]. Several processes may do so at once: every step can be made twice.
pub(super) async fn prepare(asg: &Link, auth: &Link) -> Result<()> {
    let stored = version(asg).await?;
    if let Some(newer) = stored.filter(|stored| *stored > VERSION) {
        return Err(StoreError::Corrupt {
            what: "schema".to_owned(),
            reason: format!(
                "the database has schema version {newer}, this microscaler knows versions up to {VERSION}: start the newer microscaler that wrote it"
            ),
        });
    }
    for done in stored.unwrap_or(0)..VERSION {
        migrate(done)?;
    }
    make_indexes(asg, auth).await?;
    note(asg, stored).await
}

/// Makes the next version out of version `from`. The first three need nothing but their indexes: the second brought the
/// decisions, the third the rollups.
fn migrate(from: i64) -> Result<()> {
    match from {
        0..=2 => Ok(()),
        other => Err(StoreError::Corrupt {
            what: "schema".to_owned(),
            reason: format!("no way is known from version {other}"),
        }),
    }
}

async fn version(asg: &Link) -> Result<Option<i64>> {
    let found = asg.exactly(SERVICE, doc! { "_id": "schema" }).await?;
    let version = found.map(|found| found.get_i64("version")).transpose();
    version.map_err(|error| StoreError::Corrupt {
        what: "schema".to_owned(),
        reason: error.to_string(),
    })
}

async fn note(asg: &Link, stored: Option<i64>) -> Result<()> {
    let service = asg.collection(SERVICE);
    match stored {
        Some(VERSION) => Ok(()),
        None => {
            let row = doc! { "_id": "schema", "version": VERSION };
            match asg.write(|| service.insert_one(&row)).await? {
                Written::Done(_) | Written::Taken => Ok(()),
            }
        }
        Some(older) => {
            let filter = doc! { "_id": "schema", "version": older };
            let change = doc! { "$set": { "version": VERSION } };
            let raise = || service.update_one(filter.clone(), change.clone());
            asg.write(raise).await.map(|_| ())
        }
    }
}

async fn make_indexes(asg: &Link, auth: &Link) -> Result<()> {
    // No two groups that are not deleted have one name: `gone` is empty in those alone.
    let name = index(doc! { "account": 1, "name": 1, "gone": 1 }, true);
    make(asg, GROUPS, name).await?;
    make(asg, GROUPS, index(doc! { "account": 1, "_id": 1 }, false)).await?;
    let key = index(doc! { "kind": 1, "account": 1, "name": 1 }, true);
    make(asg, DOCUMENTS, key).await?;
    let page = index(doc! { "group": 1, "start": -1, "_id": -1 }, false);
    make(asg, ACTIVITIES, page).await?;
    make(asg, ACTIVITIES, index(doc! { "start": 1 }, false)).await?;
    let last = index(doc! { "group": 1, "at": -1, "_id": -1 }, false);
    make(asg, DECISIONS, last).await?;
    make(asg, DECISIONS, index(doc! { "at": 1 }, false)).await?;
    make(asg, ROLLUPS, index(doc! { "group": 1, "day": 1 }, false)).await?;
    make(asg, ROLLUPS, index(doc! { "day": 1 }, false)).await?;
    make(auth, TOKENS, index(doc! { "expires": 1 }, false)).await
}

fn index(keys: Document, unique: bool) -> IndexModel {
    let options = IndexOptions::builder().unique(unique).build();
    IndexModel::builder().keys(keys).options(options).build()
}

/// Makes an index; one that is there stays. Whether it was made, when nobody can tell, is found at the next start:
/// without it this one fails.
async fn make(link: &Link, collection: &str, index: IndexModel) -> Result<()> {
    let collection = link.collection(collection);
    link.write(|| collection.create_index(index.clone()))
        .await
        .map(|_| ())
}
