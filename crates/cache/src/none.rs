//! The cache of a controller that is alone: the store answers as fast, and limits are its own.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::limiter::Limiter;
use crate::{Cache, CachedToken, Health, Older, PastLoad, PastLoads};

/// Keeps no tokens and no loads; limits hold in this process.
pub struct NoCache(Limiter);

impl NoCache {
    /// Nobody has failed yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Limiter::new())
    }
}

impl Default for NoCache {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Cache for NoCache {
    async fn token(&self, _: &str) -> Option<CachedToken> {
        None
    }

    async fn put_token(&self, _: &str, _: &CachedToken, _: Duration) {}

    async fn drop_token(&self, _: &str) {}

    async fn wait(&self, client: IpAddr) -> Option<Duration> {
        self.0.wait(client)
    }

    async fn failed(&self, client: IpAddr) -> Option<Duration> {
        self.0.failed(client)
    }

    async fn put_loads(&self, _: &[PastLoad], _: Duration) -> bool {
        false
    }

    async fn loads(&self, _: Option<&Older>) -> Option<PastLoads> {
        None
    }

    fn health(&self) -> Option<watch::Receiver<Health>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance;

    #[tokio::test]
    async fn limits_hold() {
        conformance::limits(&NoCache::new()).await;
    }

    #[tokio::test]
    async fn nothing_is_kept() {
        conformance::keeps_none(&NoCache::new()).await;
    }
}
