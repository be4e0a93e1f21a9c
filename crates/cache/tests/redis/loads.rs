//! The loads that one leader leaves for the next, while the server comes and goes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use cache::conformance::{all_loads, loads, past_loads};
use cache::{Cache, Health, RedisCache, RedisOptions};
use domain::InstanceId;
use test_servers::Redis;

use crate::{HALF_A_SECOND, available, away, connected, open, open_within};

const LIFE: Duration = Duration::from_secs(900);

fn records(loads: &[cache::PastLoad]) -> Vec<u128> {
    let mut records: Vec<_> = loads.iter().map(|load| load.record.0.as_u128()).collect();
    records.sort_unstable();
    records.dedup();
    records
}

/// Its answer to a question for a number.
fn number(server: &Redis, command: &str) -> u64 {
    let answer = server.command(command);
    let first = answer.lines().next().and_then(|line| line.strip_prefix(':'));
    first
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("{command}: {answer}"))
}

#[tokio::test]
async fn loads_are_kept_as_every_cache_keeps_them() {
    let Some(server) = Redis::start() else { return };
    past_loads(&connected(&server).await).await;
}

#[tokio::test]
async fn a_successor_finds_what_its_predecessor_left_and_nothing_of_another_installation() {
    let Some(server) = Redis::start() else { return };
    let gone = connected(&server).await;
    assert!(gone.put_loads(&loads(1, 0..180), LIFE).await);
    drop(gone);
    assert_eq!(all_loads(&connected(&server).await).await.len(), 180);
    let other = open(&server, "elsewhere");
    available(&other).await;
    assert_eq!(all_loads(&other).await, []);
}

