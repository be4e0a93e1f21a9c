//! Docker Swarm on the same engine: a service of the same image and limits, its port published on the host as an
//! instance's is, not through the routing mesh, which would make it dearer.

use std::time::{Duration, Instant};

use bollard::models::LocalNodeState;
use scenarios::harness::{Engine, Image, within};
use uuid::Uuid;

use super::events::Events;

/// Made by a swarm's first start, and not removed with it.
const GATEWAY: &str = "docker_gwbridge";

/// A Swarm service; dropped, it is removed, and the swarm left if it was begun here.
pub struct Swarm {
    engine: Engine,
    name: String,
    begun: bool,
    had_gateway: bool,
}

impl Swarm {
    /// A service of `replicas`; `None`, with the reason printed, where this engine cannot be a manager.
    pub async fn start(engine: &Engine, replicas: usize) -> Option<Self> {
        let told = engine.raw.info().await.ok()?.swarm.unwrap_or_default();
        let active = told.local_node_state == Some(LocalNodeState::ACTIVE);
        if active && told.control_available != Some(true) {
            eprintln!("  without Swarm: this engine is a worker of another's swarm");
            return None;
        }
        let swarm = Self {
            engine: engine.clone(),
            name: format!("bench-{}", Uuid::now_v7()),
            begun: !active,
            had_gateway: engine.raw.inspect_network(GATEWAY, None).await.is_ok(),
        };
        if swarm.begun {
            swarm.docker(&["swarm", "init", "--advertise-addr", "127.0.0.1"]);
        }
        let replicas = replicas.to_string();
        swarm.docker(&[
            "service",
            "create",
            "--detach",
            "--quiet",
            "--no-resolve-image",
            "--name",
            &swarm.name,
            "--replicas",
            &replicas,
            "--limit-memory",
            "24m",
            "--limit-cpu",
            "1",
            "--publish",
            "mode=host,target=8080",
            "--stop-grace-period",
            "5s",
            Image::Stays.name(),
        ]);
        swarm.settled(replicas.parse().unwrap_or(1)).await;
        Some(swarm)
    }

    fn docker(&self, args: &[&str]) {
        let ended = self
            .engine
            .docker()
            .args(args)
            .output()
            .expect("the docker command is installed");
        assert!(
            ended.status.success(),
            "docker {args:?}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
    }

    /// The label that its containers have.
    pub fn label(&self) -> String {
        format!("com.docker.swarm.service.name={}", self.name)
    }

    async fn running(&self) -> Vec<String> {
        let all = self.engine.labelled(&self.label()).await.into_iter();
        let running = all.filter(|c| c.state == Some(bollard::models::ContainerSummaryStateEnum::RUNNING));
        running.filter_map(|c| c.id).collect()
    }

    async fn settled(&self, count: usize) {
        within(
            Duration::from_secs(120),
            "the Swarm service settles",
            async || (self.running().await.len() == count).then_some(()),
        )
        .await;
    }

    /// From the kill of a replica to another one running.
    pub async fn replace(&self, events: &mut Events) -> Duration {
        let running = self.running().await;
        let victim = running.first().expect("a replica runs");
        events.clear();
        let begun = Instant::now();
        self.engine.kill(victim, "SIGKILL").await;
        let (running, _) = events.start().await;
        running - begun
    }

    /// From the command to `to` replicas running.
    pub async fn grow(&self, from: usize, to: usize, events: &mut Events) -> Duration {
        events.clear();
        let begun = Instant::now();
        self.docker(&["service", "scale", "--detach", &format!("{}={to}", self.name)]);
        events.starts(to - from).await - begun
    }

    /// Back to `to` replicas, containers and all.
    pub async fn shrink(&self, to: usize) {
        self.docker(&["service", "scale", "--detach", &format!("{}={to}", self.name)]);
        within(
            Duration::from_secs(120),
            "the Swarm service shrinks",
            async || (self.engine.labelled(&self.label()).await.len() <= to).then_some(()),
        )
        .await;
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        let mut commands = vec![vec!["service", "rm", &self.name]];
        if self.begun {
            commands.push(vec!["swarm", "leave", "--force"]);
        }
        if self.begun && !self.had_gateway {
            commands.push(vec!["network", "rm", GATEWAY]);
        }
        for args in commands {
            let _tried = self.engine.docker().args(args).output();
        }
        // Leaving ends the tasks; their containers may stay.
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
