//! Many changes with one command. The driver's own way of it needs MongoDB 8.

use mongodb::bson::{Document, deserialize_from_document, doc, serialize_to_bson};
use mongodb::error::{Error, ErrorKind, WriteConcernError, WriteError, WriteFailure};
use serde::Deserialize;

use super::calls::{Link, Written};
use super::errors::{DUPLICATE, unsure};
use crate::{Result, StoreError};

/// What the server says.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "writeErrors", default)]
    failed: Vec<Failed>,
    #[serde(rename = "writeConcernError")]
    unconfirmed: Option<WriteConcernError>,
}

#[derive(Deserialize)]
struct Failed {
    index: usize,
    #[serde(flatten)]
    error: WriteError,
}

impl Answer {
    /// Those of the changes whose key was taken, when nothing else went wrong.
    fn taken(self) -> std::result::Result<Vec<usize>, Error> {
        let unconfirmed = self.unconfirmed.map(WriteFailure::WriteConcernError);
        let (taken, other): (Vec<Failed>, Vec<Failed>) = self
            .failed
            .into_iter()
            .partition(|failed| failed.error.code == DUPLICATE);
        let other = other
            .into_iter()
            .map(|failed| WriteFailure::WriteError(failed.error));
        match unconfirmed.into_iter().chain(other).next() {
            Some(failure) => Err(ErrorKind::Write(failure).into()),
            None => Ok(taken.into_iter().map(|failed| failed.index).collect()),
        }
    }
}

impl Link {
    /// Makes changes, each `{q, u, upsert}` of one document by its id, in any order. After an error some are made.
    pub(super) async fn change_all(&self, collection: &str, changes: Vec<Document>) -> Result<()> {
        let taken = self.change(collection, &changes).await?;
        // Two at once both found nothing there, and the other was first to make it: now there is something to change.
        let again: Vec<Document> = taken.iter().filter_map(|at| changes.get(*at).cloned()).collect();
        match self.change(collection, &again).await?.len() {
            0 => Ok(()),
            left => Err(StoreError::Unavailable(format!("{left} keys are taken"))),
        }
    }

    /// Those of the changes whose key was taken.
    async fn change(&self, collection: &str, changes: &[Document]) -> Result<Vec<usize>> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let concern = serialize_to_bson(&self.confirmed());
        let command = doc! {
            "update": collection,
            "updates": changes,
            "ordered": false,
            "writeConcern": concern.map_err(|error| StoreError::Unavailable(error.to_string()))?,
        };
        let call = || {
            let answer = self.database().run_command(command.clone());
            async move {
                deserialize_from_document::<Answer>(answer.await?)
                    .map_err(unsure)?
                    .taken()
            }
        };
        match self.write(call).await? {
            Written::Done(taken) => Ok(taken),
            Written::Taken => Ok(Vec::new()),
        }
    }
}
