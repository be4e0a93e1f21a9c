//! Containers that end: each is replaced, and the history says why.

use std::time::Duration;

use bollard::query_parameters::StopContainerOptions;
use scenarios::harness::{DEADLINE, Image, Service, Setup, within};
use tokio::time::Instant;

use super::{ids, short};

/// Longer than what counts as a launch that failed: past it, whatever dies is replaced at once.
const ESTABLISHED: Duration = Duration::from_secs(11);

#[tokio::test]
async fn what_is_killed_stopped_removed_or_out_of_memory_is_replaced() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Hungry, 4).await;
    let first = rest.in_service("web", 4).await;
    tokio::time::sleep_until(Instant::now() + ESTABLISHED).await;
    let engine = &service.engine;
    let [killed, stopped, removed, hungry] = [0, 1, 2, 3].map(|n: usize| first[n].instance_id.as_str());
    engine.kill(killed, "SIGKILL").await;
    let patient = StopContainerOptions {
        t: Some(20),
        signal: None,
    };
    engine.raw.stop_container(stopped, Some(patient)).await.unwrap();
    engine.remove(removed).await;
    engine.touch(hungry, "/eat").await;

    let second = within(DEADLINE, "all four are replaced", async || {
        let now = rest.instances("web").await;
        let fresh = now.len() == 4 && ids(&now).is_disjoint(&ids(&first));
        (fresh && now.iter().all(|i| i.status == "RUNNING")).then_some(now)
    })
    .await;
    for why in ["exited with code 137", "exited with code 3", "out of memory"] {
        rest.told("web", why).await;
    }
    within(DEADLINE, "the dead are removed", async || {
        let left = engine.containers(service.installation).await;
        (left.len() == 4).then_some(())
    })
    .await;
    assert_eq!(short(&engine.running(service.installation).await), ids(&second));
}

#[tokio::test]
async fn an_unhealthy_instance_is_replaced() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Checked, 1).await;
    let sick = rest.in_service("web", 1).await.remove(0);
    service.engine.touch(&sick.instance_id, "/sick").await;
    let well = within(DEADLINE, "another instance is in service", async || {
        let now = rest.instances("web").await;
        now.into_iter()
            .find(|i| i.guid != sick.guid && i.status == "RUNNING")
    })
    .await;
    let made = service.engine.inspect(&well.instance_id).await.unwrap();
    let health = made
        .state
        .and_then(|state| state.health)
        .and_then(|health| health.status);
    assert_eq!(health, Some(bollard::models::HealthStatusEnum::HEALTHY));
    rest.told("web", "failed its health check").await;
}
