//! A Docker engine of the test's own, which it may kill and start again.

use std::fs::File;
use std::process::{Command as Blocking, Stdio};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::service::signal;
use super::{DEADLINE, Engine, images, within};

/// A second dockerd, apart from the machine's in every directory and in its network namespace, without networks: its
/// containers have none. Dropped, it leaves nothing behind.
pub struct Dockerd {
    /// How to reach it.
    pub engine: Engine,
    directory: TempDir,
    child: Option<Child>,
}

impl Dockerd {
    /// Prepares an engine that is down.
    ///
    /// # Panics
    /// When the temporary directory cannot be written.
    #[must_use]
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("the temporary directory can be written");
        let socket = directory.path().join("docker.sock");
        // A client wants to see its socket when it is made; the engine makes it anew.
        File::create(&socket).expect("a directory of our own can be written");
        let engine = Engine::at(&format!("unix://{}", socket.display()));
        std::fs::remove_file(&socket).expect("our own file can be removed");
        Self {
            engine,
            directory,
            child: None,
        }
    }

    /// Starts it and makes the test images in it.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("dockerd.log"));
        // In a network namespace of its own: an engine without a bridge removes docker0, the machine's engine's, from
        // the namespace that it starts in. Its first process is dockerd itself.
        let mut command = Command::new("unshare");
        command.args(["--net", "dockerd"]);
        std::fs::write(self.path("config"), "{}").expect("our own file can be written");
        let files = [
            ("--config-file", "config"),
            ("--data-root", "data"),
            ("--exec-root", "exec"),
            ("--pidfile", "pid"),
        ];
        for (option, file) in files {
            command.arg(option).arg(self.path(file));
        }
        // Where the machine's containerd serves every dockerd, namespaces keep them apart.
        let namespace = format!("microscaler-test-{}", std::process::id());
        command
            .args([
                "--host",
                self.engine.address(),
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
            ])
            .args(["--containerd-namespace", &namespace])
            .args(["--containerd-plugins-namespace", &format!("{namespace}-plugins")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.expect("our own file can be written"))
            .kill_on_drop(true);
        self.child = Some(command.spawn().expect("unshare (util-linux) is installed"));
        within(DEADLINE, "dockerd answers", async || {
            self.engine.raw.ping().await.ok()
        })
        .await;
        images::make(&self.engine).await;
    }

    /// Stops it in order, as a restart of the service does: its containers end with it.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn stop(&mut self) {
        let mut child = self.child.take().expect("dockerd runs");
        signal(&child, "TERM").await;
        let ended = tokio::time::timeout(DEADLINE, child.wait()).await;
        let _status = ended.expect("SIGTERM ends dockerd");
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.directory.path().join(file)
    }
}

impl Default for Dockerd {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Dockerd {
    /// In order, so that its containers and its container runtime end too.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.path("dockerd.log")).unwrap_or_default();
            eprintln!("--- log of dockerd ---\n{log}");
        }
        if let Some(mut child) = self.child.take() {
            let pid = child.id().map(|pid| pid.to_string()).unwrap_or_default();
            let _asked = Blocking::new("kill").arg(&pid).status();
            while matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    }
}
