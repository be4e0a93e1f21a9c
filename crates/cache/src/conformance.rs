//! What every cache does. Each function wants one whose clients of 10.0.0.0/8 and 2001:db8::/32 have not failed yet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc
)]

use std::net::IpAddr;
use std::time::{Duration, Instant};

use domain::report::Load;
use domain::{AccountName, InstanceId, Timestamp};
use uuid::Uuid;

use crate::{Cache, CachedToken, LONGEST_LIFE, PastLoad};

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

/// Loads of an instance at several ages, in seconds, that tell their age.
#[must_use]
pub fn loads(record: u128, ages: impl IntoIterator<Item = u32>) -> Vec<PastLoad> {
    let one = |age| PastLoad {
        record: InstanceId(Uuid::from_u128(record)),
        age: Duration::from_secs(u64::from(age)),
        load: Load {
            cpu: f64::from(age),
            memory: 0.5,
            network_in: (age % 2 == 0).then_some(1_500.0),
            network_out: Some(3.0),
        },
    };
    ages.into_iter().map(one).collect()
}

/// Everything that is kept, in the order in which it comes.
pub async fn all_loads(cache: &dyn Cache) -> Vec<PastLoad> {
    let (mut all, mut older) = (Vec::new(), None);
    loop {
        let part = cache.loads(older.as_ref()).await.expect("it answers");
        all.extend(part.loads);
        match part.older {
            Some(next) => older = Some(next),
            None => return all,
        }
    }
}

/// Loads are kept with their ages, which grow; the newest are read first, and those put meanwhile not at all.
pub async fn past_loads(cache: &dyn Cache) {
    let life = Duration::from_secs(900);
    assert_eq!(all_loads(cache).await, []);
    assert!(cache.put_loads(&[], life).await);
    assert!(cache.put_loads(&loads(1, 0..9_000), life).await);
    for record in 2..40 {
        assert!(cache.put_loads(&loads(record, [5, 10]), life).await);
    }
    let first = cache.loads(None).await.expect("it answers");
    assert!(cache.put_loads(&loads(99, [0]), life).await);
    assert_eq!(first.loads.first().map(|load| load.record.0.as_u128()), Some(39));
    let (mut rest, mut older) = (first.loads.len(), first.older);
    while let Some(place) = older {
        let part = cache.loads(Some(&place)).await.expect("it answers");
        assert!(part.loads.iter().all(|load| load.record.0.as_u128() != 99));
        (rest, older) = (rest + part.loads.len(), part.older);
    }
    assert_eq!(rest, 9_000 + 2 * 38);

    let all = all_loads(cache).await;
    let mut of_first: Vec<_> = all.iter().filter(|load| load.record.0.as_u128() == 1).collect();
    of_first.sort_by_key(|load| load.age);
    assert_eq!(of_first.len(), 9_000);
    for (second, found) in (0_u32..).zip(of_first) {
        let told = loads(1, [second]).remove(0).load;
        assert_eq!((found.load, found.load.memory), (told, 0.5));
        let grown = found.age.checked_sub(Duration::from_secs(u64::from(second)));
        assert!(grown.expect("it grows") < Duration::from_secs(60), "{grown:?}");
    }
}

/// A cache that keeps nothing never has anything.
pub async fn keeps_none(cache: &dyn Cache) {
    assert!(!cache.put_loads(&loads(1, [0]), LONGEST_LIFE).await);
    assert_eq!(cache.loads(None).await, None);
    cache.put_token("a", &token(1), LONGEST_LIFE).await;
    assert_eq!(cache.token("a").await, None);
    cache.drop_token("a").await;
}
