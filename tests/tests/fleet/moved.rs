//! From one machine to a fleet: the store is copied, and what runs goes on running.

use std::collections::BTreeSet;

use api::documents::Activity;
use scenarios::harness::{Alive, DEADLINE, Fleet, Image, Service, Setup, within};
use serde_json::json;

use super::{exactly, persistently};

/// The name under which the service serves its machine's engine.
async fn host_of(service: &Service) -> String {
    let rest = service.rest("user01").await;
    within(DEADLINE, "the service knows its host", async || {
        let status = rest.client.get("status").await.ok()?;
        status["hosts"][0]["name"].as_str().map(str::to_owned)
    })
    .await
}

#[tokio::test]
async fn a_fleet_on_a_copied_store_goes_on_with_the_containers_that_run() {
    let mut service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 3).await;
    rest.in_service("web", 3).await;
    let host = host_of(&service).await;
    let Some(mut fleet) = Fleet::prepare_for(&service, &host).await else {
        return;
    };
    let before: BTreeSet<String> = BTreeSet::from_iter(fleet.engine.running(fleet.installation).await);
    assert!(service.terminate().await.success());

    let config = service.directory().join("fleet.yml");
    let port = scenarios::harness::free_port();
    std::fs::write(&config, fleet.setup.text(port, &fleet.engine)).unwrap();
    let copied = service
        .command_with(&config)
        .arg("copy-store")
        .output()
        .await
        .unwrap();
    assert!(copied.status.success(), "{copied:?}");

    let alive = Alive::watch(&fleet.engine, fleet.installation);
    fleet.add_all();
    fleet.works().await;
    let rest = fleet.rest("asg-controller").await;
    exactly(&fleet, &rest, "web", 3).await;
    // The group obeys, and nobody was replaced for it.
    persistently("desired capacity is raised", async || {
        let body = json!({"desired_capacity": 4});
        rest.client.put("asgs/web/desired_capacity", &body).await
    })
    .await;
    exactly(&fleet, &rest, "web", 4).await;
    let after = BTreeSet::from_iter(fleet.engine.running(fleet.installation).await);
    assert!(
        before.len() == 3 && before.is_subset(&after),
        "{before:?} of {after:?}"
    );
    assert_eq!(alive.most().1, 1, "containers that were started");
    let history = rest.activities("web").await;
    let is_launch = |a: &&Activity| a.kind == "launch" && a.status == "successful";
    let launches = history.iter().filter(is_launch).count();
    assert_eq!(launches, 4, "those of before came along");
}
