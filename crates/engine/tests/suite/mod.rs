//! What every engine must do, told as stories and run against the real one and the simulated one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::job::{LaunchSpec, label};
use domain::{ContainerFacts, ContainerId, ContainerState, Health, InstallationId, InstanceId, InstanceType};
use engine::{ContainerEngine, EngineError, EngineEvent};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Long enough for a busy machine, short enough to end a test that waits for what never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// An image by what its containers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// Runs until it is stopped, which it heeds at once.
    Stays,
    /// Ends at once with code 7.
    Exits,
    /// Its HEALTHCHECK passes.
    Healthy,
    /// Neither here nor anywhere.
    Missing,
}

/// An engine to test, and hands to do things behind its users' backs.
#[async_trait]
pub trait Rig: Send + Sync {
    fn engine(&self) -> Arc<dyn ContainerEngine>;
    /// The same engine as another installation sees it.
    fn other(&self) -> (InstallationId, Arc<dyn ContainerEngine>);
    fn installation(&self) -> InstallationId;
    fn image(&self, image: Image) -> String;
    /// A name that no other test uses.
    fn name(&self, end: &str) -> String;
    async fn kill(&self, facts: &ContainerFacts);
    /// A running container that carries no labels.
    async fn foreign(&self, name: &str) -> ContainerId;
    async fn runs(&self, id: &ContainerId) -> bool;
}

pub fn spec(
    rig: &dyn Rig,
    installation: InstallationId,
    end: &str,
    image: Image,
) -> (InstanceId, LaunchSpec) {
    let record = InstanceId(Uuid::now_v7());
    let labels = BTreeMap::from([
        (label::INSTALLATION.to_owned(), installation.to_string()),
        (label::GROUP.to_owned(), Uuid::now_v7().to_string()),
        (label::RECORD.to_owned(), record.to_string()),
    ]);
    let spec = LaunchSpec {
        name: rig.name(end),
        domain: "example.net".to_owned(),
        image: rig.image(image),
        limits: InstanceType { vcpu: 64, memory: 32 },
        user_data: r#"{"asg_name":"g"}"#.to_owned(),
        labels,
    };
    (record, spec)
}

/// Creates and starts a container.
pub async fn launch(rig: &dyn Rig, end: &str, image: Image) -> (InstanceId, ContainerId) {
    let (record, spec) = spec(rig, rig.installation(), end, image);
    let engine = rig.engine();
    let id = engine.create(&spec).await.unwrap();
    engine.start(&id).await.unwrap();
    (record, id)
}

