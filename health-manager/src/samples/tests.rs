#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::time::Duration;

use ::samples::{Metric, Reading, Statistic};
use cache::{Health, NoCache, RedisCache, RedisOptions, RedisTls};
use domain::GroupId;
use test_servers::Redis;
use tokio::time::timeout;
use uuid::Uuid;

use super::*;

const WINDOW: Duration = Duration::from_secs(300);
/// Between two samples.
const EACH: Duration = Duration::from_secs(5);
/// Samples in a whole window.
const EVERY_5_S: u64 = 60;

fn id(number: u128) -> InstanceId {
    InstanceId(Uuid::from_u128(number))
}

fn wall(hours: i64) -> Timestamp {
    Timestamp::from_millis(1_764_000_000_000 + hours * 3_600_000)
}

fn sample(record: u128, cpu: f64) -> Sample {
    Sample {
        group: GroupId(Uuid::nil()),
        record: id(record),
        load: Load {
            cpu,
            memory: 1.0,
            ..Load::default()
        },
    }
}

/// A leader on a machine whose clock is wrong by so many hours.
fn leader(server: &Redis, hours: i64) -> (Samples, Arc<dyn Cache>, Metrics) {
    let options = RedisOptions {
        url: server.url(),
        prefix: "microscaler".to_owned(),
        tls: RedisTls::default(),
        within: RedisOptions::WITHIN,
    };
    let cache: Arc<dyn Cache> = Arc::new(RedisCache::open(options).unwrap());
    let metrics = Metrics::new();
    (
        Samples::start(&cache, wall(hours), EACH, metrics.clone()),
        cache,
        metrics,
    )
}

impl Samples {
    /// Hears what was told some seconds ago.
    fn hear_late(&mut self, seconds: u64, sample: Sample) {
        let Sample { record, load, .. } = sample;
        let at = self.clock.now() - Duration::from_secs(seconds);
        let kept = self.keep([Heard { record, at, load }]);
        self.sharing.as_ref().unwrap().leave(kept);
    }

    fn reading(&self, members: &[u128]) -> Option<Reading> {
        let members = members.iter().map(|member| id(*member));
        let (metric, statistic) = (Metric::Cpu, Statistic::Average);
        self.windows
            .statistic(members, metric, statistic, WINDOW, self.clock.now())
    }

