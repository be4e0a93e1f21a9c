//! The cache on a real Redis server: what every cache does, what several share, and a server that comes and goes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod loads;
mod tls;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use cache::conformance::{self, token};
use cache::{Cache, Health, LONGEST_LIFE, RedisCache, RedisOptions, RedisTls};
use test_servers::Redis;
use tokio::time::timeout;

/// A call's own deadline, and what a busy machine adds.
const HALF_A_SECOND: Duration = Duration::from_millis(500);

fn open(server: &Redis, prefix: &str) -> RedisCache {
    // Machines that run tests are busy.
    open_within(server, prefix, Duration::from_secs(10))
}

fn open_within(server: &Redis, prefix: &str, within: Duration) -> RedisCache {
    let (url, prefix) = (server.url(), prefix.to_owned());
    RedisCache::open(RedisOptions {
        url,
        prefix,
        tls: RedisTls::default(),
        within,
    })
    .unwrap()
}

async fn until(cache: &RedisCache, wanted: impl Fn(&Health) -> bool) {
    let mut health = cache.health().unwrap();
    let seen = timeout(Duration::from_secs(20), health.wait_for(|health| wanted(health))).await;
    seen.expect("it changes in time").unwrap();
}

async fn available(cache: &RedisCache) {
    until(cache, |health| *health == Health::Available).await;
}

async fn away(cache: &RedisCache) {
    until(cache, |health| matches!(health, Health::Away(_))).await;
}

async fn connected(server: &Redis) -> RedisCache {
    let cache = open(server, "microscaler");
    available(&cache).await;
    cache
}

