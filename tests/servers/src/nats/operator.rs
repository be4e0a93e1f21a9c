//! Operators, accounts and users as `nsc` makes them: JWTs that each is signed by the one above it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// Who says which accounts there are.
#[derive(Debug)]
pub struct Operator(KeyPair);

/// Whose users share a stream, and subjects.
#[derive(Debug)]
pub struct Account {
    key: KeyPair,
    pub(super) jwt: String,
}

impl Default for Operator {
    fn default() -> Self {
        Self::new()
    }
}

impl Operator {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self(KeyPair::new_operator())
    }

    /// What a server is told of it.
    pub(super) fn jwt(&self) -> String {
        jwt(
            "operator",
            &self.0,
            &self.0,
            json!({"type": "operator", "version": 2}),
        )
    }

    /// An account that may use JetStream.
    #[must_use]
    pub fn account(&self, name: &str) -> Account {
        self.account_with(name, -1)
    }

    /// One that may not.
    #[must_use]
    pub fn account_without_jetstream(&self, name: &str) -> Account {
        self.account_with(name, 0)
    }

    fn account_with(&self, name: &str, jetstream: i64) -> Account {
        let key = KeyPair::new_account();
        let claims = json!({
            "type": "account",
            "version": 2,
            "limits": {
                "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1,
                "leaf": -1, "mem_storage": jetstream, "disk_storage": jetstream, "streams": jetstream,
                "consumer": jetstream,
            },
        });
        let jwt = jwt(name, &key, &self.0, claims);
        Account { key, jwt }
    }
}

impl Account {
    /// Its id.
    pub(super) fn id(&self) -> String {
        self.key.public_key()
    }

    /// The credentials file of a user of it, who may do what the documentation says that we need.
    ///
    /// # Panics
    /// Never: a new key has a seed.
    #[must_use]
    pub fn user(&self, name: &str) -> String {
        let user = KeyPair::new_user();
        let may = json!({"allow": ["microscaler.>", "_INBOX.>", "$JS.API.>", "$JS.ACK.>"]});
        let claims = json!({
            "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1, "pub": may, "sub": may,
        });
        let jwt = jwt(name, &user, &self.key, claims);
        let seed = user.seed().expect("it was made with one");
        format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             ************************* IMPORTANT *************************\n\
             NKEY Seed printed below can be used to sign and prove identity.\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }
}

/// What `signer` says of `subject`.
fn jwt(name: &str, subject: &KeyPair, signer: &KeyPair, claims: Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let (id, by) = (subject.public_key(), signer.public_key());
    let said = json!({
        "jti": id, "iat": now.expect("it is after 1970").as_secs(), "iss": by, "sub": id, "name": name, "nats": claims,
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!(
        "{}.{}",
        part(json!({"typ": "JWT", "alg": "ed25519-nkey"})),
        part(said)
    );
    let signature = signer.sign(signed.as_bytes()).expect("it has a seed");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
