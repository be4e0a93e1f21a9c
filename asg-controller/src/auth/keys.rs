//! API keys, as the configuration has them: plain or hashed with argon2.

use std::collections::BTreeMap;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use domain::AccountName;

use super::secret::{hash, same};

/// How hashed keys begin in the configuration (the PHC string format).
const HASHED: &str = "$argon2";

struct Key {
    /// As configured.
    secret: String,
    /// Tells whether it was changed; tokens carry it.
    fingerprint: String,
}

/// The accounts' keys.
pub(super) struct Keys {
    by_account: BTreeMap<AccountName, Key>,
    /// Checked for accounts that do not exist, so that the time taken does not tell which do.
    decoy: String,
}

impl Keys {
    pub(super) fn new(configured: &BTreeMap<AccountName, String>) -> Self {
        let key = |(account, secret): (&AccountName, &String)| {
            let fingerprint = hash(&format!("{account}\n{secret}"));
            let secret = secret.clone();
            (account.clone(), Key { secret, fingerprint })
        };
        let decoy = configured.values().find(|secret| secret.starts_with(HASHED));
        Self {
            by_account: configured.iter().map(key).collect(),
            decoy: decoy.cloned().unwrap_or_default(),
        }
    }

    /// The fingerprint of an account's key; `None`: there is no such account.
    pub(super) fn fingerprint(&self, account: &AccountName) -> Option<&str> {
        self.by_account.get(account).map(|key| key.fingerprint.as_str())
    }

    /// The account and its key's fingerprint, when the key is right.
    pub(super) async fn check(&self, user: String, given: String) -> Option<(AccountName, String)> {
        let known = AccountName::try_from(user)
            .ok()
            .and_then(|account| self.by_account.get_key_value(&account));
        let secret = known.map_or(&self.decoy, |(_, key)| &key.secret).clone();
        let right = match secret.starts_with(HASHED) {
            true => tokio::task::spawn_blocking(move || verify(&secret, &given)).await,
            false => Ok(same(&secret, &given)),
        };
        let (account, key) = known?;
        right
            .is_ok_and(|right| right)
            .then(|| (account.clone(), key.fingerprint.clone()))
    }
}

fn verify(hashed: &str, given: &str) -> bool {
    let parsed = match PasswordHash::new(hashed) {
        Ok(parsed) => parsed,
        Err(error) => {
            tracing::error!(%error, "a key in the configuration is no argon2 hash: nobody can log in with it");
            return false;
        }
    };
    Argon2::default()
        .verify_password(given.as_bytes(), &parsed)
        .is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use argon2::PasswordHasher;

    fn keys(secret: &str) -> Keys {
        Keys::new(&BTreeMap::from([(
            AccountName::parse("user01").unwrap(),
            secret.to_owned(),
        )]))
    }

    async fn opens(keys: &Keys, user: &str, key: &str) -> bool {
        keys.check(user.to_owned(), key.to_owned()).await.is_some()
    }

    #[tokio::test]
    async fn plain_and_hashed_keys_open_and_others_do_not() {
        let hashed = Argon2::default().hash_password(b"key").unwrap().to_string();
        for secret in ["key", hashed.as_str()] {
            let keys = keys(secret);
            assert!(opens(&keys, "user01", "key").await, "{secret}");
            assert!(!opens(&keys, "user01", "kez").await, "{secret}");
            assert!(!opens(&keys, "user02", "key").await, "{secret}");
            assert!(!opens(&keys, "", "").await, "{secret}");
        }
        assert!(
            !opens(&keys(&hashed), "user01", &hashed).await,
            "the hash is not the key"
        );
        assert!(!opens(&keys("$argon2id$broken"), "user01", "$argon2id$broken").await);
    }

    #[test]
    fn a_changed_key_has_another_fingerprint() {
        let account = AccountName::parse("user01").unwrap();
        assert_ne!(keys("a").fingerprint(&account), keys("b").fingerprint(&account));
    }
}
