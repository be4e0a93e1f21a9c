//! The engine ends and comes back.

use scenarios::harness::{DEADLINE, Dockerd, Image, Service, Setup, within};
use serde_json::Value;

use super::{ids, short};

/// What the service says of itself; it answers 200 also when something is wrong.
async fn health(service: &Service) -> Value {
    let root = api::Client::new(&service.root(), None).unwrap();
    root.get("health").await.unwrap()
}

#[tokio::test]
async fn an_engine_that_is_down_at_start_is_waited_for() {
    let mut dockerd = Dockerd::new();
    let service = Service::start(Setup::new().engine(&dockerd.engine)).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 2).await;
    let told = within(DEADLINE, "/health says that something is wrong", async || {
        let told = health(&service).await;
        (told["status"] == "DEGRADED").then_some(told)
    })
    .await;
    let components = told["components"].to_string();
    assert!(components.contains("docker.sock"), "{told:#}");
    dockerd.start().await;
    let instances = rest.in_service("web", 2).await;
    assert_eq!(
        short(&service.engine.running(service.installation).await),
        ids(&instances)
    );
    within(DEADLINE, "/health is OK again", async || {
        (health(&service).await["status"] == "OK").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_restart_of_the_engine_is_survived() {
    let mut dockerd = Dockerd::new();
    dockerd.start().await;
    let service = Service::start(Setup::new().engine(&dockerd.engine)).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 2).await;
    let before = rest.in_service("web", 2).await;
    dockerd.stop().await;
    assert_eq!(
        rest.client.get("asgs/web").await.unwrap()["state"],
        "started",
        "the interface still answers"
    );
    dockerd.start().await;
    let after = within(DEADLINE, "the group is back", async || {
        let now = rest.instances("web").await;
        let fresh = now.len() == 2 && ids(&now).is_disjoint(&ids(&before));
        (fresh && now.iter().all(|i| i.status == "RUNNING")).then_some(now)
    })
    .await;
    within(DEADLINE, "only the new ones are left", async || {
        (service.engine.containers(service.installation).await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(
        short(&service.engine.running(service.installation).await),
        ids(&after)
    );
}
