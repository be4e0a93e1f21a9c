//! What the service knows of itself: its id, its leader, its hosts, its tokens.

use domain::{Host, HostName, HostState, InstallationId, Timestamp};
use rusqlite::{Connection, params};

use super::sql::{all, body, encode, execute, first};
use crate::{Lease, Result, StoreError, Token};

pub(super) fn installation(db: &Connection, fresh: InstallationId) -> Result<InstallationId> {
    match single(db, "installation")? {
        Some(made) => Ok(made),
        None => put_single(db, "installation", &fresh).map(|()| fresh),
    }
}

pub(super) fn lease(db: &Connection) -> Result<Option<Lease>> {
    single(db, "lease")
}

pub(super) fn replace_lease(db: &Connection, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
    if single::<Lease>(db, "lease")?.as_ref() != expected {
        return Err(StoreError::Conflict);
    }
    put_single(db, "lease", lease)
}

fn single<T: serde::de::DeserializeOwned>(db: &Connection, name: &str) -> Result<Option<T>> {
    first(db, "SELECT body FROM singles WHERE name = ?1", [name], body)
}

fn put_single(db: &Connection, name: &str, value: &impl serde::Serialize) -> Result<()> {
    let sql = "INSERT INTO singles (name, body) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = ?2";
    execute(db, sql, [name, &encode(value)?]).map(|_| ())
}

/// In one transaction, as every write: nothing comes between reading the operators' word and keeping it.
pub(super) fn put_host(db: &Connection, host: &Host) -> Result<()> {
    let known = known_host(db, &host.name)?;
    let state = known.map_or(host.state, |known| known.state);
    write_host(
        db,
        &Host {
            state,
            ..host.clone()
        },
    )
}

pub(super) fn set_host_state(
    db: &Connection,
    name: &HostName,
    state: HostState,
) -> Result<Option<HostState>> {
    let Some(known) = known_host(db, name)? else {
        return Ok(None);
    };
    if known.state != HostState::Removed {
        write_host(db, &Host { state, ..known })?;
        return Ok(Some(state));
    }
    Ok(Some(known.state))
}

fn known_host(db: &Connection, name: &HostName) -> Result<Option<Host>> {
    first(
        db,
        "SELECT body FROM hosts WHERE name = ?1",
        [name.as_str()],
        body,
    )
}

fn write_host(db: &Connection, host: &Host) -> Result<()> {
    let sql = "INSERT INTO hosts (name, body) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = ?2";
    execute(db, sql, [host.name.as_str(), &encode(host)?]).map(|_| ())
}

pub(super) fn hosts(db: &Connection) -> Result<Vec<Host>> {
    all(db, "SELECT body FROM hosts ORDER BY name", [], body)
}

pub(super) fn remove_host(db: &Connection, name: &HostName) -> Result<()> {
    execute(db, "DELETE FROM hosts WHERE name = ?1", [name.as_str()]).map(|_| ())
}

pub(super) fn put_token(db: &Connection, token: &Token) -> Result<()> {
    let sql = "INSERT INTO tokens (hash, expires, body) VALUES (?1, ?2, ?3)
               ON CONFLICT (hash) DO UPDATE SET expires = ?2, body = ?3";
    execute(
        db,
        sql,
        params![token.hash, token.expires.millis(), encode(token)?],
    )
    .map(|_| ())
}

pub(super) fn token(db: &Connection, hash: &str) -> Result<Option<Token>> {
    first(db, "SELECT body FROM tokens WHERE hash = ?1", [hash], body)
}

pub(super) fn forget_tokens(db: &Connection, before: Timestamp) -> Result<u64> {
    let dropped = execute(db, "DELETE FROM tokens WHERE expires < ?1", [before.millis()])?;
    Ok(u64::try_from(dropped).unwrap_or(u64::MAX))
}

/// Reads from the file itself: an answer of a connection alone would prove nothing.
pub(super) fn ping(db: &Connection) -> Result<()> {
    first(db, "SELECT name FROM singles LIMIT 1", [], |_| Ok(())).map(|_| ())
}

/// Writes something of no meaning.
pub(super) fn probe(db: &Connection) -> Result<()> {
    put_single(db, "probe", &())
}
