#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use domain::policy::{AGENT, OnMissing, Predictive, Rule};
use domain::{Clock, GroupName, PolicyName, Rolled, Rollup};
use store::faulty::{Fault, FaultyStore};
use store::{MemoryStore, Store};
use uuid::Uuid;

use super::read::run;
use super::*;

const GROUP: GroupId = GroupId(Uuid::from_u128(7));
const DAY: Duration = Duration::from_secs(24 * 3_600);
const NOW: Timestamp = Timestamp::from_millis(1_770_033_600_000);

struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// What forecasts are made with: a store that can be away, and hands of a clock.
struct Rig {
    forecasts: Forecasts,
    store: Arc<dyn Store>,
    clock: Arc<Hands>,
    away: Arc<AtomicBool>,
    reads: Arc<AtomicUsize>,
}

impl Rig {
    fn new() -> Self {
        let (away, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (is_away, counted) = (Arc::clone(&away), Arc::clone(&reads));
        let hook = Arc::new(move |method: &'static str| match method {
            "rollups" if is_away.load(Ordering::SeqCst) => Fault::Unavailable,
            "rollups" => {
                counted.fetch_add(1, Ordering::SeqCst);
                Fault::None
            }
            _ => Fault::None,
        });
        Self {
            forecasts: Forecasts::default(),
            store: Arc::new(FaultyStore::new(Arc::new(MemoryStore::new()), hook)),
            clock: Arc::new(Hands(Mutex::new(NOW))),
            away,
            reads,
        }
    }

    /// The CPU of four instances, minute by minute.
    async fn told(&self, from: Timestamp, to: Timestamp, average: f64) {
        let minutes = (from.millis()..to.millis()).step_by(60_000).map(|at| Rollup {
            group: GROUP,
            at: Timestamp::from_millis(at),
            desired: 4,
            in_service: 4,
            figures: vec![figure("CPU", average), figure("MEM", average / 2.0)],
        });
        let minutes: Vec<Rollup> = minutes.collect();
        self.store.put_rollups(&minutes).await.unwrap();
    }

    fn follow(&mut self, policies: &[Policy]) {
        let measures = policies.iter().map(Measure::of).collect();
        self.forecasts.follow([(GROUP, measures)].into());
    }

    /// Reads what is due; how much was asked for.
    async fn read(&mut self) -> usize {
        let before = self.reads.load(Ordering::SeqCst);
        let due = self.forecasts.take_due();
        let (store, tell) = (Arc::clone(&self.store), self.forecasts.tell.clone());
        run(store, Arc::clone(&self.clock) as Arc<dyn Clock>, due, tell).await;
        self.forecasts.hear();
        self.reads.load(Ordering::SeqCst) - before
    }

    fn wait(&self, span: Duration) -> Timestamp {
        let mut now = self.clock.0.lock().unwrap();
        *now = *now + span;
        *now
    }

    fn look(&self, policy: &Policy) -> Result<f64, String> {
        let looked = self
            .forecasts
            .look(GROUP, policy, self.clock.now(), Duration::from_secs(300));
        looked.map(|forecast| forecast.load)
    }
}

fn figure(metric: &str, average: f64) -> Rolled {
    Rolled {
        source: AGENT.to_owned(),
        metric: metric.to_owned(),
        reported: 4,
        average,
        maximum: average,
        minimum: average,
        sum: 4.0 * average,
    }
}

fn policy(metric: &str) -> Policy {
    Policy {
        name: PolicyName::parse("p").unwrap(),
        auto_scaling_group: GroupName::parse("asg1").unwrap(),
        source: AGENT.to_owned(),
        metric: metric.to_owned(),
        statistic: "AVG".to_owned(),
        sampling_window: 0,
        breach_duration: 0,
        missing_data: OnMissing::Hold,
        shadow: false,
        business_hours_only: false,
        rule: Rule::Predictive(Predictive {
            target_value: 50.0,
            scheduling_buffer_time: 300,
        }),
    }
}

