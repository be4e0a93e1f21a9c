//! What can go wrong, told by whether the thing may have happened.

/// An error of a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Refused: the stored value has another revision; read again and decide again.
    #[error("somebody else changed it")]
    Conflict,
    /// Refused: a newer leader raised the aggregate's epoch.
    #[error("a newer leader decides about it (epoch {0})")]
    Fenced(domain::Epoch),
    /// Refused: the name or id is taken.
    #[error("{0} already exists")]
    Exists(String),
    /// Refused: something rests on it.
    #[error("in use by {0} started group(s)")]
    InUse(usize),
    /// Refused: the value is larger than the store keeps in one document.
    #[error("{size} bytes are more than the {max} that one document may have")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// It may have happened: look for the commit's id before deciding.
    #[error("the store did not confirm: {0}")]
    Unknown(String),
    /// It did not happen; the store cannot be reached or does not work.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored cannot be read.
    #[error("stored {what} cannot be read: {reason}")]
    Corrupt {
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
}
