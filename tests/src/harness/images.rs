//! Images made from nothing but Debian's static busybox, once per engine.

use std::fs::File;
use std::process::{Command, Stdio};

use super::{DEADLINE, Engine, script, within};

/// What the contract's session calls its image.
pub const CIRROS: &str = "cirros";

/// What the image of the demo's web server is called here: the demo's own stays the demo's.
const WEB_SERVER: &str = "microscaler-test-web";

/// Heeds SIGTERM at once, which the first process of a container does only when it says so.
const STAYS: &str = "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait $!; done";
/// Stays until somebody makes /eat, then takes all the memory there is.
const HUNGRY: &str = "trap 'exit 3' TERM; until busybox test -e /eat; do busybox sleep 0.2 & wait $!; done; \
    exec busybox tail /dev/zero";

/// Uses all the CPU it gets while there is a file /busy.
const BUSY: &str = "trap 'exit 0' TERM; while :; do if busybox test -e /busy; \
    then i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; else busybox sleep 0.2 & wait $!; fi; done";

/// What a test image does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// Stays until it is told to end, and exposes port 8080.
    Stays,
    /// Exits at once with code 7.
    Exits,
    /// Runs out of memory once there is a file /eat.
    Hungry,
    /// Is healthy until there is a file /sick, and keeps its data in an anonymous volume.
    Checked,
    /// Uses all the CPU it gets while there is a file /busy.
    Busy,
    /// A shell, as in the contract's session.
    Shell,
}

impl Image {
    const ALL: [Self; 6] = [
        Self::Stays,
        Self::Exits,
        Self::Hungry,
        Self::Checked,
        Self::Busy,
        Self::Shell,
    ];

    /// Its reference.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stays => "microscaler-test:stays",
            Self::Exits => "microscaler-test:exits",
            Self::Hungry => "microscaler-test:hungry",
            Self::Checked => "microscaler-test:checked",
            Self::Busy => "microscaler-test:busy",
            Self::Shell => CIRROS,
        }
    }

    fn changes(self) -> Vec<String> {
        let script = |text: &str| {
            let command = serde_json::json!(["/bin/busybox", "sh", "-c", text]);
            format!("CMD {command}")
        };
        match self {
            Self::Stays => vec![script(STAYS), "EXPOSE 8080".to_owned()],
            Self::Exits => vec![script("exit 7")],
            Self::Hungry => vec![script(HUNGRY)],
            Self::Checked => {
                let check =
                    r#"HEALTHCHECK --interval=1s --retries=1 CMD ["/bin/busybox","test","!","-e","/sick"]"#;
                vec![script(STAYS), check.to_owned(), "VOLUME /data".to_owned()]
            }
            Self::Busy => vec![script(BUSY)],
            Self::Shell => vec![r#"CMD ["/bin/sh"]"#.to_owned()],
        }
    }
}

/// Makes the images that the engine does not have, one test at a time. One that exists is used as it is.
pub(super) async fn make(engine: &Engine) {
    let _lock = alone("images").await;
    for image in Image::ALL {
        if !engine.has_image(image.name()).await {
            import(engine, image);
        }
    }
}

/// One test at a time, until the file is dropped.
async fn alone(what: &str) -> File {
    let lock = File::create(std::env::temp_dir().join(format!("microscaler-test-{what}.lock")));
    let lock = lock.expect("the temporary directory can be written");
    // Never blocking: another service of the same test may be the one that holds it.
    within(DEADLINE, "the test images are made", async || {
        lock.try_lock().ok()
    })
    .await;
    lock
}

/// Makes the image of the demo's web server as the demo does, unless the one that is there is of the same binary;
/// gives its reference. nextest builds the binary before such tests (`.config/nextest.toml`).
pub(super) async fn web_server(engine: &Engine) -> &'static str {
    let _lock = alone("web-server").await;
    let mut script = tokio::process::Command::new(script("image.sh"));
    script
        .env("DEMO_IMAGE", WEB_SERVER)
        .env("DOCKER_HOST", engine.address());
    let made = script.stdin(Stdio::null()).output().await;
    let made = made.expect("a script of ours can be run");
    let told = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{WEB_SERVER} cannot be made: {told}");
    WEB_SERVER
}

/// Makes one in an engine that nobody else uses.
pub(super) async fn make_one(engine: &Engine, image: Image) {
    if !engine.has_image(image.name()).await {
        import(engine, image);
    }
}

fn import(engine: &Engine, image: Image) {
    let mut docker = engine.docker();
    docker.arg("import");
    for change in image.changes() {
        docker.args(["--change", &change]);
    }
    let mut docker = docker
        .args(["-", image.name()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the docker command is installed");
    let pipe = docker.stdin.take().expect("standard input is piped");
    let tar = Command::new("tar")
        .arg("--directory")
        .arg(root().path())
        .args(["--create", "."])
        .stdout(pipe)
        .status();
    assert!(tar.is_ok_and(|status| status.success()), "tar failed");
    let imported = docker.wait().expect("docker was started");
    assert!(imported.success(), "{} cannot be imported", image.name());
}

/// A root file system of one static binary, and the name `sh` for it.
fn root() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("the temporary directory can be written");
    let bin = root.path().join("bin");
    std::fs::create_dir(&bin).expect("a directory of our own can be written");
    std::fs::copy("/bin/busybox", bin.join("busybox")).expect("Debian's busybox-static is installed");
    std::os::unix::fs::symlink("busybox", bin.join("sh")).expect("a directory of our own can be written");
    root
}