/// The next fact of a container that `wanted` accepts.
pub async fn await_fact(
    events: &mut mpsc::Receiver<EngineEvent>,
    id: &ContainerId,
    wanted: impl Fn(&ContainerFacts) -> bool,
) -> ContainerFacts {
    let search = async {
        loop {
            match events.recv().await {
                Some(EngineEvent::Container(facts)) if facts.id == *id && wanted(&facts) => return *facts,
                Some(_) => {}
                None => panic!("the event stream ended"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, search)
        .await
        .expect("the event came")
}

pub fn exited(facts: &ContainerFacts) -> bool {
    matches!(facts.state, ContainerState::Exited { .. })
}

pub fn running(facts: &ContainerFacts) -> bool {
    matches!(facts.state, ContainerState::Running(_))
}

/// A launch repeated meets its own container; one whose name a stranger holds says so and touches nothing.
pub async fn create_adopts_its_own_and_refuses_strangers(rig: &dyn Rig) {
    let engine = rig.engine();
    let (record, first) = spec(rig, rig.installation(), "adopt", Image::Stays);
    let (one, two) = tokio::join!(engine.create(&first), engine.create(&first));
    let id = one.unwrap();
    assert_eq!(two.unwrap(), id);
    let found = engine.find(record).await.unwrap().unwrap();
    assert_eq!((found.id, found.state), (id, ContainerState::Created));
    assert_eq!((found.name, found.record), (first.name.clone(), record));

    let (_, mut rival) = spec(rig, rig.installation(), "adopt", Image::Stays);
    rival.name = first.name;
    assert!(matches!(
        engine.create(&rival).await,
        Err(EngineError::NameTaken(_))
    ));
    let stranger = rig.foreign(&rig.name("stranger")).await;
    rival.name = rig.name("stranger");
    assert!(matches!(
        engine.create(&rival).await,
        Err(EngineError::NameTaken(_))
    ));
    assert!(rig.runs(&stranger).await);
}

/// Starting is asked for as often as it may be lost, and starts once; what exited stays exited.
pub async fn start_is_once_and_never_again_after_an_exit(rig: &dyn Rig) {
    let engine = rig.engine();
    let (record, id) = launch(rig, "start", Image::Stays).await;
    engine.start(&id).await.unwrap();
    let alive = engine.inspect(&id).await.unwrap().unwrap();
    assert!(running(&alive) && !alive.private_ip.is_empty(), "{alive:?}");
    rig.kill(&alive).await;
    let dead = engine.find(record).await.unwrap().unwrap();
    assert_eq!(
        dead.state,
        ContainerState::Exited {
            code: Some(137),
            oom: false
        }
    );
    assert!(matches!(engine.start(&id).await, Err(EngineError::Exited)));
    assert!(!rig.runs(&id).await);
    let nobody = ContainerId::new("0".repeat(64));
    assert!(matches!(engine.start(&nobody).await, Err(EngineError::NotFound)));
}

/// A removal repeated, at once or later, ends the same; so does one of what was never started.
pub async fn remove_is_once(rig: &dyn Rig) {
    let engine = rig.engine();
    let (record, id) = launch(rig, "remove", Image::Stays).await;
    let grace = Duration::from_secs(5);
    let (one, two) = tokio::join!(engine.remove(&id, grace), engine.remove(&id, Duration::ZERO));
    one.unwrap();
    two.unwrap();
    assert_eq!(engine.find(record).await.unwrap(), None);
    assert_eq!(engine.inspect(&id).await.unwrap(), None);
    engine.remove(&id, grace).await.unwrap();
    let (_, unstarted) = spec(rig, rig.installation(), "unstarted", Image::Stays);
    let id = engine.create(&unstarted).await.unwrap();
    engine.remove(&id, grace).await.unwrap();
    assert_eq!(engine.inspect(&id).await.unwrap(), None);
}

/// Containers of others are not shown, not started, not removed, and their events not told.
pub async fn others_are_invisible_and_untouched(rig: &dyn Rig) {
    let engine = rig.engine();
    let mut events = engine.events(rig.installation()).await.unwrap();
    let (installation, other) = rig.other();
    let stranger = rig.foreign(&rig.name("foreign")).await;
    let (their_record, theirs) = spec(rig, installation, "theirs", Image::Stays);
    let their_id = other.create(&theirs).await.unwrap();
    other.start(&their_id).await.unwrap();
    let (_, ours) = launch(rig, "ours", Image::Stays).await;

    let listed = engine.list(rig.installation()).await.unwrap();
    let ids: Vec<_> = listed.into_iter().map(|facts| facts.id).collect();
    assert_eq!(ids, std::slice::from_ref(&ours));
    assert_eq!(engine.find(their_record).await.unwrap(), None);
    for id in [&stranger, &their_id] {
        assert_eq!(engine.inspect(id).await.unwrap(), None);
        assert!(matches!(
            engine.remove(id, Duration::ZERO).await,
            Err(EngineError::Refused(_))
        ));
        assert!(rig.runs(id).await);
    }
    engine.remove(&ours, Duration::ZERO).await.unwrap();
    await_fact(&mut events, &ours, |facts| {
        assert_eq!(facts.id, ours, "an event of somebody else's container");
        facts.state == ContainerState::Removed
    })
    .await;
    other.remove(&their_id, Duration::ZERO).await.unwrap();
}

/// Whatever happens after `events` answered is told, in order.
pub async fn events_tell_a_life_in_order(rig: &dyn Rig) {
    let engine = rig.engine();
    let mut events = engine.events(rig.installation()).await.unwrap();
    let (record, id) = launch(rig, "life", Image::Stays).await;
    let started = await_fact(&mut events, &id, |_| true).await;
    assert!(running(&started) && !started.private_ip.is_empty(), "{started:?}");
    assert_eq!(started.record, record);
    rig.kill(&started).await;
    let died = await_fact(&mut events, &id, |_| true).await;
    assert_eq!(
        died.state,
        ContainerState::Exited {
            code: Some(137),
            oom: false
        }
    );
    assert_eq!((died.labels, died.name), (started.labels, started.name));
    engine.remove(&id, Duration::ZERO).await.unwrap();
    let gone = await_fact(&mut events, &id, |_| true).await;
    assert_eq!(gone.state, ContainerState::Removed);
}

/// An image whose process ends by itself is reported with its code, by event and by listing alike.
pub async fn an_exit_is_reported_with_its_code(rig: &dyn Rig) {
    let engine = rig.engine();
    let mut events = engine.events(rig.installation()).await.unwrap();
    let (record, id) = launch(rig, "exit", Image::Exits).await;
    let told = await_fact(&mut events, &id, exited).await;
    let expected = ContainerState::Exited {
        code: Some(7),
        oom: false,
    };
    assert_eq!(told.state, expected);
    // A real engine's listings follow its events with a moment's delay.
    let shown = async {
        while engine.find(record).await.unwrap().unwrap().state != expected
            || engine.inspect(&id).await.unwrap().unwrap().state != expected
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, shown).await.unwrap();
}

/// A HEALTHCHECK is told when it decides.
pub async fn health_is_told(rig: &dyn Rig) {
    let engine = rig.engine();
    let mut events = engine.events(rig.installation()).await.unwrap();
    let (_, id) = launch(rig, "health", Image::Healthy).await;
    let health = |facts: &ContainerFacts, wanted| facts.state == ContainerState::Running(wanted);
    await_fact(&mut events, &id, |facts| health(facts, Health::Healthy)).await;
    let listed = engine.list(rig.installation()).await.unwrap();
    assert!(
        listed
            .iter()
            .any(|facts| facts.id == id && health(facts, Health::Healthy)),
        "{listed:?}"
    );
}

/// An image that is nowhere says why.
pub async fn a_missing_image_says_why(rig: &dyn Rig) {
    let engine = rig.engine();
    let (_, spec) = spec(rig, rig.installation(), "missing", Image::Missing);
    assert!(matches!(
        engine.create(&spec).await,
        Err(EngineError::NoImage { .. })
    ));
    let (progress, _told) = mpsc::channel(8);
    match engine.ensure_image(&spec.image, progress.clone()).await {
        Err(EngineError::NoImage { image, reason }) => {
            assert_eq!(image, spec.image);
            assert!(!reason.is_empty());
        }
        other => panic!("{other:?}"),
    }
    engine
        .ensure_image(&rig.image(Image::Stays), progress)
        .await
        .unwrap();
}

/// Running containers have figures, others are left out.
pub async fn usage_is_read(rig: &dyn Rig) {
    let engine = rig.engine();
    let (_, id) = launch(rig, "usage", Image::Stays).await;
    let nobody = ContainerId::new("0".repeat(64));
    let read = engine.usage(&[nobody, id.clone()]).await.unwrap();
    let [(of, _)] = read.as_slice() else {
        panic!("{read:?}")
    };
    assert_eq!(*of, id);
}