#[tokio::test(start_paused = true)]
async fn a_history_is_read_whole_and_then_what_is_new_of_it() {
    let mut rig = Rig::new();
    rig.told(NOW - DAY * 3, NOW, 25.0).await;
    let cpu = policy("CPU");
    assert_eq!(rig.look(&cpu).unwrap_err(), "the history was not read yet");
    rig.follow(std::slice::from_ref(&cpu));
    assert_eq!(rig.read().await, 35, "a day at a time");
    assert_eq!(rig.look(&cpu), Ok(100.0));
    assert_eq!(rig.read().await, 0, "an hour later again");
    tokio::time::advance(AGAIN).await;
    let later = rig.wait(AGAIN);
    rig.told(NOW, later, 25.0).await;
    assert_eq!(rig.read().await, 1);
    assert_eq!(rig.look(&cpu), Ok(100.0));
    // Whose policies are gone is forgotten.
    rig.forecasts.follow(BTreeMap::new());
    assert!(rig.look(&cpu).is_err());
}

#[tokio::test(start_paused = true)]
async fn another_policy_has_the_whole_history_read_for_it() {
    let mut rig = Rig::new();
    rig.told(NOW - DAY * 3, NOW, 25.0).await;
    let both = [policy("CPU"), policy("mem")];
    rig.follow(&both[..1]);
    rig.read().await;
    rig.follow(&both);
    assert_eq!(
        rig.look(&both[0]),
        Ok(100.0),
        "the others' forecasts go on meanwhile"
    );
    assert_eq!(rig.read().await, 35);
    assert_eq!((rig.look(&both[0]), rig.look(&both[1])), (Ok(100.0), Ok(50.0)));
    // One that is added while the history is read.
    rig.follow(&both[..1]);
    tokio::time::advance(AGAIN).await;
    let due = rig.forecasts.take_due();
    rig.follow(&both);
    let tell = rig.forecasts.tell.clone();
    run(
        Arc::clone(&rig.store),
        Arc::clone(&rig.clock) as Arc<dyn Clock>,
        due,
        tell,
    )
    .await;
    rig.forecasts.hear();
    assert!(rig.look(&both[1]).is_err());
    rig.read().await;
    assert_eq!(rig.look(&both[1]), Ok(50.0));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_leaves_the_last_forecast() {
    let mut rig = Rig::new();
    rig.told(NOW - DAY * 2, NOW, 25.0).await;
    let cpu = policy("CPU");
    rig.follow(std::slice::from_ref(&cpu));
    rig.away.store(true, Ordering::SeqCst);
    rig.read().await;
    assert_eq!(rig.look(&cpu).unwrap_err(), "the history was not read yet");
    rig.away.store(false, Ordering::SeqCst);
    assert_eq!(rig.read().await, 0, "not at once");
    tokio::time::advance(SOON).await;
    rig.read().await;
    assert_eq!(rig.look(&cpu), Ok(100.0));
    rig.away.store(true, Ordering::SeqCst);
    tokio::time::advance(AGAIN).await;
    rig.wait(20 * AGAIN);
    rig.read().await;
    assert_eq!(rig.look(&cpu), Ok(100.0));
    rig.wait(4 * AGAIN);
    let ended = rig.look(&cpu).unwrap_err();
    assert!(
        ended.starts_with("the last forecast is not of this time"),
        "{ended}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_young_history_says_how_young_it_is() {
    let mut rig = Rig::new();
    rig.told(NOW - AGAIN * 5, NOW, 25.0).await;
    let cpu = policy("CPU");
    rig.follow(std::slice::from_ref(&cpu));
    rig.read().await;
    let young = rig.look(&cpu).unwrap_err();
    assert_eq!(young, "there are 5 h 0 min of history, and it takes a day of it");
    tokio::time::advance(SOON).await;
    rig.wait(AGAIN * 7);
    rig.read().await;
    let older = rig.look(&cpu).unwrap_err();
    assert_eq!(older, "there are 12 h 0 min of history, and it takes a day of it");
    tokio::time::advance(SOON).await;
    let then = rig.wait(AGAIN * 12);
    rig.told(NOW, then, 25.0).await;
    rig.read().await;
    assert_eq!(rig.look(&cpu), Ok(100.0));
}
