//! The real engine as the tests use it: images made from nothing but a static busybox, containers that are
//! removed whatever happens.

pub mod proxy;

use std::fs::File;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{CreateContainerOptions, CreateImageOptions, KillContainerOptions};
use domain::{ContainerFacts, ContainerId, InstallationId};
use engine::{ContainerEngine, Docker, DockerOptions};
use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::suite::{Image, Rig};

/// The engine's socket.
pub const SOCKET: &str = "/var/run/docker.sock";

/// Heeds SIGTERM at once, which the first process of a container does only when it says so.
const STAYS: &str =
    r#"CMD ["/bin/sh","-c","trap 'exit 0' TERM; while :; do /bin/busybox sleep 1 & wait $!; done"]"#;

/// What the images do, as instructions to the import.
const IMAGES: [(&str, &[&str]); 5] = [
    ("stays", &[STAYS, "EXPOSE 8080"]),
    ("exits", &[r#"CMD ["/bin/sh","-c","exit 7"]"#]),
    ("shell", &[r#"CMD ["sh"]"#]),
    // Half of the memory limit that the suite sets is not enough for this line of one gigabyte.
    (
        "hungry",
        &[r#"CMD ["/bin/sh","-c","/bin/busybox tail /dev/zero"]"#],
    ),
    (
        "healthy",
        &[STAYS, r#"HEALTHCHECK --interval=1s CMD ["/bin/busybox","true"]"#],
    ),
];

/// The name of a test image.
pub fn image(kind: &str) -> String {
    format!("microscaler-test-busybox:{kind}-1")
}

/// A Docker engine under an installation of its own; dropped, it leaves nothing behind.
pub struct RealEngine {
    pub installation: InstallationId,
    pub other: InstallationId,
    pub raw: bollard::Docker,
    socket: String,
    reached: DockerOptions,
    engine: Arc<Docker>,
}

pub fn options(installation: InstallationId) -> DockerOptions {
    DockerOptions::local(installation)
}

fn connect(reached: &DockerOptions, installation: InstallationId) -> Docker {
    let options = DockerOptions {
        installation,
        ..reached.clone()
    };
    Docker::connect(options).unwrap()
}

impl RealEngine {
    /// Fails when no engine answers.
    pub async fn new() -> Self {
        Self::at(SOCKET, options(InstallationId(Uuid::nil()))).await
    }

    /// The engine that listens on a socket here, `reached` in another way perhaps.
    pub async fn at(socket: &str, reached: DockerOptions) -> Self {
        let raw = bollard::Docker::connect_with_unix(socket, 120, bollard::API_DEFAULT_VERSION)
            .expect("these tests need a Docker engine");
        raw.ping().await.expect("these tests need a Docker engine");
        make_images(&raw).await;
        let installation = InstallationId(Uuid::now_v7());
        Self {
            installation,
            other: InstallationId(Uuid::now_v7()),
            raw,
            socket: socket.to_owned(),
            engine: Arc::new(connect(&reached, installation)),
            reached,
        }
    }

    /// What ends the names of this test's containers.
    fn tag(&self) -> String {
        format!("{:08x}", self.installation.0.as_u128() & 0xffff_ffff)
    }
}

impl Drop for RealEngine {
    /// By the command line, because a dropped test has no runtime to wait in.
    fn drop(&mut self) {
        let filter = format!("name={}", self.tag());
        let docker = || {
            let mut docker = Command::new("docker");
            docker.arg("--host").arg(format!("unix://{}", self.socket));
            docker
        };
        let listed = docker()
            .args(["ps", "-aq", "--filter", &filter])
            .output()
            .unwrap();
        let ids = String::from_utf8(listed.stdout).unwrap();
        if !ids.trim().is_empty() {
            let _ = docker().args(["rm", "-fv"]).args(ids.split_whitespace()).output();
        }
    }
}

#[async_trait]
impl Rig for RealEngine {
    fn engine(&self) -> Arc<dyn ContainerEngine> {
        Arc::clone(&self.engine) as Arc<dyn ContainerEngine>
    }
    fn other(&self) -> (InstallationId, Arc<dyn ContainerEngine>) {
        (self.other, Arc::new(connect(&self.reached, self.other)))
    }
    fn installation(&self) -> InstallationId {
        self.installation
    }
    fn image(&self, kind: Image) -> String {
        match kind {
            Image::Stays => image("stays"),
            Image::Exits => image("exits"),
            Image::Healthy => image("healthy"),
            // A registry on a port where nothing listens: no network is needed to be refused.
            Image::Missing => "localhost:1/microscaler-missing:1".to_owned(),
        }
    }
    fn name(&self, end: &str) -> String {
        format!("mstest-{}-{end}", self.tag())
    }
    async fn kill(&self, facts: &ContainerFacts) {
        let id = facts.id.as_str();
        self.raw
            .kill_container(id, None::<KillContainerOptions>)
            .await
            .unwrap();
        while self.runs(&facts.id).await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    async fn foreign(&self, name: &str) -> ContainerId {
        let options = CreateContainerOptions {
            name: Some(name.to_owned()),
            ..Default::default()
        };
        let body = ContainerCreateBody {
            image: Some(image("stays")),
            ..Default::default()
        };
        let made = self.raw.create_container(Some(options), body).await.unwrap();
        self.raw.start_container(&made.id, None).await.unwrap();
        ContainerId::new(made.id)
    }
    async fn runs(&self, id: &ContainerId) -> bool {
        let seen = self.raw.inspect_container(id.as_str(), None).await.unwrap();
        seen.state.and_then(|state| state.running).unwrap_or(false)
    }
}

/// Makes the images that are not there yet, one test at a time.
async fn make_images(raw: &bollard::Docker) {
    let lock = File::create(std::env::temp_dir().join("microscaler-test-images.lock")).unwrap();
    lock.lock().unwrap();
    for (kind, changes) in IMAGES {
        if raw.inspect_image(&image(kind)).await.is_err() {
            let (repo, tag) = image(kind)
                .split_once(':')
                .map(|(r, t)| (r.to_owned(), t.to_owned()))
                .unwrap();
            let options = CreateImageOptions {
                from_src: Some("-".to_owned()),
                repo: Some(repo),
                tag: Some(tag),
                changes: changes.iter().map(|change| (*change).to_owned()).collect(),
                ..Default::default()
            };
            let body = bollard::body_full(busybox_tar().into());
            let told: Vec<_> = raw
                .create_image(Some(options), Some(body), None)
                .try_collect()
                .await
                .unwrap();
            assert!(raw.inspect_image(&image(kind)).await.is_ok(), "{told:?}");
        }
    }
}

/// A root file system of one static binary and the name `sh` for it.
fn busybox_tar() -> Vec<u8> {
    let root = std::env::temp_dir().join(format!("microscaler-test-root-{}", std::process::id()));
    std::fs::create_dir_all(root.join("bin")).unwrap();
    std::fs::copy("/bin/busybox", root.join("bin/busybox")).expect("busybox-static is installed");
    let _ = std::os::unix::fs::symlink("busybox", root.join("bin/sh"));
    let tar = Command::new("tar")
        .arg("-C")
        .arg(&root)
        .args(["-c", "."])
        .output()
        .unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    assert!(tar.status.success());
    tar.stdout
}
