//! How the server is called: bounded in number and in time.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Document, RawBsonRef};
use mongodb::error::Error;
use mongodb::options::{FindOptions, ReadConcern, WriteConcern};
use mongodb::raw_batch_cursor::{RawBatch, RawBatchCursor};
use mongodb::{Collection, Database};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::elections::{late, outlast};
use super::errors::{between_primaries, not_begun_without_primary, unread, unread_between_primaries, unsure};
use crate::{Result, StoreError};

/// How long one call may take once it has its turn, however often it is tried. The slowest is a page of full groups.
pub(super) const OPERATION: Duration = Duration::from_secs(10);
/// Documents asked for at once when all of a collection are read; the server gives no more than 16 MB of them.
const PIECE: u32 = 256;

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

    /// The same, with one turn of its own beside those that the others share.
    pub(super) fn apart(&self) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(1)),
            ..self.beside(self.database.name())
        }
    }

    /// Learns whether others may be primary behind this server's back: only then is there a stronger read than its own
    /// word, and a server without others refuses to be asked for it.
    pub(super) async fn meet(&mut self) -> Result<()> {
        let ask = || self.database.run_command(mongodb::bson::doc! { "hello": 1 });
        let hello = self.read(ask).await?;
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
        let find = || {
            collection
                .find_one(filter.clone())
                .read_concern(concern.clone())
                .max_time(OPERATION)
        };
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
        let call = || {
            let find = collection.find(filter.clone()).with_options(options.clone());
            async move { find.await?.try_collect().await }
        };
        self.read(call).await
    }

    /// Every document of a collection, in no order, with one cursor: a server that walks the collection meets each that
    /// is there throughout once. Each piece has the time of a call.
    pub(super) async fn every<T>(
        &self,
        collection: &str,
        read: impl Fn(&Document) -> Result<T>,
    ) -> Result<Vec<T>> {
        let collection = self.collection(collection);
        let begin = || {
            let find = collection.find(Document::new()).batch_size(PIECE);
            find.read_concern(self.common.clone()).batch()
        };
        let mut cursor = self.read(begin).await?;
        let mut found = Vec::new();
        while let Some(piece) = self.piece(&mut cursor).await? {
            for row in rows(&piece).map_err(|error| unread(&error))? {
                found.push(read(&row)?);
            }
        }
        Ok(found)
    }

    /// The next piece of what a cursor goes through. What breaks off is an error and no end.
    async fn piece(&self, cursor: &mut RawBatchCursor) -> Result<Option<RawBatch>> {
        let _turn = self.turn().await?;
        match timeout(OPERATION, cursor.try_next()).await {
            Ok(piece) => piece.map_err(|error| unread(&error)),
            Err(_) => Err(StoreError::Unavailable(late(OPERATION))),
        }
    }

    /// Runs a call that changes nothing, again while there is no primary.
    pub(super) async fn read<T, C>(&self, call: impl Fn() -> C) -> Result<T>
    where
        C: IntoFuture<Output = std::result::Result<T, Error>>,
    {
        let _turn = self.turn().await?;
        let ended = outlast(OPERATION, call, unread_between_primaries).await;
        ended.answer.map_err(|error| unread(&error))
    }

    /// Runs a change that leaves the same when it is made twice: again while there is no primary.
    pub(super) async fn write<T, C>(&self, call: impl Fn() -> C) -> Result<Written<T>>
    where
        C: IntoFuture<Output = std::result::Result<T, Error>>,
    {
        let _turn = self.turn().await?;
        outlast(OPERATION, call, between_primaries).await.written()
    }

    /// Runs a change that rests on what is stored: again while there is no primary, but never once it may have been made.
    pub(super) async fn write_once<T, C>(&self, call: impl Fn() -> C) -> Result<Written<T>>
    where
        C: IntoFuture<Output = std::result::Result<T, Error>>,
    {
        let _turn = self.turn().await?;
        outlast(OPERATION, call, not_begun_without_primary)
            .await
            .written()
    }

    /// Stores a document under its id, whatever was there.
    pub(super) async fn put(&self, collection: &str, row: Document) -> Result<()> {
        let collection = self.collection(collection);
        let key = mongodb::bson::doc! { "_id": row.get_str("_id").unwrap_or_default() };
        let put = |make: bool| collection.replace_one(key.clone(), &row).upsert(make);
        if let Written::Done(_) = self.write(|| put(true)).await? {
            return Ok(());
        }
        // Two at once both found nothing there, and the other was first to make it: now there is something to replace.
        self.write(|| put(false)).await.map(|_| ())
    }

    /// Drops every document that a query finds; how many those were.
    pub(super) async fn forget(&self, collection: &str, filter: Document) -> Result<u64> {
        let collection = self.collection(collection);
        match self.write(|| collection.delete_many(filter.clone())).await? {
            Written::Done(result) => Ok(result.deleted_count),
            Written::Taken => Ok(0),
        }
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

fn rows(piece: &RawBatch) -> std::result::Result<Vec<Document>, Error> {
    let row = |row: RawBsonRef<'_>| match row.as_document() {
        Some(row) => Ok(Document::try_from(row)?),
        None => Err(unsure("a row is no document")),
    };
    piece.doc_slices()?.into_iter().map(|found| row(found?)).collect()
}
