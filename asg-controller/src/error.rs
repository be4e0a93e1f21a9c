//! Why a request is refused. The service speaks of reasons; [`crate::http`] turns them into status codes.

use std::time::Duration;

use domain::DesireError;
use store::StoreError;
use store::update::UpdateError;

/// The result of an operation.
pub(crate) type Result<T> = std::result::Result<T, Refusal>;

/// A refusal, with the message that the client gets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The request is no request of this interface: not JSON, not an object, a header that cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// No token, or one that is not or no longer good.
    #[error("{0}")]
    Unauthorized(String),
    /// A good token, but not for this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or it is another account's.
    #[error("{0}")]
    NotFound(String),
    /// The path exists, but takes only these methods.
    #[error("{0}")]
    Method(String),
    /// It exists, is in use, is in the wrong state, or was changed since the client looked.
    #[error("{0}")]
    Conflict(String),
    /// The body is larger than is read.
    #[error("{0}")]
    TooLarge(String),
    /// A field fails validation, its type included.
    #[error("{0}")]
    Invalid(String),
    /// As much of this is under way as may be at once.
    #[error("{0}")]
    Busy(String),
    /// Too many failed logins.
    #[error("too many failed logins from this address: try again in {} s", .0.as_secs())]
    Limited(Duration),
    /// The store does not answer or did not confirm.
    #[error("{0}")]
    Unavailable(String),
    /// A defect of the service; the log has the details.
    #[error("{0}")]
    Internal(String),
}

impl Refusal {
    /// A field fails validation.
    pub(crate) fn field(name: &str, problem: impl std::fmt::Display) -> Self {
        Self::Invalid(format!("{name}: {problem}"))
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: &str, name: impl std::fmt::Display) -> Self {
        Self::NotFound(format!("{what} {name} not found"))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::Exists(_) | StoreError::InUse(_) => Self::Conflict(text),
            StoreError::TooLarge { .. } => Self::Invalid(text),
            // Our own retries are used up: others write faster than we read.
            StoreError::Conflict | StoreError::Fenced(_) => {
                Self::Unavailable("too many changes at once: try again".to_owned())
            }
            StoreError::Unknown(_) => {
                tracing::error!(%error, "an outcome is not known");
                Self::Unavailable(format!("{text}; look before you repeat it"))
            }
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "the store does not work");
                Self::Unavailable(text)
            }
            StoreError::Corrupt { .. } => {
                tracing::error!(%error, "the store holds what cannot be read");
                Self::Internal(text)
            }
        }
    }
}

impl From<DesireError> for Refusal {
    fn from(error: DesireError) -> Self {
        let text = error.to_string();
        match error {
            DesireError::Invalid { .. } => Self::Invalid(text),
            DesireError::WrongState { .. } | DesireError::Stale { .. } => Self::Conflict(text),
            DesireError::NoInstance(_) => Self::NotFound(text),
            DesireError::Illegal(_) => {
                tracing::error!(%error, "a phase was asked for the impossible");
                Self::Internal(text)
            }
        }
    }
}

/// What was to be changed is named by the caller, who knows what [`UpdateError::NotFound`] did not find.
pub(crate) fn update_error(error: UpdateError<Refusal>, missing: impl FnOnce() -> Refusal) -> Refusal {
    match error {
        UpdateError::NotFound => missing(),
        UpdateError::Refused(refusal) => refusal,
        UpdateError::Store(error) => error.into(),
    }
}
