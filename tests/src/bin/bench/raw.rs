//! The raw engine API: the least that anybody has to do, with the same specification as an instance's.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::CreateContainerOptions;
use futures_util::{StreamExt, stream};
use scenarios::harness::{Engine, Image};
use uuid::Uuid;

use super::events::Events;

/// Marks what the benchmark makes itself.
const LABEL: &str = "microscaler.bench";

/// The benchmark's own containers; dropped, they are removed.
pub struct Raw {
    engine: Engine,
    run: Uuid,
}

impl Raw {
    /// None yet.
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            run: Uuid::now_v7(),
        }
    }

    /// The label that all of this run have.
    pub fn label(&self) -> String {
        format!("{LABEL}={}", self.run)
    }

    fn body(&self, name: &str) -> ContainerCreateBody {
        let user_data = r#"user_data={"asg_name":"web","account":"user01","domain":"mydomain.net","local_http_port":"","metadata":{},"az_name":"docker01"}"#;
        ContainerCreateBody {
            hostname: Some(name.to_owned()),
            domainname: Some("mydomain.net".to_owned()),
            image: Some(Image::Stays.name().to_owned()),
            env: Some(vec![user_data.to_owned()]),
            labels: Some(HashMap::from([(LABEL.to_owned(), self.run.to_string())])),
            tty: Some(true),
            host_config: Some(HostConfig {
                publish_all_ports: Some(true),
                memory: Some(24 * 1024 * 1024),
                nano_cpus: Some(1_000_000_000),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// Creates and starts a container; gives its id.
    pub async fn launch(&self) -> String {
        let name = format!("bench-{:010x}", Uuid::new_v4().as_u128() & 0xff_ffff_ffff);
        self.create_and_start(&name, self.body(&name)).await
    }

    /// The same without a network, and idle: many fit on a machine.
    pub async fn launch_idle(&self, name: &str, labels: HashMap<String, String>) -> String {
        let mut body = self.body(name);
        body.cmd = Some(["/bin/busybox", "sleep", "100000"].map(str::to_owned).to_vec());
        body.labels.get_or_insert_default().extend(labels);
        if let Some(host) = &mut body.host_config {
            host.network_mode = Some("none".to_owned());
        }
        self.create_and_start(name, body).await
    }

    async fn create_and_start(&self, name: &str, body: ContainerCreateBody) -> String {
        let options = CreateContainerOptions {
            name: Some(name.to_owned()),
            ..Default::default()
        };
        let made = self.engine.raw.create_container(Some(options), body).await;
        let id = made.expect("a container can be made").id;
        let started = self.engine.raw.start_container(&id, None).await;
        started.expect("a container can be started");
        id
    }

    /// From the kill of `id` to another one running: what the event took, and one create and start.
    pub async fn replace(&self, id: &str, events: &mut Events) -> (Duration, String) {
        events.clear();
        let begun = Instant::now();
        // The answer to the kill comes later than the event.
        let replacing = async {
            events.die().await;
            tokio::join!(self.launch(), events.start())
        };
        let ((), (next, (running, _))) = tokio::join!(self.engine.kill(id, "SIGKILL"), replacing);
        (running - begun, next)
    }

    /// Launches `count`, `at_once` at a time, and tells how long that took until all run.
    pub async fn launch_many(&self, count: usize, at_once: usize) -> Duration {
        let begun = Instant::now();
        let launches = (0..count).map(|_| self.launch());
        stream::iter(launches)
            .buffer_unordered(at_once)
            .collect::<Vec<_>>()
            .await;
        begun.elapsed()
    }

    /// Removes them all.
    pub async fn clear(&self) {
        let all = self.engine.labelled(&self.label()).await;
        let ids: Vec<String> = all.into_iter().filter_map(|c| c.id).collect();
        stream::iter(&ids)
            .for_each_concurrent(8, |id| self.engine.remove(id))
            .await;
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let filter = format!("label={}", self.label());
        let listed = self
            .engine
            .docker()
            .args(["ps", "-aq", "--filter", &filter])
            .output();
        let ids = listed
            .map(|told| String::from_utf8_lossy(&told.stdout).into_owned())
            .unwrap_or_default();
        if !ids.trim().is_empty() {
            let _tried = self
                .engine
                .docker()
                .args(["rm", "-fv"])
                .args(ids.split_whitespace())
                .output();
        }
    }
}
