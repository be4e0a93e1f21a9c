//! What the driver's errors mean: whether the thing may have happened, and whether it is worth another try.

use mongodb::error::{Error, ErrorKind, SYSTEM_OVERLOADED_ERROR, WriteFailure};

use crate::StoreError;

/// A unique key is taken.
pub(super) const DUPLICATE: i32 = 11_000;

/// Errors of the server that say that it did not even begin: bad values, unknown commands, too large, no right to.
/// Everything else but [`NOT_PRIMARY`] may come after the change, as when a primary steps down while it waits for others.
const NOT_BEGUN: [i32; 12] = [2, 9, 13, 14, 18, 20, 26, 59, 66, 10_334, 17_419, 17_420];

/// A server that is no primary, or not yet, does not begin either: `NotWritablePrimary` by its old and new code,
/// `NotPrimaryNoSecondaryOk`, `NotPrimaryOrSecondary`.
const NOT_PRIMARY: [i32; 4] = [10_058, 10_107, 13_435, 13_436];

/// A primary that steps down or ends answers so to what it had begun: `ShutdownInProgress`, `PrimarySteppedDown`,
/// `InterruptedAtShutdown`, `InterruptedDueToReplStateChange`.
const INTERRUPTED: [i32; 4] = [91, 189, 11_600, 11_602];

/// What a failed write means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It did not happen: its key is taken.
    Taken,
    /// It did not happen.
    Not(String),
    /// It may have happened.
    Perhaps(String),
}

impl Meaning {
    pub(super) fn of(error: &Error) -> Self {
        let reason = reason(error);
        match &*error.kind {
            ErrorKind::Write(WriteFailure::WriteError(write)) => Self::by_code(write.code, reason),
            ErrorKind::Command(command) => Self::by_code(command.code, reason),
            ErrorKind::ServerSelection { .. }
            | ErrorKind::Authentication { .. }
            | ErrorKind::DnsResolve { .. }
            | ErrorKind::InvalidTlsConfig { .. }
            | ErrorKind::InvalidArgument { .. }
            | ErrorKind::IncompatibleServer { .. }
            | ErrorKind::Bson(_)
            | ErrorKind::Shutdown => Self::Not(reason),
            // The driver's mark of a connection that was never made.
            ErrorKind::Io(_) if error.contains_label(SYSTEM_OVERLOADED_ERROR) => Self::Not(reason),
            _ => Self::Perhaps(reason),
        }
    }

    fn by_code(code: i32, reason: String) -> Self {
        match code {
            DUPLICATE => Self::Taken,
            code if NOT_BEGUN.contains(&code) || NOT_PRIMARY.contains(&code) => Self::Not(reason),
            _ => Self::Perhaps(reason),
        }
    }
}

/// Whether it did not happen because a server is no primary: soon one is.
pub(super) fn not_begun_without_primary(error: &Error) -> bool {
    matches!(&*error.kind, ErrorKind::Command(command) if NOT_PRIMARY.contains(&command.code))
}

/// Whether a primary is about to change: what may be made twice is worth another try with the next.
pub(super) fn between_primaries(error: &Error) -> bool {
    let code = match &*error.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => Some(concern.code),
        ErrorKind::InsertMany(failed) => failed.write_concern_error.as_ref().map(|concern| concern.code),
        _ => None,
    };
    code.is_some_and(|code| NOT_PRIMARY.contains(&code) || INTERRUPTED.contains(&code))
}

/// Whether a read is worth another try: as [`between_primaries`], or another call met that while this one waited for its
/// connection.
pub(super) fn unread_between_primaries(error: &Error) -> bool {
    between_primaries(error) || matches!(&*error.kind, ErrorKind::ConnectionPoolCleared { .. })
}

/// An error of our own, which says nothing of whether the thing happened.
pub(super) fn unsure(reason: impl ToString) -> Error {
    Error::custom(reason.to_string())
}

/// What a failed read means: there is nothing to be unsure of.
pub(super) fn unread(error: &Error) -> StoreError {
    StoreError::Unavailable(reason(error))
}

/// What failed, for people.
fn reason(error: &Error) -> String {
    if let Some(ours) = error.get_custom::<String>() {
        return ours.clone();
    }
    match &*error.kind {
        ErrorKind::ServerSelection { message, .. } => unreachable_servers(message),
        kind => kind.to_string(),
    }
}

/// The driver tells all that it knows of each server; its address and what went wrong with it is enough.
fn unreachable_servers(message: &str) -> String {
    let (what, topology) = message.split_once(" Topology: ").unwrap_or((message, ""));
    let server = |told: &str| {
        let address = told.split([',', ' ']).next().unwrap_or_default();
        let why = told
            .split_once("Error: ")
            .map(|(_, why)| why.trim_start_matches("Kind: "));
        match why.and_then(|why| why.split(", labels").next()) {
            Some(why) => format!("{address} ({why})"),
            None => address.to_owned(),
        }
    };
    let servers: Vec<String> = topology.split("{ Address: ").skip(1).map(server).collect();
    match servers.join(", ") {
        none if none.is_empty() => what.to_owned(),
        all if what.contains("No available servers") => format!("MongoDB does not answer at {all}"),
        all => format!("MongoDB has no server that takes this now, of {all}"),
    }
}

/// Which documents of an `insert_many` were there before, if those alone were not stored.
pub(super) fn duplicates(error: &Error) -> Option<Vec<usize>> {
    let ErrorKind::InsertMany(failed) = &*error.kind else {
        return None;
    };
    let writes = failed.write_errors.as_deref().unwrap_or_default();
    let only = failed.write_concern_error.is_none() && writes.iter().all(|write| write.code == DUPLICATE);
    only.then(|| writes.iter().map(|write| write.index).collect())
}
