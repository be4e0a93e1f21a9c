//! How stored values are read: those that keep JSON read it by the same rule.

use serde::de::DeserializeOwned;

use crate::{Result, StoreError};

/// The value in a stored text.
pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    // Metadata that a request could nest is nested a little deeper in what is stored: it must stay readable.
    reader.disable_recursion_limit();
    let value = T::deserialize(&mut reader).map_err(|error| corrupt::<T>(error.to_string()))?;
    reader.end().map_err(|error| corrupt::<T>(error.to_string()))?;
    Ok(value)
}

/// That a stored `T` cannot be read.
pub(crate) fn corrupt<T>(reason: String) -> StoreError {
    let path = std::any::type_name::<T>();
    StoreError::Corrupt {
        what: path.rsplit("::").next().unwrap_or("value").to_lowercase(),
        reason,
    }
}
