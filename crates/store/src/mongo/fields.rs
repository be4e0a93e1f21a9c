//! How values become documents of the server and come back.
//!
//! A value is kept whole as JSON in `body`; beside it stand the fields that filters and indexes name.

use domain::Revision;
use mongodb::bson::Document;
use serde::de::DeserializeOwned;

use crate::json::{corrupt, decode};
use crate::{Result, Versioned};

/// The value in a document's body.
pub(super) fn body<T: DeserializeOwned>(document: &Document) -> Result<T> {
    let text = document.get_str("body");
    decode(text.map_err(|error| corrupt::<T>(error.to_string()))?)
}

/// The value in a document's body, with the revision beside it.
pub(super) fn versioned<T: DeserializeOwned>(document: &Document) -> Result<Versioned<T>> {
    let revision = counter::<T>(document, "revision")?;
    let value = body(document)?;
    Ok(Versioned {
        revision: Revision(revision),
        value,
    })
}

/// A counter of a document that keeps a `T`.
pub(super) fn counter<T>(document: &Document, field: &str) -> Result<u64> {
    let stored = document.get_i64(field);
    let stored = stored.map_err(|error| corrupt::<T>(error.to_string()))?;
    u64::try_from(stored).map_err(|_| corrupt::<T>(format!("{field} is {stored}")))
}

/// A counter as the server keeps it, with a sign; no counter comes near the end of either range.
pub(super) fn count(counter: u64) -> i64 {
    i64::try_from(counter).unwrap_or(i64::MAX)
}
