//! `auth`: accounts and their API keys, plain or as argon2 hashes.

use std::collections::BTreeMap;

use argon2::PasswordHash;
use domain::AccountName;

use crate::yaml::values::{self, Parsed};
use crate::yaml::{Node, Section};
use crate::{ApiKey, ConfigError, Secret};

/// The words with which paths of the REST interface begin. The autoscaler's begin with an account, which can have none of
/// these as its name.
pub const RESERVED_ACCOUNTS: [&str; 10] = [
    "asgs",
    "hosts",
    "instance_types",
    "lbs",
    "lconfs",
    "login",
    "metrics",
    "policies",
    "schedules",
    "status",
];

pub(super) fn read(root: &Section<'_>) -> Result<BTreeMap<AccountName, ApiKey>, ConfigError> {
    let Some(auth) = root.get("auth") else {
        return Ok(BTreeMap::new());
    };
    let mut keys = BTreeMap::new();
    for (account, found) in auth.entries()? {
        if RESERVED_ACCOUNTS.contains(&account) {
            let reserved = RESERVED_ACCOUNTS.join(", ");
            let expected =
                format!("an account that is not named as a path of the interface begins ({reserved})");
            return Err(found.hidden(expected));
        }
        let account = AccountName::parse(account)
            .map_err(|error| found.hidden(format!("an account whose name is right ({error})")))?;
        keys.insert(account, found.parsed_secretly(key)?);
    }
    Ok(keys)
}

fn key(node: &Node) -> Parsed<ApiKey> {
    let expected = "an API key, or its argon2 hash ($argon2id$...)";
    let text = values::filled(node).map_err(|_| expected.to_owned())?;
    if !text.starts_with("$argon2") {
        return Ok(ApiKey::Plain(Secret::new(text)));
    }
    let hash = PasswordHash::new(&text).map_err(|error| format!("a whole argon2 hash ({error})"))?;
    if hash.hash.is_none() {
        return Err("a whole argon2 hash (its last part is missing)".to_owned());
    }
    Ok(ApiKey::Hashed(Secret::new(text)))
}