    /// Takes in what others left until there are so many samples.
    async fn take_over(&mut self, samples: usize) {
        while self.windows.samples() < samples {
            let part = timeout(Duration::from_secs(30), self.earlier()).await;
            self.merge(part.unwrap_or_else(|_| panic!("{} samples", self.windows.samples())));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_window_shorter_than_the_interval_the_last_sample_holds_until_the_next() {
    let cache: Arc<dyn Cache> = Arc::new(NoCache::new());
    let mut samples = Samples::start(&cache, wall(0), EACH, Metrics::new());
    let read = |samples: &Samples, window: u64, ago: u64| {
        let [window, ago] = [window, ago].map(Duration::from_secs);
        let reading = samples.statistic([id(1)], Metric::Cpu, Statistic::Average, window, ago);
        reading.map(|reading| reading.value)
    };
    samples.hear([sample(1, 10.0)]);
    for late in [0, 1, 4] {
        tokio::time::advance(Duration::from_secs(late)).await;
        assert_eq!(read(&samples, 1, 0), Some(10.0), "{late} s later");
    }
    // The next one is late, and then it is there.
    tokio::time::advance(Duration::from_secs(1)).await;
    samples.hear([sample(1, 50.0)]);
    assert_eq!(read(&samples, 1, 0), Some(50.0));
    assert_eq!(read(&samples, 10, 0), Some(30.0));
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(read(&samples, 1, 0), Some(50.0));
    assert_eq!(read(&samples, 1, 5), Some(10.0), "a breach duration has no gaps");
    assert_eq!(read(&samples, 5, 0), Some(50.0));
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(read(&samples, 1, 0), None, "who fell silent tells nothing");
}

async fn until(cache: &Arc<dyn Cache>, wanted: fn(&Health) -> bool) {
    let mut health = cache.health().unwrap();
    let seen = timeout(Duration::from_secs(20), health.wait_for(wanted)).await;
    seen.expect("it changes in time").unwrap();
}

/// Until the server has so many samples.
async fn left(cache: &Arc<dyn Cache>, samples: usize) {
    let all = async {
        until(cache, |health| *health == Health::Available).await;
        while cache::conformance::all_loads(&**cache).await.len() < samples {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(20), all)
        .await
        .expect("they are left in time");
}

#[tokio::test]
async fn a_successor_begins_with_the_window_full_whatever_its_clock_says() {
    let Some(server) = Redis::start() else { return };
    let (mut old, cache, _) = leader(&server, 0);
    for record in 1..=3 {
        for nth in 0..EVERY_5_S {
            old.hear_late(5 * nth, sample(record, f64::from(u32::try_from(nth).unwrap())));
        }
    }
    let before = old.reading(&[1, 2, 3]).unwrap();
    left(&cache, 180).await;
    drop(old);
    for hours in [-1, 1] {
        let (mut new, _, metrics) = leader(&server, hours);
        assert_eq!(new.reading(&[1, 2, 3]), None);
        new.take_over(180).await;
        let after = new.reading(&[1, 2, 3]).unwrap();
        assert!((after.value - before.value).abs() < 1.0, "{after:?} {before:?}");
        assert_eq!((after.reported, after.expected), (3, 3));
        let covered = after.newest.since(after.oldest);
        assert!(covered > Duration::from_secs(280), "{covered:?}");
        assert!(metrics.encode().contains("microscaler_instances_sampled 3"));
    }
}

#[tokio::test]
async fn a_server_that_dies_or_is_flushed_takes_nothing_from_the_windows_and_is_filled_again() {
    let Some(mut server) = Redis::start() else { return };
    let (mut samples, cache, _) = leader(&server, 0);
    samples.hear_late(20, sample(1, 10.0));
    left(&cache, 1).await;
    assert!(server.command("FLUSHALL").starts_with("+OK"));
    samples.hear_late(15, sample(1, 20.0));
    left(&cache, 1).await;
    server.kill();
    until(&cache, |health| matches!(health, Health::Away(_))).await;
    samples.hear_late(10, sample(1, 30.0));
    assert_eq!(samples.reading(&[1]).unwrap().value, 20.0);
    server.restart();
    // What was heard while it was away is left when it is back.
    samples.hear_late(5, sample(1, 40.0));
    left(&cache, 2).await;
    let (mut next, ..) = leader(&server, 0);
    next.take_over(2).await;
    assert_eq!(next.reading(&[1]).unwrap().value, 35.0);
}

#[tokio::test]
async fn who_begins_while_the_server_stands_still_takes_over_once_it_goes_on() {
    let Some(server) = Redis::start() else { return };
    let (mut old, cache, _) = leader(&server, 0);
    old.hear_late(20, sample(1, 10.0));
    left(&cache, 1).await;
    drop(old);
    server.signal("STOP");
    let (mut new, cache, metrics) = leader(&server, 0);
    new.hear([sample(1, 30.0)]);
    until(&cache, |health| matches!(health, Health::Away(_))).await;
    assert_eq!(new.reading(&[1]).unwrap().value, 30.0);
    server.signal("CONT");
    new.take_over(2).await;
    assert_eq!(new.reading(&[1]).unwrap().value, 20.0);
    left(&cache, 2).await;
    assert!(metrics.encode().contains("microscaler_samples_dropped_total 0"));
}

#[tokio::test]
async fn what_waits_for_a_server_that_stays_away_is_bounded_and_counted() {
    let Some(server) = Redis::prepared() else { return };
    let (mut samples, _, metrics) = leader(&server, 0);
    for record in 0..queue::MOST + 5 {
        samples.hear([sample(u128::try_from(record).unwrap(), 1.0)]);
    }
    assert_eq!(samples.windows.instances(), queue::MOST + 5);
    assert!(metrics.encode().contains("microscaler_samples_dropped_total 5"));
}

#[tokio::test]
async fn alone_all_is_in_memory_and_ends_with_the_lead() {
    let cache: Arc<dyn Cache> = Arc::new(NoCache::new());
    let metrics = Metrics::new();
    let mut samples = Samples::start(&cache, wall(0), EACH, metrics.clone());
    assert!(samples.sharing.is_none());
    samples.hear([sample(1, 10.0), sample(2, f64::NAN), sample(3, 30.0)]);
    let shown = |line: &str| metrics.encode().lines().any(|shown| shown == line);
    assert!(shown("microscaler_instances_sampled 2"));
    assert!(
        metrics
            .encode()
            .contains("microscaler_newest_sample_timestamp_seconds{} 1764000000")
    );
    samples.sweep(&[id(3)].into());
    assert!(shown("microscaler_instances_sampled 1"));
    drop(samples);
    assert!(shown("microscaler_instances_sampled 0"));
    assert!(
        !metrics
            .encode()
            .contains("microscaler_newest_sample_timestamp_seconds{}")
    );
}

#[tokio::test(start_paused = true)]
async fn a_window_is_covered_once_it_was_listened_so_long() {
    let cache: Arc<dyn Cache> = Arc::new(NoCache::new());
    let mut samples = Samples::start(&cache, wall(0), EACH, Metrics::new());
    let covered = |samples: &Samples| {
        let all = [id(1)];
        let reading = samples.statistic(all, Metric::Cpu, Statistic::Average, WINDOW, Duration::ZERO);
        samples.covers(&reading.unwrap(), WINDOW, Duration::ZERO)
    };
    for told in 0..58 {
        samples.hear([sample(1, 10.0)]);
        assert!(!covered(&samples), "after {told} samples");
        tokio::time::advance(EACH).await;
    }
    samples.hear([sample(1, 10.0)]);
    assert!(covered(&samples), "two samples less than a whole window");
}
