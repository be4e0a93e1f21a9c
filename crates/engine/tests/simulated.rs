//! The suite against the simulated engine, and what only that one can do: replay.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod suite;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{ContainerFacts, ContainerId, ContainerState, InstallationId};
use engine::simulated::{Behaviour, Call, Fault, SimulatedEngine, SimulatedOptions};
use engine::{ContainerEngine, EngineError, EngineEvent};
use suite::{Image, Rig};
use uuid::Uuid;

const OURS: InstallationId = InstallationId(Uuid::from_u128(1));
const THEIRS: InstallationId = InstallationId(Uuid::from_u128(2));

struct Simulation {
    engine: SimulatedEngine,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let engine = SimulatedEngine::new(SimulatedOptions::new(seed, OURS, "host"));
        engine.behave(
            "exits",
            Behaviour {
                exits: Some((Duration::from_millis(1), 7)),
                ..Default::default()
            },
        );
        engine.behave(
            "missing",
            Behaviour {
                missing: true,
                ..Default::default()
            },
        );
        engine.behave(
            "healthy",
            Behaviour {
                health: Some((Duration::from_secs(1), true)),
                ..Default::default()
            },
        );
        Self { engine }
    }
}

#[async_trait]
impl Rig for Simulation {
    fn engine(&self) -> Arc<dyn ContainerEngine> {
        Arc::new(self.engine.clone())
    }
    fn other(&self) -> (InstallationId, Arc<dyn ContainerEngine>) {
        (THEIRS, Arc::new(self.engine.seen_by(THEIRS)))
    }
    fn installation(&self) -> InstallationId {
        OURS
    }
    fn image(&self, image: Image) -> String {
        format!("{image:?}").to_lowercase()
    }
    fn name(&self, end: &str) -> String {
        end.to_owned()
    }
    async fn kill(&self, facts: &ContainerFacts) {
        assert!(self.engine.kill(facts.record));
    }
    async fn foreign(&self, name: &str) -> ContainerId {
        self.engine.add_foreign(name, BTreeMap::new()).unwrap()
    }
    async fn runs(&self, id: &ContainerId) -> bool {
        self.engine.runs(id)
    }
}

macro_rules! stories {
    ($($story:ident),* $(,)?) => {$(
        #[tokio::test(start_paused = true)]
        async fn $story() {
            for seed in 0..20 {
                suite::$story(&Simulation::new(seed)).await;
            }
        }
    )*};
}

stories!(
    create_adopts_its_own_and_refuses_strangers,
    start_is_once_and_never_again_after_an_exit,
    remove_is_once,
    others_are_invisible_and_untouched,
    events_tell_a_life_in_order,
    an_exit_is_reported_with_its_code,
    health_is_told,
    a_missing_image_says_why,
    usage_is_read,
);

/// One schedule, as text.
async fn schedule(seed: u64) -> String {
    let rig = Simulation::new(seed);
    rig.engine.lose_answers(300);
    let engine = rig.engine();
    let began = tokio::time::Instant::now();
    let mut log = String::new();
    let mut events = engine.events(OURS).await.unwrap();
    for n in 0..5_u128 {
        let (_, mut spec) = suite::spec(&rig, OURS, &format!("c{n}"), Image::Exits);
        for label in [domain::job::label::RECORD, domain::job::label::GROUP] {
            spec.labels
                .insert(label.to_owned(), Uuid::from_u128(n).to_string());
        }
        let created = engine.create(&spec).await;
        log += &format!("{:?} {created:?}\n", began.elapsed());
        if let Ok(id) = created {
            log += &format!("{:?} {:?}\n", began.elapsed(), engine.start(&id).await);
        }
    }
    drop(rig);
    tokio::time::sleep(Duration::from_secs(1)).await;
    while let Ok(event) = events.try_recv() {
        log += &format!("{:?} {event:?}\n", began.elapsed());
    }
    log
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_is_the_same_schedule() {
    let mut different = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let first = schedule(seed).await;
        assert_eq!(first, schedule(seed).await, "seed {seed}");
        different.insert(first);
    }
    assert_eq!(different.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn faults_say_whether_it_happened() {
    let rig = Simulation::new(1);
    let engine = rig.engine();
    let (record, spec) = suite::spec(&rig, OURS, "a", Image::Stays);
    rig.engine.fail_next(Call::Create, Fault::LostCall);
    assert!(matches!(engine.create(&spec).await, Err(EngineError::Unknown(_))));
    assert_eq!(engine.find(record).await.unwrap(), None);
    rig.engine.fail_next(Call::Create, Fault::LostAnswer);
    assert!(matches!(engine.create(&spec).await, Err(EngineError::Unknown(_))));
    let id = engine.find(record).await.unwrap().unwrap().id;
    rig.engine.fail_next(Call::Start, Fault::Hang);
    let began = tokio::time::Instant::now();
    assert!(matches!(engine.start(&id).await, Err(EngineError::Unknown(_))));
    assert_eq!(began.elapsed(), Duration::from_secs(30));
    rig.engine.down();
    assert!(matches!(
        engine.start(&id).await,
        Err(EngineError::Unavailable(_))
    ));
    rig.engine.up();
    engine.start(&id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_outlives_its_caller() {
    let rig = Simulation::new(1);
    let (_, spec) = suite::spec(&rig, OURS, "a", Image::Stays);
    let engine = rig.engine();
    let id = engine.create(&spec).await.unwrap();
    let start = tokio::time::timeout(Duration::from_millis(1), engine.start(&id)).await;
    assert!(start.is_err(), "the caller gave up");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(rig.engine.runs(&id));
}

#[tokio::test(start_paused = true)]
async fn hands_behind_the_service_s_back_are_seen_and_counted() {
    let rig = Simulation::new(3);
    let engine = rig.engine();
    let mut events = engine.events(OURS).await.unwrap();
    let (record, id) = suite::launch(&rig, "a", Image::Stays).await;
    let group = engine.find(record).await.unwrap().unwrap().group;
    assert_eq!((rig.engine.alive(group), rig.engine.max_alive(group)), (1, 1));
    rig.engine.oom(record);
    let died = suite::await_fact(&mut events, &id, suite::exited).await;
    assert_eq!(
        died.state,
        ContainerState::Exited {
            code: Some(137),
            oom: true
        }
    );
    rig.engine.start_by_hand(record).unwrap();
    suite::await_fact(&mut events, &id, suite::running).await;
    rig.engine.mute();
    assert!(rig.engine.remove_by_hand(record));
    rig.engine.unmute();
    assert_eq!(events.recv().await, Some(EngineEvent::Resumed));
    assert_eq!((rig.engine.alive(group), rig.engine.max_alive(group)), (0, 1));
}
