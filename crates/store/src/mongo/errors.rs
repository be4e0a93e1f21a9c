//! What the driver's errors mean: whether the thing may have happened.

use mongodb::error::{Error, ErrorKind, SYSTEM_OVERLOADED_ERROR, WriteFailure};

use crate::StoreError;

/// A unique key is taken.
const DUPLICATE: i32 = 11_000;

/// Errors of the server that say that it did not even begin: bad values, unknown commands, too large, no right to, not
/// the primary. Everything else may come after the change, as when a primary steps down while it waits for others.
const NOT_BEGUN: [i32; 15] = [
    2, 9, 13, 14, 18, 20, 26, 59, 66, 10_058, 10_107, 10_334, 13_435, 17_419, 17_420,
];

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

    pub(super) fn by_code(code: i32, reason: String) -> Self {
        match code {
            DUPLICATE => Self::Taken,
            code if NOT_BEGUN.contains(&code) => Self::Not(reason),
            _ => Self::Perhaps(reason),
        }
    }
}

/// The error of a write that had no key to be taken.
pub(super) fn refused(meaning: Meaning) -> StoreError {
    match meaning {
        Meaning::Not(reason) => StoreError::Unavailable(reason),
        Meaning::Perhaps(reason) => StoreError::Unknown(reason),
        Meaning::Taken => StoreError::Unknown("a key is taken".to_owned()),
    }
}

/// What a failed read means: there is nothing to be unsure of.
pub(super) fn unread(error: &Error) -> StoreError {
    StoreError::Unavailable(reason(error))
}

/// What failed, for people.
fn reason(error: &Error) -> String {
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

/// Whether every document of an `insert_many` that was not stored was there before; which these are.
pub(super) fn duplicates(error: &Error) -> Option<Vec<usize>> {
    let ErrorKind::InsertMany(failed) = &*error.kind else {
        return None;
    };
    let writes = failed.write_errors.as_deref().unwrap_or_default();
    let only = failed.write_concern_error.is_none() && writes.iter().all(|write| write.code == DUPLICATE);
    only.then(|| writes.iter().map(|write| write.index).collect())
}
