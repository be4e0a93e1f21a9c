//! The proof, at every start, that the server's compare-and-set is atomic. Everything rests on it, and not every server
//! that speaks MongoDB's protocol has it: `FerretDB` 1 as released reads and then writes, and loses one of two at once.
//!
//! Contenders on connections of their own name the same count and want to raise it, all at once: exactly one may be told
//! that it did, and the count must be one higher then.

use async_trait::async_trait;
use domain::{Ids, SystemIds};
use futures_util::future::join_all;
use mongodb::Collection;
use mongodb::bson::{Document, doc};
use tempfile::NamedTempFile;

use super::errors::unread;
use super::{MongoOptions, client};
use crate::{Result, StoreError};

const COLLECTION: &str = "proof";
/// At once. A server that reads and then writes lets several of so many win.
const CONTENDERS: usize = 8;
/// The first ones also make the connections, and so are not quite at once.
const ROUNDS: i64 = 6;

/// Proves it on a document of its own.
pub(super) async fn run(options: &MongoOptions, certificate: Option<&NamedTempFile>) -> Result<()> {
    let contenders = u32::try_from(CONTENDERS).unwrap_or(u32::MAX);
    let wide = MongoOptions {
        pool_size: contenders,
        ..options.clone()
    };
    let client = client(&wide, &options.asg, certificate).await?;
    let scratch = Scratch {
        collection: client.database(&options.asg.database).collection(COLLECTION),
        id: SystemIds.fresh().to_string(),
    };
    let bound = super::calls::OPERATION;
    let proven = tokio::time::timeout(bound, scratch.prove()).await;
    // Contenders that are late hold nothing up: what they would have shown is not needed any more.
    client.shutdown().immediate(true).await;
    proven.unwrap_or_else(|_| {
        let reason = format!("its compare-and-set was not tried in {} s", bound.as_secs());
        Err(StoreError::Unavailable(reason))
    })
}

/// What is raised.
#[async_trait]
trait Counter: Sync {
    /// What it counts.
    async fn read(&self) -> Result<i64>;
    /// Raises it by one if it still is `from`; whether it was.
    async fn raise(&self, from: i64) -> Result<bool>;
}

async fn prove(counter: &impl Counter) -> Result<()> {
    for _ in 0..ROUNDS {
        let from = counter.read().await?;
        let told = join_all((0..CONTENDERS).map(|_| counter.raise(from))).await;
        let told: Vec<bool> = told.into_iter().collect::<Result<_>>()?;
        let winners = told.into_iter().filter(|won| *won).count();
        let now = counter.read().await?;
        if winners != 1 || now != from + 1 {
            return Err(StoreError::Unavailable(format!(
                "the server loses updates: {winners} of {CONTENDERS} compare-and-sets of one revision were told that they won (the count went from {from} to {now}). Its compare-and-set is not atomic, as FerretDB 1's is not; use MongoDB 4.4 or newer"
            )));
        }
    }
    Ok(())
}

/// A document of the server's.
struct Scratch {
    collection: Collection<Document>,
    id: String,
}

impl Scratch {
    async fn prove(&self) -> Result<()> {
        let begin = self
            .collection
            .insert_one(doc! { "_id": &self.id, "count": 0_i64 });
        begin.await.map_err(|error| unread(&error))?;
        let proven = prove(self).await;
        let removed = self.collection.delete_one(doc! { "_id": &self.id }).await;
        if let Err(error) = removed {
            tracing::warn!(%error, collection = COLLECTION, id = self.id, "a scratch document was not removed");
        }
        proven
    }
}

#[async_trait]
impl Counter for Scratch {
    async fn read(&self) -> Result<i64> {
        let found = self.collection.find_one(doc! { "_id": &self.id }).await;
        let found = found.map_err(|error| unread(&error))?;
        let count = found.and_then(|found| found.get_i64("count").ok());
        count.ok_or_else(|| StoreError::Unavailable("the server lost a document".to_owned()))
    }

    async fn raise(&self, from: i64) -> Result<bool> {
        let filter = doc! { "_id": &self.id, "count": from };
        let next = doc! { "_id": &self.id, "count": from + 1 };
        let change = self.collection.replace_one(filter, next).await;
        let change = change.map_err(|error| unread(&error))?;
        Ok(change.matched_count == 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::sync::Mutex;

    use super::*;

    /// A count in memory. Broken, it looks first and writes later, as `FerretDB` 1 does.
    struct Memory {
        count: Mutex<i64>,
        broken: bool,
    }

    #[async_trait]
    impl Counter for Memory {
        async fn read(&self) -> Result<i64> {
            Ok(*self.count.lock().unwrap())
        }

        async fn raise(&self, from: i64) -> Result<bool> {
            if self.broken {
                let matches = *self.count.lock().unwrap() == from;
                tokio::task::yield_now().await;
                if matches {
                    *self.count.lock().unwrap() = from + 1;
                }
                return Ok(matches);
            }
            let mut count = self.count.lock().unwrap();
            let matches = *count == from;
            *count += i64::from(matches);
            Ok(matches)
        }
    }

    fn memory(broken: bool) -> Memory {
        let count = Mutex::new(0);
        Memory { count, broken }
    }

    #[tokio::test]
    async fn a_server_that_compares_and_sets_passes() {
        prove(&memory(false)).await.unwrap();
    }

    #[tokio::test]
    async fn a_server_that_loses_updates_is_refused_and_told_why() {
        let refused = prove(&memory(true)).await;
        let Err(StoreError::Unavailable(said)) = refused else {
            panic!("{refused:?}")
        };
        assert!(
            said.contains("loses updates") && said.contains("8 of 8"),
            "{said}"
        );
    }
}
