//! Why a call brought no answer.

/// Why a call failed: each variant asks something else of the user.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The target is no URL that could be called.
    #[error("{target:?} is not a target: {reason}")]
    Target {
        /// As it was given.
        target: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There are no certificates to check the target with, or they cannot be read.
    #[error("no TLS for {target}: {}", chain(source))]
    Tls {
        /// The base URL.
        target: String,
        /// The cause.
        source: reqwest::Error,
    },
    /// The token has characters that no header can carry.
    #[error("the token has characters that a token never has")]
    Token,
    /// Nothing took the connection, or TLS failed on it. Nothing was asked yet.
    #[error("cannot connect to {target}: {}", chain(source))]
    Connect {
        /// The base URL.
        target: String,
        /// The cause.
        source: reqwest::Error,
    },
    /// The connection broke or no answer came in time: what was asked may have happened.
    #[error("no answer from {target}: {}", chain(source))]
    Lost {
        /// The base URL.
        target: String,
        /// The cause.
        source: reqwest::Error,
    },
    /// The service said no.
    #[error("{message}")]
    Refused {
        /// The HTTP status: 400, 401, 403, 404, 409, 422, 429 or 503.
        status: u16,
        /// The service's own words.
        message: String,
    },
    /// Something answered that is not microscaler.
    #[error("what answers at {target} is not microscaler (status {status}): {what}")]
    NotMicroscaler {
        /// The base URL.
        target: String,
        /// The HTTP status of the answer.
        status: u16,
        /// What gave it away.
        what: String,
    },
}

impl ClientError {
    /// The status of a refusal; `None` when the service did not answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Target { .. }
            | Self::Tls { .. }
            | Self::Token
            | Self::Connect { .. }
            | Self::Lost { .. }
            | Self::NotMicroscaler { .. } => None,
        }
    }
}

/// Sorts the library's error by what it means for the caller.
pub(super) fn from_transport(target: &str, source: reqwest::Error) -> ClientError {
    let target = target.to_owned();
    if source.is_connect() {
        return ClientError::Connect {
            target,
            source: source.without_url(),
        };
    }
    ClientError::Lost {
        target,
        source: source.without_url(),
    }
}

/// The innermost cause, which is the one that a person can act on ("Connection refused").
fn chain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    let mut last = cause.to_string();
    while let Some(inner) = cause.source() {
        cause = inner;
        last = cause.to_string();
    }
    if error.is_timeout() {
        format!("timed out ({last})")
    } else {
        last
    }
}
