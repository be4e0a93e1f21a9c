#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! A leader's minutes, under a paused clock.

use std::collections::BTreeMap;

use config::{MetricSource, SourceKind};
use domain::policy::{AGENT, OnMissing, Rule, TargetTracking};
use domain::report::Load;
use domain::{
    Body, Clock, Document, Epoch, Group, InstallationId, Instance, Phase, Policy, PolicyName, Rolled, Sample,
    SystemIds,
};
use store::conformance::fixtures;
use store::faulty::{Fault, FaultyStore};
use store::{MemoryStore, Store};
use tokio::time::advance;
use uuid::Uuid;

use super::measure::short;
use super::*;
use crate::rig::{BEGUN, Wall, clock};
use crate::{Deps, Settings};

const WINDOW_END: Timestamp = Timestamp::from_millis(1_764_000_060_000);

fn deps(store: Arc<dyn Store>, clock: Arc<Wall>) -> Deps {
    let push = MetricSource {
        kind: SourceKind::Push,
        timeout: Duration::from_secs(2),
        interval: Duration::from_secs(5),
    };
    Deps {
        store,
        bus: Arc::new(bus::MemoryBus::new()),
        cache: Arc::new(::cache::NoCache::new()),
        clock,
        ids: Arc::new(SystemIds),
        installation: InstallationId(Uuid::nil()),
        metrics: Metrics::new(),
        board: telemetry::StatusBoard::default(),
        settings: Arc::new(Settings {
            metric_sources: BTreeMap::from([("app".to_owned(), push)]),
            ..Settings::default()
        }),
    }
}

fn serving(group: &Group, slot: u32, since: Timestamp) -> Instance {
    Instance {
        phase: Phase::InService { since },
        lost: None,
        ..fixtures::instance(group, slot, "")
    }
}

/// A started group with an instance for each time since which it serves.
fn started(name: &str, since: &[Timestamp]) -> Group {
    let mut group = fixtures::group("anna", name);
    group.state = GroupState::Started;
    group.spec.desired_capacity = 3;
    let slots = since.iter().zip(0..);
    group.instances = slots.map(|(since, slot)| serving(&group, slot, *since)).collect();
    group
}

fn queue(group: &Group) -> Document {
    let policy = Policy {
        name: PolicyName::parse("jobs").unwrap(),
        auto_scaling_group: group.name.clone(),
        source: "app".to_owned(),
        metric: "jobs".to_owned(),
        statistic: "SUM".to_owned(),
        sampling_window: 30,
        breach_duration: 0,
        missing_data: OnMissing::Hold,
        shadow: true,
        business_hours_only: false,
        rule: Rule::TargetTracking(TargetTracking {
            target_value: 20.0,
            tolerance: 10.0,
            disable_scale_in: false,
            panic_window: 0,
            panic_threshold: 200.0,
        }),
    };
    Document {
        body: Body::Policy(policy),
        ..fixtures::configuration("anna", "unused")
    }
}

fn sample(group: &Group, nth: usize, cpu: f64, network_in: Option<f64>) -> Sample {
    Sample {
        group: group.id,
        record: group.instances[nth].id,
        load: Load {
            cpu,
            memory: 50.0,
            network_in,
            network_out: None,
        },
    }
}

async fn minutes(store: &dyn Store, group: &Group) -> Vec<Rollup> {
    let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
    store.rollups(group.id, from, to).await.unwrap()
}

