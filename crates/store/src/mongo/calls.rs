//! How the server is called: bounded in number and in time.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::Document;
use mongodb::error::Error;
use mongodb::options::{FindOptions, ReadConcern, WriteConcern};
use mongodb::{Collection, Database};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::errors::{Meaning, unread};
use crate::{Result, StoreError};

/// How long one call may take once it has a connection. The slowest is a page of full groups.
pub(super) const OPERATION: Duration = Duration::from_secs(10);

/// One of the databases, opened by its user.
pub(super) struct Link {
    database: Database,
    turns: Arc<Semaphore>,
    patience: Duration,
    /// The read concern of a read that must not miss what was acknowledged anywhere.
    exact: ReadConcern,
    /// The read concern of listings.
    common: ReadConcern,
}

/// How a write ended that may find its key taken.
pub(super) enum Written<T> {
    Done(T),
    Taken,
}

impl Link {
    pub(super) fn new(database: Database, turns: Arc<Semaphore>, patience: Duration) -> Self {
        Self {
            database,
            turns,
            patience,
            exact: ReadConcern::local(),
            common: ReadConcern::local(),
        }
    }

    /// Another database of the same server, opened by the same user.
    pub(super) fn beside(&self, database: &str) -> Self {
        Self {
            database: self.database.client().database(database),
            turns: Arc::clone(&self.turns),
            patience: self.patience,
            exact: self.exact.clone(),
            common: self.common.clone(),
        }
    }

    /// Learns whether others may be primary behind this server's back: only then is there a stronger read than its own
    /// word, and a server without others refuses to be asked for it.
    pub(super) async fn meet(&mut self) -> Result<()> {
        let hello = self
            .read(self.database.run_command(mongodb::bson::doc! { "hello": 1 }))
            .await?;
        if hello.contains_key("setName") || hello.get_str("msg").is_ok_and(|said| said == "isdbgrid") {
            self.exact = ReadConcern::linearizable();
            self.common = ReadConcern::majority();
        }
        Ok(())
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// When a change counts as made: a command that is written out does not say so by itself.
    pub(super) fn confirmed(&self) -> WriteConcern {
        self.database.write_concern().cloned().unwrap_or_default()
    }

    pub(super) fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }

    /// The one document that a unique filter finds, as it is after every acknowledged write.
    pub(super) async fn exactly(&self, collection: &str, filter: Document) -> Result<Option<Document>> {
        let concern = self.exact.clone();
        self.one(collection, filter, concern).await
    }

    /// The one document that a filter finds, as a majority knows it.
    pub(super) async fn commonly(&self, collection: &str, filter: Document) -> Result<Option<Document>> {
        let concern = self.common.clone();
        self.one(collection, filter, concern).await
    }

    async fn one(
        &self,
        collection: &str,
        filter: Document,
        concern: ReadConcern,
    ) -> Result<Option<Document>> {
        let collection = self.collection(collection);
        let find = collection
            .find_one(filter)
            .read_concern(concern)
            .max_time(OPERATION);
        self.read(find).await
    }

    /// Every document that a query finds.
    pub(super) async fn all(
        &self,
        collection: &str,
        filter: Document,
        mut options: FindOptions,
    ) -> Result<Vec<Document>> {
        let collection = self.collection(collection);
        options.read_concern = Some(self.common.clone());
        options.max_time = Some(OPERATION);
        let call = async {
            let cursor = collection.find(filter).with_options(options).await?;
            cursor.try_collect().await
        };
        self.read(call).await
    }

    /// Runs a call that changes nothing.
    pub(super) async fn read<T>(
        &self,
        call: impl IntoFuture<Output = std::result::Result<T, Error>>,
    ) -> Result<T> {
        let _turn = self.turn().await?;
        match timeout(OPERATION, call).await {
            Ok(answer) => answer.map_err(|error| unread(&error)),
            Err(_) => Err(StoreError::Unavailable(late())),
        }
    }

    /// Runs a call that changes something.
    pub(super) async fn write<T>(
        &self,
        call: impl IntoFuture<Output = std::result::Result<T, Error>>,
    ) -> Result<Written<T>> {
        let answer = self.attempt(call).await?;
        match answer.map_err(|error| Meaning::of(&error)) {
            Ok(done) => Ok(Written::Done(done)),
            Err(Meaning::Taken) => Ok(Written::Taken),
            Err(Meaning::Not(reason)) => Err(StoreError::Unavailable(reason)),
            Err(Meaning::Perhaps(reason)) => Err(StoreError::Unknown(reason)),
        }
    }

    /// Stores a document under its id, whatever was there.
    pub(super) async fn put(&self, collection: &str, row: Document) -> Result<()> {
        let collection = self.collection(collection);
        let key = mongodb::bson::doc! { "_id": row.get_str("_id").unwrap_or_default() };
        let first = collection.replace_one(key.clone(), &row).upsert(true);
        if let Written::Done(_) = self.write(first).await? {
            return Ok(());
        }
        // Two at once both found nothing there, and the other was first to make it: now there is something to replace.
        self.write(collection.replace_one(key, &row)).await.map(|_| ())
    }

    /// Runs a call that changes something, and gives the driver's error as it is.
    pub(super) async fn attempt<T>(
        &self,
        call: impl IntoFuture<Output = std::result::Result<T, Error>>,
    ) -> Result<std::result::Result<T, Error>> {
        let _turn = self.turn().await?;
        let answer = timeout(OPERATION, call).await;
        answer.map_err(|_| StoreError::Unknown(late()))
    }

    /// Waits for one of the connections, so that what waited in vain is known not to have happened.
    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        match timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => {
                let waited = self.patience.as_secs_f64();
                let reason = format!("all connections were busy for {waited} s");
                Err(StoreError::Unavailable(reason))
            }
        }
    }
}

fn late() -> String {
    format!("no answer in {} s", OPERATION.as_secs())
}
