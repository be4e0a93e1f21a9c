//! What processes share for a short time: login tokens that were just read from the store, who failed to log in too
//! often, and the recent loads of instances. All of it can be lost at any moment: a cache that does not answer has
//! nothing, and nothing is refused for that. So no call here has an error.

mod client;
pub mod conformance;
mod limiter;
mod loads;
mod none;
mod redis;

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use domain::{AccountName, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use self::loads::{Older, PastLoad, PastLoads};
pub use self::none::NoCache;
pub use self::redis::{CacheError, RedisCache, RedisOptions, RedisTls};

/// The longest life of a token in a cache: what another controller's missed [`Cache::drop_token`] can cost at most.
pub const LONGEST_LIFE: Duration = Duration::from_secs(60);

/// A login token as the store had it. Its hash is the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedToken {
    /// Whose it is.
    pub account: AccountName,
    /// Fingerprint of the API key it was made with.
    pub key_fingerprint: String,
    /// When it ends unless it is renewed.
    pub expires: Timestamp,
}

/// Whether what is shared can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nobody knows yet.
    Starting,
    /// It answers.
    Available,
    /// It does not, and why.
    Away(String),
}

/// Short-lived state that processes share. Clients are counted by their IPv4 address, or their IPv6 network (/64).
#[async_trait]
pub trait Cache: Send + Sync {
    /// A token by the hash under which the store has it, if it is cached.
    async fn token(&self, hash: &str) -> Option<CachedToken>;

    /// Caches a token for `life`, or [`LONGEST_LIFE`] if that is shorter. Replaces what was cached.
    async fn put_token(&self, hash: &str, token: &CachedToken, life: Duration);

    /// Ends a token in the cache, for all who share it; call it after the token ended in the store. One that is put by
    /// a controller that read the store before stays ended.
    async fn drop_token(&self, hash: &str);

    /// How long a client must still wait before it may log in; `None`: it may try.
    async fn wait(&self, client: IpAddr) -> Option<Duration>;

    /// Counts a failed login. Ten may come at once, and then one in six seconds; the one that exceeds this makes the
    /// client wait, for as long as is returned.
    async fn failed(&self, client: IpAddr) -> Option<Duration>;

    /// Keeps loads for `life`, in one round trip. False when they may not be kept; putting them again does no harm.
    async fn put_loads(&self, loads: &[PastLoad], life: Duration) -> bool;

    /// A part of the loads that are kept, the newest when `older` names none; `None` when nobody answers. What is put
    /// after the first part was read is in none that follow it.
    async fn loads(&self, older: Option<&Older>) -> Option<PastLoads>;

    /// Whether what is shared can be reached, and when that changes; `None`: nothing is shared.
    fn health(&self) -> Option<watch::Receiver<Health>>;
}
