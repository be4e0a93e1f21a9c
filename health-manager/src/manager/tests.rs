#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! What workers say reaches the history.

use std::sync::Arc;
use std::time::Duration;

use domain::phase::Remains;
use domain::{
    Activity, ActivityStatus, Cause, Epoch, Group, HostName, Instance, Message, Outcome, Phase, Timestamp,
};
use store::conformance::fixtures;
use store::{MemoryStore, Store};
use tokio::time::{sleep, timeout};

use super::Manager;
use crate::rig::deps;

/// A group with an instance that is to be stopped.
fn stopping() -> Group {
    let mut group = fixtures::group("anna", "web");
    let phase = Phase::Terminating {
        cause: Cause::ScaleIn,
        since: Timestamp::from_millis(1_000),
        remains: Remains::MayRun,
    };
    let instance = fixtures::instance(&group, 0, "");
    group.instances = vec![Instance { phase, ..instance }];
    group
}

/// The only activity of the group, once its message is this.
async fn told(store: &dyn Store, group: &Group, message: &str) -> Activity {
    let told = async {
        loop {
            let found = store.activities(group.id, 0, 10).await.unwrap();
            if let [activity] = found.as_slice()
                && activity.message == message
            {
                return activity.clone();
            }
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(10), told).await.expect(message)
}

#[tokio::test(start_paused = true)]
async fn the_activity_of_a_termination_tells_why_it_does_not_end() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let group = stopping();
    store.create_group(&group).await.unwrap();
    let mut manager = Manager::start(deps(Arc::clone(&store)), Epoch(1)).await.unwrap();
    let word = |outcome| Message::Job {
        host: HostName::parse("docker01").unwrap(),
        group: group.id,
        record: group.instances[0].id,
        outcome,
    };
    let busy = Outcome::Progress {
        percent: 0,
        message: "the engine refused: device busy".to_owned(),
    };
    manager.receive(word(busy)).await;
    let tried = "the engine refused: device busy; it is tried again";
    let activity = told(&*store, &group, tried).await;
    assert_eq!(activity.status, ActivityStatus::InProgress);
    assert_eq!(activity.cause, Cause::ScaleIn.to_string());
    manager
        .receive(word(Outcome::NotStopped { deliveries: 30 }))
        .await;
    let given_up =
        "the engine refused: device busy; 1 job was given up after 30 deliveries, and another one follows";
    assert_eq!(told(&*store, &group, given_up).await.id, activity.id);
}
