//! What went wrong, and what to do next.

mod nearest;

use std::io;
use std::io::Write;
use std::process::ExitCode;

use api::ClientError;

use crate::defaults::DefaultsError;

pub use nearest::{Mention, explain};

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The service refused it, or was not there.
    #[error("{error}")]
    Client {
        /// What happened.
        error: ClientError,
        /// What to do, where somebody knew more than the error says.
        hint: Option<String>,
    },
    /// The defaults file, or the local key.
    #[error(transparent)]
    Defaults(#[from] DefaultsError),
    /// There is no token to show.
    #[error("not logged in")]
    NotLoggedIn,
    /// Something that is needed was neither given nor known.
    #[error("{what}")]
    Missing {
        /// What is missing.
        what: String,
        /// Where it could come from.
        hint: String,
    },
    /// A group did not get where it should.
    #[error("{what}")]
    NotReached {
        /// How far it got, and why no further.
        what: String,
        /// Where more is told.
        hint: String,
    },
    /// What was to be shown or written could not be.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
    /// The command line's definition and its reading disagree.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Client { error, hint: None }
    }
}

impl Failure {
    /// Whether asking again a little later may help.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Client { error, .. } => {
                let absent = matches!(error, ClientError::Connect { .. } | ClientError::Lost { .. });
                absent || matches!(error.status(), Some(429 | 503))
            }
            _ => false,
        }
    }

    /// What to do next.
    fn hint(&self) -> Option<String> {
        match self {
            Self::Client { hint: Some(hint), .. }
            | Self::Missing { hint, .. }
            | Self::NotReached { hint, .. } => Some(hint.clone()),
            Self::Client { error, hint: None } => hint_of(error),
            Self::NotLoggedIn => Some(format!("log in first: {LOGIN}")),
            Self::Defaults(DefaultsError::Invalid { .. }) => {
                Some("correct the file, and give it to `ms load -f FILE` to check it".to_owned())
            }
            Self::Defaults(_) | Self::Output(_) | Self::CommandLine(_) => None,
        }
    }
}

const LOGIN: &str = "`ms login --target http://HOST:56785/asgcc --user USER --key KEY` (plain `ms login` for a \
                     microscaler on this machine)";

/// What a target looks like.
pub const TARGET_HINT: &str = "a target looks like http://localhost:56785/asgcc (https:// when controller.ssl is on); \
                               name it with `ms login --target URL`";

fn hint_of(error: &ClientError) -> Option<String> {
    let hint = match error {
        ClientError::Refused { status: 401, .. } => "the token may have expired, log in again: `ms login`",
        ClientError::Refused { status: 429, .. } => "too many calls at once: wait a little",
        ClientError::Refused { status: 503, .. } => {
            "GET /health of the service names what is away, and its log says why"
        }
        ClientError::Refused { .. } => return None,
        // The library says no more than this text of why TLS failed, or of an answer in TLS to a call without.
        ClientError::Connect { .. } if error.to_string().contains("certificate") => {
            "its certificate is not trusted here: name that of its authority with SSL_CERT_FILE=FILE"
        }
        ClientError::Lost { .. } if error.to_string().contains("invalid HTTP") => TARGET_HINT,
        ClientError::Connect { .. } => {
            "is microscaler running? Start it with `microscaler`, or name another target with `ms login --target URL`"
        }
        ClientError::Lost { .. } => "it may have been done all the same: look before you repeat it",
        ClientError::Target { .. } | ClientError::NotMicroscaler { .. } => TARGET_HINT,
        ClientError::Tls { .. } => "install ca-certificates, or name your own with SSL_CERT_FILE=FILE",
        ClientError::Token => "log in again: `ms login`",
    };
    Some(hint.to_owned())
}

/// Tells a failure, and what to do next, on stderr.
pub fn tell(failure: &Failure) -> ExitCode {
    let mut text = format!("ms: {failure}\n");
    if let Some(hint) = failure.hint() {
        text.push_str(&format!("    {hint}\n"));
    }
    // With stderr gone there is nobody left to tell.
    let _gone = io::stderr().write_all(text.as_bytes());
    ExitCode::FAILURE
}
