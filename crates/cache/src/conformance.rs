//! What every cache does. Each function wants one whose clients of 10.0.0.0/8 and 2001:db8::/32 have not failed yet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc
)]

use std::net::IpAddr;
use std::time::{Duration, Instant};

use domain::{AccountName, Timestamp};

use crate::{Cache, CachedToken, LONGEST_LIFE};

/// A token to try with, that ends at `expires`.
#[must_use]
pub fn token(expires: i64) -> CachedToken {
    CachedToken {
        account: AccountName::parse("user01").unwrap(),
        key_fingerprint: "f1".to_owned(),
        expires: Timestamp::from_millis(expires),
    }
}

/// Ten failures at once, then one in six seconds; a client is its network.
pub async fn limits(cache: &dyn Cache) {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    for (bad, same, other) in [
        ("10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"),
        ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"),
    ] {
        let (bad, same, other) = (address(bad), address(same), address(other));
        for count in 0..10 {
            assert_eq!(cache.failed(bad).await, None, "{bad} {count}");
            assert_eq!(cache.wait(bad).await, None, "{bad} {count}");
        }
        let told = cache.failed(same).await.expect("an eleventh is too many");
        let left = cache.wait(bad).await.expect("it has to wait");
        assert!(told <= Duration::from_secs(6), "{told:?}");
        assert!(left <= told && left > Duration::from_secs(1), "{left:?} {told:?}");
        assert_eq!(cache.wait(other).await, None);
        assert_eq!(cache.failed(other).await, None);
    }
}

/// Tokens are kept as they were put, as long as they were meant to, until they are dropped.
pub async fn tokens(cache: &dyn Cache) {
    assert_eq!(cache.token("a").await, None);
    cache.put_token("a", &token(1), LONGEST_LIFE).await;
    cache.put_token("b", &token(2), LONGEST_LIFE).await;
    cache.put_token("a", &token(3), LONGEST_LIFE).await;
    assert_eq!(cache.token("a").await, Some(token(3)));
    cache.drop_token("a").await;
    assert_eq!(cache.token("a").await, None);
    assert_eq!(cache.token("b").await, Some(token(2)));
    // By a controller that read the store before it ended there.
    cache.put_token("a", &token(4), LONGEST_LIFE).await;
    assert_eq!(cache.token("a").await, None, "an ended token came back");

    let begun = Instant::now();
    cache.put_token("c", &token(5), Duration::from_millis(300)).await;
    cache.put_token("d", &token(6), Duration::ZERO).await;
    assert_eq!(cache.token("d").await, None);
    while cache.token("c").await.is_some() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it lives on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(
        begun.elapsed() >= Duration::from_millis(290),
        "it ended too early"
    );
}

/// A cache that keeps no tokens never has one.
pub async fn keeps_none(cache: &dyn Cache) {
    cache.put_token("a", &token(1), LONGEST_LIFE).await;
    assert_eq!(cache.token("a").await, None);
    cache.drop_token("a").await;
}