/// Once there are so many; the paused clock goes on while nothing else is to be done.
async fn written(store: &dyn Store, group: &Group, many: usize) -> Vec<Rollup> {
    for _ in 0..10_000 {
        let found = minutes(store, group).await;
        if found.len() >= many {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("they are not written");
}

fn agents(metric: &str, reported: u32, figures: [f64; 4]) -> Rolled {
    let [average, maximum, minimum, sum] = figures;
    Rolled {
        source: AGENT.to_owned(),
        metric: metric.to_owned(),
        reported,
        average,
        maximum,
        minimum,
        sum,
    }
}

#[tokio::test(start_paused = true)]
async fn a_minute_of_every_started_group_is_kept_once_it_is_over() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let early = BEGUN - Duration::from_secs(600);
    // The third one warms up until after the minute.
    let web = started("web", &[early, early, BEGUN + Duration::from_secs(40)]);
    let idle = started("idle", &[]);
    let mut stopped = started("stopped", &[early]);
    stopped.state = GroupState::Stopped;
    for group in [&web, &idle, &stopped] {
        store.create_group(group).await.unwrap();
    }
    store.create_document(&queue(&web)).await.unwrap();
    let mut manager = Manager::start(deps(Arc::clone(&store), clock()), Epoch(1))
        .await
        .unwrap();
    manager.scaling.sources.pushed(
        fixtures::account("anna"),
        "app".to_owned(),
        "jobs".to_owned(),
        12.0,
    );
    manager
        .samples
        .hear([sample(&web, 0, 10.0, Some(1_000.0)), sample(&web, 2, 99.0, None)]);
    advance(Duration::from_secs(20)).await;
    manager.scaling.sources.pushed(
        fixtures::account("anna"),
        "app".to_owned(),
        "jobs".to_owned(),
        16.0,
    );
    manager
        .samples
        .hear([sample(&web, 0, 20.0, None), sample(&web, 1, 100.0 / 3.0, None)]);

    assert_eq!(
        manager.rollups.next_due(manager.deps.clock.now()),
        Instant::now() + Duration::from_secs(30)
    );
    manager.roll_up();
    advance(Duration::from_secs(30)).await;
    // It is heard before the minute is measured, and belongs to the next.
    advance(Duration::from_secs(1)).await;
    manager.samples.hear([sample(&web, 0, 77.0, None)]);
    assert_eq!(manager.rollups.next_due(manager.deps.clock.now()), Instant::now());
    manager.roll_up();
    manager.roll_up();
    let expected = Rollup {
        group: web.id,
        at: WINDOW_END - MINUTE,
        desired: 3,
        in_service: 2,
        figures: vec![
            agents("CPU", 2, [24.1667, 33.3333, 10.0, 48.3333]),
            agents("MEM", 2, [50.0, 50.0, 50.0, 100.0]),
            agents("NETWORK_IN", 1, [1_000.0; 4]),
            Rolled {
                source: "app".to_owned(),
                metric: "jobs".to_owned(),
                ..agents("", 2, [14.0, 16.0, 12.0, 14.0])
            },
        ],
    };
    assert_eq!(written(&*store, &web, 1).await, std::slice::from_ref(&expected));
    let [empty] = <[Rollup; 1]>::try_from(written(&*store, &idle, 1).await).unwrap();
    assert_eq!(
        (empty.at, empty.in_service, empty.figures.len()),
        (expected.at, 0, 0)
    );

    let now = manager.deps.clock.now();
    advance(WINDOW_END.since(now) + MINUTE).await;
    manager.roll_up();
    let two = written(&*store, &web, 2).await;
    assert_eq!(two[1].at, WINDOW_END);
    assert_eq!(two[1].in_service, 3);
    assert_eq!(two[1].figures[0], agents("CPU", 1, [77.0; 4]));
    assert_eq!(minutes(&*store, &stopped).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_leaves_a_gap_and_no_minute_twice() {
    let clock = clock();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut rollups = Rollups::start(&store, clock.now(), Metrics::new());
    let mut at = |seconds: i64| {
        clock.jump_to(seconds);
        let over = rollups.turn(clock.now());
        (
            over,
            rollups.over.since(BEGUN - Duration::from_secs(10)).as_secs(),
        )
    };
    assert!(!at(49).0);
    assert_eq!(at(50), (true, 0));
    assert!(!at(109).0);
    assert_eq!(at(600), (true, 540));
    // What is done again then takes the place of what was.
    assert!(!at(300).0);
    assert_eq!(at(350), (true, 300));
}

#[tokio::test(start_paused = true)]
async fn many_groups_are_measured_in_several_goes() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let groups: Vec<Group> = (0..AT_ONCE + 1).map(|n| started(&format!("g{n}"), &[])).collect();
    for group in &groups {
        store.create_group(group).await.unwrap();
    }
    let mut manager = Manager::start(deps(Arc::clone(&store), clock()), Epoch(1))
        .await
        .unwrap();
    advance(MINUTE).await;
    manager.roll_up();
    assert_eq!(manager.rollups.waiting.len(), 1);
    assert_eq!(manager.rollups.next_due(manager.deps.clock.now()), Instant::now());
    manager.roll_up();
    assert!(manager.rollups.next_due(manager.deps.clock.now()) > Instant::now());
    for group in &groups {
        assert_eq!(written(&*store, group, 1).await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_store_that_is_away_misses_is_written_when_it_is_back() {
    let inner: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let until = Instant::now() + Duration::from_secs(60);
    let fault = move |method: &'static str| match Instant::now() < until && method == "put_rollups" {
        true => Fault::Unavailable,
        false => Fault::None,
    };
    let store: Arc<dyn Store> = Arc::new(FaultyStore::new(Arc::clone(&inner), Arc::new(fault)));
    let metrics = Metrics::new();
    let recorder = Recorder::start(store, metrics.clone());
    let web = started("web", &[]);
    let minute = |nth: i64| fixtures::rollup(web.id, nth * Rollup::MINUTE_MS);
    (0..3).for_each(|nth| recorder.record(minute(nth)));
    advance(Duration::from_secs(30)).await;
    assert_eq!(minutes(&*inner, &web).await, []);
    let all: Vec<Rollup> = (0..3).map(minute).collect();
    assert_eq!(written(&*inner, &web, 3).await, all);
    assert!(metrics.encode().contains("microscaler_rollups_dropped_total 0"));
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_bounded_and_what_cannot_be_written_holds_up_nothing() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let metrics = Metrics::new();
    let recorder = Recorder::start(Arc::clone(&store), metrics.clone());
    let web = started("web", &[]);
    let minute = |nth: usize| fixtures::rollup(web.id, i64::try_from(nth).unwrap() * Rollup::MINUTE_MS);
    (0..record::WAITING + 7).for_each(|nth| recorder.record(minute(nth)));
    assert!(metrics.encode().contains("microscaler_rollups_dropped_total 7"));
    // A hundred each tenth of a second.
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(minutes(&*store, &web).await.len(), record::WAITING);
    let figure = |n: usize| fixtures::rolled("app", &n.to_string(), 0.5);
    let large = Rollup {
        figures: (0..store::MAX_ROLLUP_BYTES).map(figure).collect(),
        ..minute(0)
    };
    let other = started("other", &[]);
    recorder.record(large);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(metrics.encode().contains("microscaler_rollups_dropped_total 8"));
    recorder.record(fixtures::rollup(other.id, 0));
    assert_eq!(written(&*store, &other, 1).await.len(), 1);
}

#[test]
fn figures_are_kept_to_six_digits() {
    for (figure, kept) in [
        (0.0, 0.0),
        (31.245_270_191_439_438, 31.245_3),
        (-121.487_919_511, -121.488),
        (999_999.7, 1_000_000.0),
        (12_345_678_901.0, 12_345_700_000.0),
        (0.000_012_345_678, 0.000_012_345_7),
        (1e300, 1e300),
        (f64::MIN_POSITIVE, f64::MIN_POSITIVE),
    ] {
        let said = short(figure);
        assert!((said - kept).abs() <= kept.abs() * 1e-12, "{figure}: {said}");
        assert!(
            said.to_string().len() < 20 || figure.abs() > 1e15 || figure.abs() < 1e-15,
            "{said}"
        );
    }
    assert_eq!(short(31.245_270_191_439_438).to_string(), "31.2453");
    assert_eq!(short(24.166_668).to_string(), "24.1667");
}
