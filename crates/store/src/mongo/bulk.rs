//! Many changes with one command. The driver's own way of it needs MongoDB 8.

use mongodb::bson::{Document, doc, serialize_to_bson};
use mongodb::error::{Error, WriteConcernError, WriteError};
use serde::Deserialize;

use super::calls::Link;
use super::errors::{Meaning, refused};
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
        let command = doc! {
            "update": collection,
            "updates": changes,
            "ordered": false,
            "writeConcern": serialize_to_bson(&self.confirmed()).map_err(|error| unsure(&error))?,
        };
        let answer = self.run(command).await?;
        let answer: Answer =
            mongodb::bson::deserialize_from_document(answer).map_err(|error| unsure(&error))?;
        if let Some(error) = answer.unconfirmed {
            return Err(StoreError::Unknown(error.message));
        }
        let mut taken = Vec::new();
        for Failed { index, error } in answer.failed {
            match Meaning::by_code(error.code, error.message) {
                Meaning::Taken => taken.push(index),
                other => return Err(refused(other)),
            }
        }
        Ok(taken)
    }

    async fn run(&self, command: Document) -> Result<Document> {
        let answer = self.attempt(self.database().run_command(command)).await?;
        answer.map_err(|error: Error| refused(Meaning::of(&error)))
    }
}

fn unsure(error: &dyn std::error::Error) -> StoreError {
    StoreError::Unknown(error.to_string())
}
