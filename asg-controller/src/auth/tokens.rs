//! Login tokens: random, kept as hashes, each use renewing their life.

use std::time::Duration;

use domain::{AccountName, Timestamp};
use store::{Store, Token};

use super::secret::{hash, hex};
use crate::error::{Refusal, Result};

/// Bytes of a token: 256 bit cannot be guessed.
const BYTES: usize = 32;
/// A token is renewed in the store when it has lost this part of its life, not at each use.
const RENEWALS: u32 = 20;

/// Makes and stores a token.
pub(super) async fn make(
    store: &dyn Store,
    account: AccountName,
    key_fingerprint: String,
    expires: Timestamp,
) -> Result<String> {
    let token = hex(&rand::random::<[u8; BYTES]>());
    let stored = Token {
        hash: hash(&token),
        account,
        key_fingerprint,
        expires,
    };
    store.put_token(&stored).await?;
    Ok(token)
}

/// The stored form of a token that has not ended.
pub(super) async fn find(store: &dyn Store, token: &str, now: Timestamp) -> Result<Token> {
    let refused = |why: &str| Refusal::Unauthorized(format!("{why}: log in again"));
    match store.token(&hash(token)).await? {
        None => Err(refused("the token in Authorization is not known")),
        Some(found) if found.expires <= now => Err(refused("the token in Authorization has expired")),
        Some(found) => Ok(found),
    }
}

/// Ends a token for good: the key that it was made with may come back, the token does not.
pub(super) async fn end(store: &dyn Store, token: Token, now: Timestamp) {
    let ended = Token {
        expires: now,
        ..token
    };
    if let Err(error) = store.put_token(&ended).await {
        tracing::warn!(%error, "a token of a former key was not ended; it is refused all the same");
    }
}

/// Moves a token's end, at most once per twentieth of its life. A store that fails here loses nothing yet.
pub(super) async fn renew(store: &dyn Store, token: Token, now: Timestamp, life: Duration) {
    let expires = now + life;
    if expires.since(token.expires) < life / RENEWALS {
        return;
    }
    if let Err(error) = store.put_token(&Token { expires, ..token }).await {
        tracing::warn!(%error, "a token was not renewed");
    }
}
