//! The limit on failed logins, per client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Refusal, Result};

/// Failures a minute, and as many that may come at once.
const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// Addresses remembered before those that may try again are dropped.
const REMEMBERED: usize = 10_000;

/// Counts failures, and keeps who must wait until when.
pub(super) struct Limiter {
    failures: DefaultKeyedRateLimiter<IpAddr>,
    waiting: Mutex<HashMap<IpAddr, Instant>>,
}

impl Limiter {
    pub(super) fn new() -> Self {
        Self {
            failures: RateLimiter::keyed(Quota::per_minute(PER_MINUTE)),
            waiting: Mutex::default(),
        }
    }

    /// Refuses a client that must wait, right or wrong: its guess is not even looked at.
    pub(super) fn admit(&self, client: IpAddr) -> Result<()> {
        let now = Instant::now();
        let left = self
            .lock()
            .get(&network(client))
            .and_then(|until| until.checked_duration_since(now));
        match left {
            Some(left) if !left.is_zero() => Err(Refusal::Limited(whole_seconds(left))),
            Some(_) | None => Ok(()),
        }
    }

    /// Counts a failure; the one that exceeds the limit makes the client wait.
    pub(super) fn failed(&self, client: IpAddr) -> Result<()> {
        let client = network(client);
        let Err(refused) = self.failures.check_key(&client) else {
            return Ok(());
        };
        let wait = whole_seconds(refused.wait_time_from(DefaultClock::default().now()));
        let now = Instant::now();
        let mut waiting = self.lock();
        if waiting.len() >= REMEMBERED {
            waiting.retain(|_, until| *until > now);
            self.failures.retain_recent();
        }
        waiting.insert(client, now + wait);
        Err(Refusal::Limited(wait))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who counts as one client: an IPv4 address, or the /64 that an IPv6 customer gets whole.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() & !u128::from(u64::MAX)).into()),
        four @ IpAddr::V4(_) => four,
    }
}

/// `Retry-After` counts whole seconds, and must not end too early.
fn whole_seconds(span: Duration) -> Duration {
    Duration::from_secs(span.as_secs().saturating_add(1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_client_that_fails_too_often_waits_and_others_do_not() {
        let limiter = Limiter::new();
        let (bad, good): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        for _ in 0..10 {
            limiter.failed(bad).unwrap();
            limiter.admit(bad).unwrap();
        }
        assert!(matches!(limiter.failed(bad), Err(Refusal::Limited(_))));
        let Err(Refusal::Limited(wait)) = limiter.admit(bad) else {
            panic!("admitted")
        };
        assert!((1..=7).contains(&wait.as_secs()), "{wait:?}");
        limiter.admit(good).unwrap();
    }

    #[test]
    fn the_addresses_of_one_ipv6_customer_count_as_one() {
        let [a, b, c] =
            ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"].map(|a| network(a.parse().unwrap()));
        assert_eq!(a, b);
        assert_ne!(a, c);
        assert_eq!(
            network("::ffff:10.0.0.1".parse().unwrap()),
            "10.0.0.1".parse::<IpAddr>().unwrap()
        );
    }
}