fn client(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

#[tokio::test]
async fn it_does_what_every_cache_does() {
    let Some(server) = Redis::start() else { return };
    let cache = connected(&server).await;
    conformance::tokens(&cache).await;
    conformance::limits(&cache).await;
}

#[tokio::test]
async fn what_one_puts_counts_or_ends_the_others_see_and_other_installations_do_not() {
    let Some(server) = Redis::start() else { return };
    let (one, two) = (connected(&server).await, connected(&server).await);
    let other = open(&server, "elsewhere");
    available(&other).await;

    one.put_token("a", &token(1), LONGEST_LIFE).await;
    assert_eq!(two.token("a").await, Some(token(1)));
    assert_eq!(other.token("a").await, None);
    two.drop_token("a").await;
    assert_eq!(one.token("a").await, None);

    for cache in [&one, &two].into_iter().cycle().take(10) {
        assert_eq!(cache.failed(client(1)).await, None);
    }
    let wait = two.failed(client(1)).await.expect("the eleventh of both");
    assert!(one.wait(client(1)).await.is_some_and(|left| left <= wait));
    assert_eq!(other.wait(client(1)).await, None);
    assert_eq!(other.failed(client(1)).await, None);
}

#[tokio::test]
async fn nothing_is_kept_longer_than_a_minute() {
    let Some(server) = Redis::start() else { return };
    let cache = connected(&server).await;
    cache.put_token("a", &token(1), Duration::from_secs(7200)).await;
    let life = server.command("PTTL microscaler:token:{a}");
    let life: u64 = life
        .trim_start_matches(':')
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!((50_000..=60_000).contains(&life), "{life}");
    for _ in 0..11 {
        cache.failed(client(1)).await;
    }
    cache.drop_token("b").await;
    let keys = server.command("KEYS *");
    let lasting = keys.lines().filter(|line| line.starts_with("microscaler:"));
    let lasting: Vec<_> = lasting
        .filter(|key| server.command(&format!("PTTL {key}")).starts_with(":-1"))
        .collect();
    assert!(keys.contains("failures") && keys.contains("ended"), "{keys}");
    assert_eq!(lasting, [""; 0]);
}

#[tokio::test]
async fn a_server_that_was_never_there_is_waited_for_in_the_background() {
    let Some(mut server) = Redis::prepared() else {
        return;
    };
    let cache = open(&server, "microscaler");
    away(&cache).await;
    assert_eq!(cache.token("a").await, None);
    conformance::limits(&cache).await;
    server.restart();
    available(&cache).await;
    cache.put_token("a", &token(1), LONGEST_LIFE).await;
    assert_eq!(cache.token("a").await, Some(token(1)));
}

#[tokio::test]
async fn a_killed_server_costs_no_time_and_limits_go_on_in_the_process() {
    let Some(mut server) = Redis::start() else { return };
    let cache = connected(&server).await;
    cache.put_token("a", &token(1), LONGEST_LIFE).await;
    for _ in 0..6 {
        assert_eq!(cache.failed(client(1)).await, None);
    }
    server.kill();
    // Found out by the next call, or by the keeper before.
    let begun = Instant::now();
    assert_eq!(cache.token("a").await, None);
    away(&cache).await;
    assert!(begun.elapsed() < HALF_A_SECOND, "{:?}", begun.elapsed());
    for _ in 0..4 {
        assert_eq!(cache.failed(client(1)).await, None);
    }
    assert!(
        cache.failed(client(1)).await.is_some(),
        "what was counted before counts"
    );
    assert!(cache.wait(client(1)).await.is_some());
    server.restart();
    available(&cache).await;
    assert!(
        cache.wait(client(1)).await.is_some(),
        "who had to wait still has to"
    );
    assert_eq!(cache.token("a").await, None);
    conformance::tokens(&cache).await;
}

#[tokio::test]
async fn a_flushed_server_is_filled_again_and_opens_no_limit() {
    let Some(server) = Redis::start() else { return };
    let cache = connected(&server).await;
    cache.put_token("a", &token(1), LONGEST_LIFE).await;
    for _ in 0..11 {
        cache.failed(client(1)).await;
    }
    assert!(server.command("FLUSHALL").starts_with("+OK"));
    assert_eq!(cache.token("a").await, None);
    assert!(cache.wait(client(1)).await.is_some());
    assert!(cache.failed(client(1)).await.is_some());
    cache.put_token("a", &token(1), LONGEST_LIFE).await;
    assert_eq!(cache.token("a").await, Some(token(1)));
    assert_eq!(*cache.health().unwrap().borrow(), Health::Available);
}

#[tokio::test]
async fn a_paused_server_is_waited_for_once_and_then_not_asked() {
    let Some(server) = Redis::start() else { return };
    let cache = open_within(&server, "microscaler", RedisOptions::WITHIN);
    available(&cache).await;
    server.signal("STOP");
    let begun = Instant::now();
    assert_eq!(cache.token("a").await, None);
    assert!(begun.elapsed() < HALF_A_SECOND, "{:?}", begun.elapsed());
    away(&cache).await;
    // All of these together: none waits for the server.
    let begun = Instant::now();
    for _ in 0..100 {
        assert_eq!(cache.token("a").await, None);
        cache.put_token("b", &token(1), LONGEST_LIFE).await;
        assert_eq!(cache.wait(client(1)).await, None);
    }
    cache.drop_token("b").await;
    cache.failed(client(1)).await;
    assert!(begun.elapsed() < HALF_A_SECOND, "{:?}", begun.elapsed());
    server.signal("CONT");
    available(&cache).await;
    assert_eq!(cache.token("b").await, None);
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_away_as_a_whole_and_says_why() {
    let Some(server) = Redis::start() else { return };
    let cache = connected(&server).await;
    assert!(server.command("REPLICAOF 127.0.0.1 1").starts_with("+OK"));
    let why = |health: &Health| matches!(health, Health::Away(why) if why.to_lowercase().contains("replica") || why.contains("MASTERDOWN"));
    until(&cache, why).await;
    assert_eq!(cache.token("a").await, None);
    assert!(server.command("REPLICAOF NO ONE").starts_with("+OK"));
    available(&cache).await;
}

#[test]
fn an_address_that_is_none_is_refused_without_its_password() {
    let options = RedisOptions {
        url: "http://user:s3cret@localhost".to_owned(),
        prefix: "microscaler".to_owned(),
        tls: RedisTls::default(),
        within: RedisOptions::WITHIN,
    };
    let refused = RedisCache::open(options).err().unwrap().to_string();
    assert!(refused.starts_with("redis: "), "{refused}");
    assert!(!refused.contains("s3cret"), "{refused}");
}
