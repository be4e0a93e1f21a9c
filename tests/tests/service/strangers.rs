//! Containers that no record knows, and those of others on the same engine.

use std::collections::HashMap;
use std::path::Path;

use domain::InstallationId;
use domain::job::label;
use scenarios::harness::{DEADLINE, Image, Service, Setup, within};
use serde_json::json;
use uuid::Uuid;

use super::ids;

/// The labels of an instance that no record knows.
fn stray(of: InstallationId) -> HashMap<String, String> {
    HashMap::from([
        (label::INSTALLATION.to_owned(), of.to_string()),
        (label::GROUP.to_owned(), Uuid::now_v7().to_string()),
        (label::RECORD.to_owned(), Uuid::now_v7().to_string()),
    ])
}

#[tokio::test]
async fn orphans_of_ours_are_removed_and_nobody_else_is_touched() {
    let impatient = Setup::new().section("health_manager", json!({"orphan_wait": 2}));
    let (ours, theirs) = tokio::join!(Service::start(impatient), Service::start(Setup::new()));
    let (rest, other) = (ours.rest("user01").await, theirs.rest("user01").await);
    // Orphans above a fifth of a host's containers would be left alone: six and one are few enough.
    rest.launch("web", Image::Stays, 6).await;
    other.launch("web", Image::Stays, 1).await;
    let (mine, yours) = (rest.in_service("web", 6).await, other.in_service("web", 1).await);
    let engine = &ours.engine;
    let mark = Uuid::now_v7();
    let [orphan, foreign, elsewhere] =
        ["orphan", "foreign", "elsewhere"].map(|name| format!("mstest-{name}-{mark}"));
    let foreign = engine.run(&foreign, Image::Stays.name(), HashMap::new()).await;
    let elsewhere = engine
        .run(
            &elsewhere,
            Image::Stays.name(),
            stray(InstallationId(Uuid::now_v7())),
        )
        .await;
    let orphan = engine
        .run(&orphan, Image::Stays.name(), stray(ours.installation))
        .await;

    let removed = within(DEADLINE, "the orphan is removed", async || {
        engine.inspect(&orphan).await.is_none().then_some(())
    });
    removed.await;
    let runs = async |id: &str| {
        let found = engine.inspect(id).await;
        found.and_then(|c| c.state).and_then(|state| state.running) == Some(true)
    };
    let (foreign_runs, elsewhere_runs) = (runs(&foreign).await, runs(&elsewhere).await);
    engine.remove(&foreign).await;
    engine.remove(&elsewhere).await;
    assert!(foreign_runs && elsewhere_runs);
    assert_eq!(ids(&rest.in_service("web", 6).await), ids(&mine));
    assert_eq!(ids(&other.in_service("web", 1).await), ids(&yours));
}

/// Makes the files of a directory what those of another are.
fn replace(from: &Path, to: &Path) {
    let _absent = std::fs::remove_dir_all(to);
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A record that was lost: its container still belongs to a group that wants it.
#[tokio::test]
async fn a_container_without_a_record_is_adopted_by_its_group_when_that_is_short() {
    // The data of the service as it was before the second scale-out, as after the return of a backup.
    let mut service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 2).await;
    rest.in_service("web", 2).await;
    service.terminate().await;
    let (data, backup) = (service.data_dir(), service.directory().join("backup"));
    replace(&data, &backup);
    service.start_again().await;
    rest.desire("web", 4).await;
    let four = rest.in_service("web", 4).await;
    service.kill().await;
    replace(&backup, &data);
    service.start_again().await;
    let rest = service.rest("user01").await;
    within(DEADLINE, "the host has reported", async || {
        let status = rest.client.get("status").await.unwrap();
        (status["hosts"][0]["state"] == "up").then_some(())
    })
    .await;
    rest.in_service("web", 2).await;
    rest.desire("web", 4).await;
    let again = rest.in_service("web", 4).await;
    assert_eq!(
        ids(&again),
        ids(&four),
        "what ran is taken back, nothing is launched"
    );
}