#[tokio::test]
async fn what_is_too_old_goes_with_the_next_and_all_of_it_when_nothing_comes() {
    let Some(server) = Redis::start() else { return };
    let cache = connected(&server).await;
    let short = Duration::from_millis(300);
    assert!(cache.put_loads(&loads(1, [0]), LIFE).await);
    tokio::time::sleep(short + Duration::from_millis(50)).await;
    assert!(cache.put_loads(&loads(2, [0]), short).await);
    assert!(number(&server, "XLEN microscaler:loads") <= 1);
    let begun = Instant::now();
    while number(&server, "EXISTS microscaler:loads") > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_flushed_or_restarted_server_has_nothing_and_takes_what_comes() {
    let Some(mut server) = Redis::start() else { return };
    let cache = connected(&server).await;
    assert!(cache.put_loads(&loads(1, [0]), LIFE).await);
    assert!(server.command("FLUSHALL").starts_with("+OK"));
    assert_eq!(all_loads(&cache).await, []);
    assert_eq!(*cache.health().unwrap().borrow(), Health::Available);
    assert!(cache.put_loads(&loads(2, [0]), LIFE).await);
    assert_eq!(records(&all_loads(&cache).await), [2]);

    server.kill();
    let begun = Instant::now();
    assert!(!cache.put_loads(&loads(3, [0]), LIFE).await);
    assert_eq!(cache.loads(None).await, None);
    assert!(begun.elapsed() < HALF_A_SECOND, "{:?}", begun.elapsed());
    away(&cache).await;
    server.restart();
    available(&cache).await;
    assert!(cache.put_loads(&loads(4, [0]), LIFE).await);
    assert_eq!(records(&all_loads(&cache).await), [4]);
}

#[tokio::test]
async fn a_paused_server_is_waited_for_once_and_a_slow_one_each_time() {
    let Some(server) = Redis::start() else { return };
    let cache = open_within(&server, "microscaler", RedisOptions::WITHIN);
    available(&cache).await;
    slow_down(&server);
    let begun = Instant::now();
    assert!(cache.put_loads(&loads(1, [0]), LIFE).await);
    assert!(begun.elapsed() > Duration::from_millis(50), "it was not slow");

    server.signal("STOP");
    let begun = Instant::now();
    for _ in 0..100 {
        assert!(!cache.put_loads(&loads(2, [0]), LIFE).await);
        assert_eq!(cache.loads(None).await, None);
    }
    assert!(begun.elapsed() < HALF_A_SECOND, "{:?}", begun.elapsed());
    away(&cache).await;
    server.signal("CONT");
    available(&cache).await;
    let all = all_loads(&cache).await;
    assert!(records(&all).contains(&1), "{all:?}");
    assert!(
        all.iter().all(|load| load.age < Duration::from_secs(60)),
        "{all:?}"
    );
}

/// A leader of the version before left them, which did not know the network.
#[tokio::test]
async fn what_the_version_before_wrote_is_read() {
    let Some(server) = Redis::start() else { return };
    let cache = connected(&server).await;
    assert!(cache.put_loads(&loads(1, [0]), LIFE).await);
    // Id, age in milliseconds, CPU 50, memory 25: printable ones, as the command line has them.
    let before = |id: char| {
        format!(
            "{}\\x88\\x13\\x00\\x00\\x00\\x00HB\\x00\\x00\\xc8A",
            id.to_string().repeat(16)
        )
    };
    let entry = format!("XADD microscaler:loads * 1 \"{}{}\"", before('a'), before('b'));
    assert!(server.command(&entry).starts_with('$'));
    let all = all_loads(&cache).await;
    let uuid = |id: u8| InstanceId(uuid::Uuid::from_bytes([id; 16]));
    for record in [uuid(b'a'), uuid(b'b')] {
        let found = all.iter().find(|load| load.record == record).unwrap();
        let load = domain::report::Load {
            cpu: 50.0,
            memory: 25.0,
            ..domain::report::Load::default()
        };
        assert_eq!(found.load, load);
        assert!(found.age >= Duration::from_secs(5), "{found:?}");
    }
    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn what_another_version_wrote_is_nothing() {
    let Some(server) = Redis::start() else { return };
    let cache = connected(&server).await;
    assert!(cache.put_loads(&loads(1, [0]), LIFE).await);
    let strange = format!("XADD microscaler:loads * 3 {}", "x".repeat(56));
    assert!(server.command(&strange).starts_with('$'));
    assert!(
        server
            .command("XADD microscaler:loads * 1 short")
            .starts_with('$')
    );
    assert!(
        server
            .command("XADD microscaler:loads * 2 short")
            .starts_with('$')
    );
    assert_eq!(records(&all_loads(&cache).await), [1]);
}

/// 36 bytes and little more: a thousand instances over 15 minutes, at a sample each 5 s.
#[tokio::test]
async fn a_thousand_instances_take_seven_megabytes_and_are_read_back_in_no_time() {
    const ROUNDS: u64 = 180;
    let Some(server) = Redis::start() else { return };
    let cache: RedisCache = connected(&server).await;
    let before = used(&server);
    let one = loads(1, [0]).remove(0);
    let round: Vec<_> = (0..1_000_u128)
        .map(|record| cache::PastLoad {
            record: InstanceId(uuid(record)),
            ..one
        })
        .collect();
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        assert!(cache.put_loads(&round, LIFE).await);
    }
    let (written, taken) = (begun.elapsed(), used(&server).saturating_sub(before));
    let begun = Instant::now();
    assert_eq!(all_loads(&cache).await.len(), 180_000);
    println!(
        "{taken} bytes, written in {written:?}, read in {:?}",
        begun.elapsed()
    );
    assert!(taken < 7_500_000, "{taken}");
}

/// Has it leave every question unanswered for a short time, ours that it be so included.
fn slow_down(server: &Redis) {
    let url = server.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("redis://")).unwrap();
    stream.write_all(b"CLIENT PAUSE 120 ALL\r\n").unwrap();
    stream.read_exact(&mut [0; 5]).unwrap();
}

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn used(server: &Redis) -> u64 {
    let answer = server.command("INFO memory");
    let used = answer.lines().find_map(|line| line.strip_prefix("used_memory:"));
    used.and_then(|bytes| bytes.trim().parse().ok()).expect("it says")
}
