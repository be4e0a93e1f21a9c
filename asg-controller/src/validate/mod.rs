//! From JSON objects to the model: one mechanism for all kinds. A [`Table`] lists a kind's fields and what each may
//! hold; every error names the field, its value and what is expected; a field that no table lists is refused.

mod shape;
mod table;
pub(crate) mod tables;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub(crate) use shape::Shape;
use shape::shown;
pub(crate) use table::{Field, Table};

use crate::error::{Refusal, Result};

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// The typed value of checked fields. A failure here is a field whose shape is looser than its type.
pub(crate) fn typed<T: DeserializeOwned>(fields: Object) -> Result<T> {
    serde_json::from_value(Value::Object(fields)).map_err(|error| Refusal::Invalid(error.to_string()))
}

/// An update may repeat the name, but not change it.
pub(crate) fn same_name(given: &Object, name: &str) -> Result<()> {
    match given.get("name").and_then(Value::as_str) {
        Some(other) if other != name => Err(Refusal::field(
            "name",
            format!("{other:?} is not the name in the path, {name:?}: a name cannot be changed"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Of `known`, the text nearest to a misspelt one, if any is near enough to be meant.
pub(crate) fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Below this similarity (0 to 1) suggestions are noise rather than help.
    const MEANT: f64 = 0.8;
    most_alike(text, known)
        .filter(|(likeness, _)| *likeness >= MEANT)
        .map(|(_, name)| name)
}

/// Of `known`, the text nearest to another, however far that is; first how alike they are, from 0 to 1.
pub(crate) fn most_alike<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<(f64, &'a str)> {
    known
        .map(|name| (strsim::jaro_winkler(text, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
}
