//! Images that have to be pulled from a registry that asks who pulls.

use std::process::Command;

use scenarios::harness::{Engine, Image, Service, Setup};
use serde_json::json;
use test_servers::Registry;

/// An image that its registry has and the engine has not. Dropped, it is removed from the engine again.
struct Private<'a> {
    engine: &'a Engine,
    reference: String,
}

impl<'a> Private<'a> {
    fn pushed(engine: &'a Engine, registry: &Registry) -> Self {
        let reference = registry.image("private:1");
        let client = registry.config_json();
        let client = client.parent().unwrap().to_str().unwrap();
        run(engine.docker().args(["tag", Image::Stays.name(), &reference]));
        run(engine
            .docker()
            .args(["--config", client, "push", "--quiet", &reference]));
        run(engine.docker().args(["image", "rm", "--no-prune", &reference]));
        Self { engine, reference }
    }
}

impl Drop for Private<'_> {
    fn drop(&mut self) {
        let _ = self
            .engine
            .docker()
            .args(["image", "rm", "--force", &self.reference])
            .output();
    }
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[tokio::test]
async fn a_private_image_is_pulled_with_the_configured_credentials() {
    let Some(registry) = Registry::start() else { return };
    let docker = json!({"config_json": registry.config_json()});
    let service = Service::start(Setup::new().section("docker", docker)).await;
    let engine = service.engine.clone();
    let image = Private::pushed(&engine, &registry);
    let rest = service.rest("user01").await;
    rest.configuration("private", &image.reference).await;
    rest.group("web", "private", &["docker01"], 2, 4).await;
    rest.start("web").await;
    rest.in_service("web", 2).await;
    rest.stop("web").await;
    rest.settled(scenarios::harness::DEADLINE, "web", 0).await;
}

#[tokio::test]
async fn without_credentials_the_history_tells_the_registrys_refusal() {
    let Some(registry) = Registry::start() else { return };
    let service = Service::start(Setup::new()).await;
    let engine = service.engine.clone();
    let image = Private::pushed(&engine, &registry);
    let rest = service.rest("user01").await;
    rest.configuration("private", &image.reference).await;
    rest.group("web", "private", &["docker01"], 1, 4).await;
    rest.start("web").await;
    rest.told("web", "no basic auth credentials").await;
}
