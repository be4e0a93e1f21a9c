//! Login tokens: random, kept as hashes, each use renewing their life.
//!
//! The store has them. A cache saves its reading for a minute at most ([`cache::LONGEST_LIFE`]), and what it has is
//! checked like what the store has: when it ends, and which key it was made with.

use std::time::Duration;

use cache::{Cache, CachedToken};
use domain::{AccountName, Timestamp};
use store::{Store, Token};

use super::secret::{hash, hex};
use crate::error::{Refusal, Result};

/// Bytes of a token: 256 bit cannot be guessed.
const BYTES: usize = 32;
/// A token is renewed in the store when it has lost this part of its life, not at each use.
const RENEWALS: u32 = 20;

/// Where tokens are kept, and how long they live unused.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) cache: &'a dyn Cache,
    pub(super) now: Timestamp,
    pub(super) life: Duration,
}

impl Tokens<'_> {
    /// Makes and stores a token.
    pub(super) async fn make(&self, account: AccountName, key_fingerprint: String) -> Result<String> {
        let token = hex(&rand::random::<[u8; BYTES]>());
        let stored = Token {
            hash: hash(&token),
            account,
            key_fingerprint,
            expires: self.now + self.life,
        };
        self.store.put_token(&stored).await?;
        Ok(token)
    }

    /// The stored form of a token that has not ended.
    pub(super) async fn find(&self, token: &str) -> Result<Token> {
        let hash = hash(token);
        // One that is due is read from the store: a renewal of a cached copy could bring back what has ended there.
        if let Some(cached) = self.cache.token(&hash).await
            && !self.due(cached.expires)
        {
            return Ok(Token {
                hash,
                account: cached.account,
                key_fingerprint: cached.key_fingerprint,
                expires: cached.expires,
            });
        }
        let refused = |why: &str| Refusal::Unauthorized(format!("{why}: log in again"));
        match self.store.token(&hash).await? {
            None => Err(refused("the token in Authorization is not known")),
            Some(found) if found.expires <= self.now => {
                Err(refused("the token in Authorization has expired"))
            }
            Some(found) => {
                if !self.due(found.expires) {
                    self.remember(&found).await;
                }
                Ok(found)
            }
        }
    }

    /// Ends a token for good: the key that it was made with may come back, the token does not.
    pub(super) async fn end(&self, token: Token) {
        let ended = Token {
            expires: self.now,
            ..token
        };
        if let Err(error) = self.store.put_token(&ended).await {
            tracing::warn!(%error, "a token of a former key was not ended; it is refused all the same");
        }
        self.cache.drop_token(&ended.hash).await;
    }

    /// Moves a token's end, at most once per twentieth of its life. A store that fails here loses nothing yet.
    pub(super) async fn renew(&self, token: Token) {
        if !self.due(token.expires) {
            return;
        }
        let expires = self.now + self.life;
        let renewed = Token { expires, ..token };
        match self.store.put_token(&renewed).await {
            Ok(()) => self.remember(&renewed).await,
            Err(error) => tracing::warn!(%error, "a token was not renewed"),
        }
    }

    /// Whether a token that ends at `expires` has lost a twentieth of its life.
    fn due(&self, expires: Timestamp) -> bool {
        (self.now + self.life).since(expires) >= self.life / RENEWALS
    }

    async fn remember(&self, token: &Token) {
        let cached = CachedToken {
            account: token.account.clone(),
            key_fingerprint: token.key_fingerprint.clone(),
            expires: token.expires,
        };
        let rest = token.expires.since(self.now);
        self.cache.put_token(&token.hash, &cached, rest).await;
    }
}
