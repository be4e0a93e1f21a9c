//! A Docker engine of a test's own that demands certificates.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use domain::InstallationId;
use engine::{DockerOptions, EngineTls};
use tempfile::TempDir;
use uuid::Uuid;

use super::certificates::Certificates;
use super::{run, text};

/// For a dockerd to come up, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Networks of eight addresses, in the range that is meant for such (RFC 2544).
const NETWORKS: u32 = 1 << 14;
static STARTED: AtomicU32 = AtomicU32::new(0);

/// A dockerd in a network namespace of its own, where it can touch no other engine's networks. It listens on a socket
/// here, and on two addresses of a cable into its namespace; its certificate names one of them. When it ends, its
/// namespace and the cable end with it.
pub struct Dockerd {
    pub certificates: Certificates,
    /// The address that its certificate names, and one that it does not.
    pub named: Ipv4Addr,
    pub unnamed: Ipv4Addr,
    directory: TempDir,
    child: Child,
}

impl Dockerd {
    pub async fn start() -> Self {
        // Beside those of other tests, be they processes of their own or threads of this one.
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let network = (std::process::id() * 8 + nth) % NETWORKS;
        let address =
            |last: u32| Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + network * 8 + last);
        let (named, unnamed) = (address(2), address(3));
        let certificates = Certificates::of(&[&named.to_string()]);
        let directory = tempfile::tempdir().unwrap();
        let child = spawn(&directory, &certificates);
        let mut started = Self {
            certificates,
            named,
            unnamed,
            directory,
            child,
        };
        started.answers().await;
        started.connect(&format!("mst{network}"), address(1));
        started
    }

    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("docker.sock")
    }

    /// It, over TLS.
    pub fn options(&self, address: Ipv4Addr, tls: Option<EngineTls>) -> DockerOptions {
        DockerOptions {
            address: format!("tcp://{address}:2376"),
            tls,
            ..DockerOptions::local(InstallationId(Uuid::now_v7()))
        }
    }

    async fn answers(&mut self) {
        let began = Instant::now();
        loop {
            let client =
                bollard::Docker::connect_with_unix(&text(&self.socket()), 5, bollard::API_DEFAULT_VERSION);
            if let Ok(client) = client
                && client.ping().await.is_ok()
            {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && began.elapsed() < PATIENCE,
                "{ended:?} {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lays the cable between the two namespaces.
    fn connect(&self, cable: &str, here: Ipv4Addr) {
        let pid = self.child.id().to_string();
        run(
            "ip",
            &[
                "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", &pid,
            ],
        );
        run("ip", &["addr", "add", &format!("{here}/29"), "dev", cable]);
        run("ip", &["link", "set", cable, "up"]);
        let there = |arguments: &[&str]| {
            run(
                "nsenter",
                &[&["--target", &pid, "--net", "ip"], arguments].concat(),
            );
        };
        for address in [self.named, self.unnamed] {
            there(&["addr", "add", &format!("{address}/29"), "dev", "eth0"]);
        }
        there(&["link", "set", "eth0", "up"]);
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

fn spawn(directory: &TempDir, certificates: &Certificates) -> Child {
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("config"), "{}").unwrap();
    // Ends with us, however we end; unshare becomes dockerd, so it is a child of ours.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", "unshare", "--net", "dockerd"]);
    for (option, file) in [
        ("--config-file", at("config")),
        ("--data-root", at("data")),
        ("--exec-root", at("exec")),
        ("--pidfile", at("pid")),
        ("--tlscacert", certificates.file("ca.pem")),
        ("--tlscert", certificates.file("server-cert.pem")),
        ("--tlskey", certificates.file("server-key.pem")),
    ] {
        command.arg(option).arg(file);
    }
    let namespace = format!("microscaler-tls-{}", std::process::id());
    command
        .args(["--host", &format!("unix://{}", at("docker.sock").display())])
        .args(["--host", "tcp://0.0.0.0:2376", "--tlsverify"])
        .args(["--bridge=none", "--iptables=false", "--ip6tables=false"])
        .args(["--containerd-namespace", &namespace])
        .args(["--containerd-plugins-namespace", &format!("{namespace}-plugins")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(at("log")).unwrap());
    command.spawn().expect("setpriv (util-linux) is installed")
}

impl Drop for Dockerd {
    /// In order, so that its container runtime ends too.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- log of dockerd ---\n{}", self.log());
        }
        let _asked = Command::new("kill").arg(self.child.id().to_string()).status();
        while matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
