//! The limit on failed logins that one process keeps by itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::client::network;

/// Failures a minute, and as many that may come at once.
pub(crate) const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// Addresses remembered before those that may try again are dropped.
const REMEMBERED: usize = 10_000;

/// Counts failures, and keeps who must wait until when.
pub(crate) struct Limiter {
    failures: DefaultKeyedRateLimiter<IpAddr>,
    waiting: Mutex<HashMap<IpAddr, Instant>>,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        Self {
            failures: RateLimiter::keyed(Quota::per_minute(PER_MINUTE)),
            waiting: Mutex::default(),
        }
    }

    /// How long a client must still wait.
    pub(crate) fn wait(&self, client: IpAddr) -> Option<Duration> {
        let until = self.lock().get(&network(client)).copied()?;
        until
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
    }

    /// Counts a failure; the one that exceeds the limit makes the client wait.
    pub(crate) fn failed(&self, client: IpAddr) -> Option<Duration> {
        let client = network(client);
        let refused = self.failures.check_key(&client).err()?;
        let wait = refused.wait_time_from(DefaultClock::default().now());
        let now = Instant::now();
        let mut waiting = self.lock();
        if waiting.len() >= REMEMBERED {
            waiting.retain(|_, until| *until > now);
            self.failures.retain_recent();
        }
        waiting.insert(client, now + wait);
        Some(wait)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
