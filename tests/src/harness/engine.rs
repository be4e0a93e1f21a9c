//! The engine as tests see and disturb it, behind the service's back.

use std::collections::HashMap;
use std::process::Command;

use bollard::Docker;
use bollard::models::{
    ContainerCreateBody, ContainerInspectResponse, ContainerSummary, ContainerSummaryStateEnum,
};
use bollard::query_parameters::{
    CreateContainerOptions, KillContainerOptions, ListContainersOptions, RemoveContainerOptions,
};
use domain::InstallationId;
use domain::job::label;

/// Where the machine's engine listens.
pub const SOCKET: &str = "unix:///var/run/docker.sock";

/// Seconds that a call may take.
const CALL: u64 = 60;

/// A Docker engine.
#[derive(Clone)]
pub struct Engine {
    address: String,
    /// Its API.
    pub raw: Docker,
}

impl Engine {
    /// The machine's engine, with the test images made.
    ///
    /// # Panics
    /// When it does not answer: these tests need one.
    pub async fn local() -> Self {
        let engine = Self::at(SOCKET);
        let answered = engine.raw.ping().await;
        answered.expect("these tests need a Docker engine; `make test` sees to one");
        super::images::make(&engine).await;
        engine
    }

    /// The image of the demo's own web server, made here; gives its reference.
    ///
    /// # Panics
    /// When it cannot be built, or the engine does not answer.
    pub async fn web_server(&self) -> &'static str {
        super::images::web_server(self).await
    }

    /// An engine that may be down.
    #[must_use]
    pub fn at(address: &str) -> Self {
        let raw = Docker::connect_with_unix(address, CALL, bollard::API_DEFAULT_VERSION);
        Self {
            address: address.to_owned(),
            raw: raw.expect("a socket's address"),
        }
    }

    /// `unix://...`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The docker command, speaking to this engine.
    #[must_use]
    pub fn docker(&self) -> Command {
        let mut docker = Command::new("docker");
        docker.args(["--host", &self.address]);
        docker
    }

    pub(super) async fn has_image(&self, name: &str) -> bool {
        self.raw.inspect_image(name).await.is_ok()
    }

    /// Every container of an installation, whatever its state.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub async fn containers(&self, of: InstallationId) -> Vec<ContainerSummary> {
        self.labelled(&format!("{}={of}", label::INSTALLATION)).await
    }

    /// Every container with a label, whatever its state.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub async fn labelled(&self, text: &str) -> Vec<ContainerSummary> {
        let filters = HashMap::from([("label".to_owned(), vec![text.to_owned()])]);
        let options = ListContainersOptions {
            all: true,
            filters: Some(filters),
            ..Default::default()
        };
        let listed = self.raw.list_containers(Some(options)).await;
        listed.expect("the engine lists its containers")
    }

    /// The ids of an installation's running containers, sorted.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub async fn running(&self, of: InstallationId) -> Vec<String> {
        let containers = self.containers(of).await.into_iter();
        let running = containers.filter(|c| c.state == Some(ContainerSummaryStateEnum::RUNNING));
        let mut ids: Vec<String> = running.filter_map(|c| c.id).collect();
        ids.sort();
        ids
    }

    /// All that the engine knows of a container; `None` when there is none.
    pub async fn inspect(&self, id: &str) -> Option<ContainerInspectResponse> {
        self.raw.inspect_container(id, None).await.ok()
    }

    /// Sends a container's first process a signal.
    ///
    /// # Panics
    /// When the container does not run.
    pub async fn kill(&self, id: &str, signal: &str) {
        let options = KillContainerOptions {
            signal: signal.to_owned(),
        };
        let killed = self.raw.kill_container(id, Some(options)).await;
        killed.expect("a running container can be killed");
    }

    /// Makes a file in a container, which is how its image is told to misbehave.
    ///
    /// # Panics
    /// When that fails.
    pub async fn touch(&self, id: &str, path: &str) {
        self.busybox(id, &["touch", path]).await;
    }

    /// Removes a file in a container, which is how its image is told to behave again.
    ///
    /// # Panics
    /// When that fails.
    pub async fn erase(&self, id: &str, path: &str) {
        self.busybox(id, &["rm", path]).await;
    }

    async fn busybox(&self, id: &str, words: &[&str]) {
        let args = [&["exec", id, "/bin/busybox"], words].concat();
        let done = tokio::process::Command::from({
            let mut docker = self.docker();
            docker.args(args);
            docker
        })
        .output()
        .await
        .expect("the docker command is installed");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Makes and starts a container behind everybody's back; gives its id.
    ///
    /// # Panics
    /// When that fails.
    pub async fn run(&self, name: &str, image: &str, labels: HashMap<String, String>) -> String {
        let options = CreateContainerOptions {
            name: Some(name.to_owned()),
            ..Default::default()
        };
        let body = ContainerCreateBody {
            image: Some(image.to_owned()),
            labels: Some(labels),
            ..Default::default()
        };
        let made = self.raw.create_container(Some(options), body).await;
        let id = made.expect("a container can be made").id;
        let started = self.raw.start_container(&id, None).await;
        started.expect("a container can be started");
        id
    }

    /// Removes a container by force, with its anonymous volumes; one that is gone is gone.
    pub async fn remove(&self, id: &str) {
        let options = RemoveContainerOptions {
            force: true,
            v: true,
            ..Default::default()
        };
        let _gone = self.raw.remove_container(id, Some(options)).await;
    }

    /// Removes every container of an installation by the command line, for what is dropped and cannot wait.
    pub(super) fn sweep(&self, of: InstallationId) {
        let filter = format!("label={}={of}", label::INSTALLATION);
        // Twice: what was on its way when we listed shows the second time.
        for _ in 0..2 {
            let listed = self.docker().args(["ps", "-aq", "--filter", &filter]).output();
            let ids = listed.map(|told| String::from_utf8_lossy(&told.stdout).into_owned());
            let ids = ids.unwrap_or_default();
            if ids.trim().is_empty() {
                return;
            }
            let mut remove = self.docker();
            remove.args(["rm", "-fv"]).args(ids.split_whitespace());
            let _tried = remove.output();
        }
    }
}
