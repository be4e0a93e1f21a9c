//! A Docker host: an engine, an agent and workers in namespaces of their own, which end together as machines do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use test_servers::Process;

use super::super::fleet::{Fleet, Member, OF_HOSTS, Place};
use super::super::{DEADLINE, Engine, Image, images, within};
use super::network::{Cut, Network};

/// Between two looks at something of this machine's kernel.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The first process of a host. Its engine finds no other's files: those under /run are the machine's own engine's, and
/// /etc/docker keeps the name by which an engine is known.
const FIRST: &str = "set -e
mount -t tmpfs none /run
mkdir -p /etc/docker
mount --bind \"$1/etc\" /etc/docker
hostname \"$2\"
ip link set lo up
# Where the kernel can be told: what was cut off speaks soon after it is back.
[ ! -e /proc/sys/net/ipv4/tcp_rto_max_ms ] || echo 1000 >/proc/sys/net/ipv4/tcp_rto_max_ms
touch \"$1/up\"
while :; do sleep 3600 & wait $!; done";

/// A host. Dropped, all its processes are killed, and its files are gone.
pub struct DockerHost {
    /// Its name.
    pub name: String,
    /// Its only zone.
    pub zone: String,
    /// Its engine, reached by its socket, which no cut concerns.
    pub engine: Engine,
    number: u8,
    address: String,
    cgroup: String,
    directory: TempDir,
    first: Option<Process>,
    engines: Option<Process>,
    /// By their programs.
    members: BTreeMap<&'static str, Member>,
}

impl DockerHost {
    /// Prepares a host that is off.
    ///
    /// # Panics
    /// When the temporary directory cannot be written.
    #[must_use]
    pub fn new(network: &Network, number: u8, name: &str, zone: &str) -> Self {
        let directory = tempfile::tempdir().expect("the temporary directory can be written");
        let socket = directory.path().join("docker.sock");
        // A client wants to see its socket when it is made; the engine makes it anew.
        std::fs::write(&socket, "").expect("a directory of our own can be written");
        std::fs::create_dir(directory.path().join("etc")).expect("a directory of our own can be written");
        Self {
            name: name.to_owned(),
            zone: zone.to_owned(),
            engine: Engine::at(&format!("unix://{}", socket.display())),
            number,
            address: network.address_of(number),
            cgroup: format!("microscaler-test-{}-{name}", network.number()),
            directory,
            first: None,
            engines: None,
            members: BTreeMap::new(),
        }
    }

    /// Switches it on: its engine with the images that were or are made there, connected to the network.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn boot(&mut self, network: &Network) {
        let directory = self.path("");
        for old in ["up", "pid", "docker.sock"] {
            let _gone = std::fs::remove_file(self.path(old));
        }
        // Where machines keep this, nothing outlasts their switching off.
        let _gone = std::fs::remove_dir_all(self.path("exec"));
        let name = self.name.clone();
        let mut first = Process::new("unshare".into(), |_| {
            let apart = [
                "--net",
                "--mount",
                "--uts",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
            ];
            let script = ["sh", "-c", FIRST, "sh", &directory.display().to_string(), &name];
            apart.into_iter().chain(script).map(str::to_owned).collect()
        });
        let up = self.path("up");
        first.start(|| up.is_file());
        network.connect(self.number, first.id());
        self.first = Some(first);
        self.start_engine();
        within(DEADLINE, &format!("the engine of {name} answers"), async || {
            self.engine.raw.ping().await.ok()
        })
        .await;
        images::make_one(&self.engine, Image::Stays).await;
    }

    fn start_engine(&mut self) {
        std::fs::write(self.path("config"), "{}").expect("our own file can be written");
        let files = [
            ("--config-file", "config"),
            ("--data-root", "data"),
            ("--exec-root", "exec"),
            ("--pidfile", "pid"),
        ];
        let mut words: Vec<String> = Vec::new();
        for (option, file) in files {
            words.extend([option.to_owned(), self.path(file).display().to_string()]);
        }
        words.extend(["--host".to_owned(), self.engine.address().to_owned()]);
        words.push(format!("--cgroup-parent=/{}", self.cgroup));
        words.extend(["--bridge=none", "--iptables=false", "--ip6tables=false"].map(str::to_owned));
        let mut engine = self.place().process(Path::new("dockerd"), |_| words);
        engine.start(|| true);
        self.engines = Some(engine);
    }

    /// Starts its agent and workers as processes of a fleet's.
    pub fn join(&mut self, fleet: &Fleet) {
        let (place, text) = (self.place(), |port| fleet.setup.text(port, &self.engine));
        let start = |program: &'static str| {
            let name = format!("{program} of {}", self.name);
            let file = fleet.program(program);
            (
                program,
                Member::start(&name, &file, Some(&self.name), &place, text),
            )
        };
        self.members = OF_HOSTS.map(start).into();
    }

    /// Waits until its agent and workers are ready.
    ///
    /// # Panics
    /// When they are not in time.
    pub async fn ready(&self) {
        for member in self.members.values() {
            member.ready().await;
        }
    }

    /// Its agent (`host-agent`) or one of its workers.
    ///
    /// # Panics
    /// When it is not there.
    pub fn member_mut(&mut self, program: &str) -> &mut Member {
        self.members
            .get_mut(program)
            .expect("a program of a host that is on")
    }

    /// Ends everything that runs there at once, as a power cut does: engine, containers, agent and workers.
    pub fn power_off(&mut self) {
        let Some(mut first) = self.first.take() else {
            return;
        };
        // The kernel ends a namespace's other processes with its first; what it holds is gone when that one is.
        let init = children(first.id());
        first.kill();
        while init.iter().any(|id| !is_over(id)) {
            std::thread::sleep(LOOK_EVERY);
        }
        self.members.clear();
        self.engines = None;
        remove_cgroups(&self.cgroup);
    }

    /// Removes all that its engine kept, and the name by which it is known: a new machine under the old name.
    ///
    /// # Panics
    /// When it is on.
    pub fn wipe(&self) {
        assert!(self.first.is_none(), "{} is on", self.name);
        for kept in ["data", "etc"] {
            std::fs::remove_dir_all(self.path(kept)).expect("nothing is mounted there any more");
        }
        std::fs::create_dir(self.path("etc")).expect("a directory of our own can be written");
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.first.is_some()
    }

    /// Cuts it off the network.
    pub fn cut(&self, network: &Network, cut: Cut) {
        network.cut(self.number, self.id(), cut);
    }

    /// Connects it again.
    pub fn heal(&self, network: &Network) {
        network.heal(self.number, self.id());
    }

    fn id(&self) -> u32 {
        self.first.as_ref().expect("the host is on").id()
    }

    fn place(&self) -> Place {
        let of = |kind: &str| format!("/proc/{}/ns/{kind}", self.id());
        Place {
            address: self.address.clone(),
            enter: vec![
                "nsenter".to_owned(),
                format!("--net={}", of("net")),
                format!("--mount={}", of("mnt")),
                format!("--uts={}", of("uts")),
                format!("--pid={}", of("pid_for_children")),
            ],
            clock: None,
        }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }
}

impl Drop for DockerHost {
    fn drop(&mut self) {
        if let (true, Some(engine)) = (std::thread::panicking(), &self.engines) {
            let log = engine.log();
            let lines: Vec<&str> = log.lines().rev().take(10).collect();
            eprintln!(
                "--- last lines of {}'s dockerd, newest first ---\n{}",
                self.name,
                lines.join("\n")
            );
        }
        self.power_off();
    }
}

fn children(process: u32) -> Vec<String> {
    let told = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let told = told.unwrap_or_default();
    told.split_whitespace().map(str::to_owned).collect()
}

/// Whether a process is gone, or only waits for somebody to ask how it ended.
fn is_over(process: &str) -> bool {
    let told = std::fs::read_to_string(format!("/proc/{process}/status"));
    told.map_or(true, |told| {
        told.lines().any(|line| line.starts_with("State:\tZ"))
    })
}

/// What engines that were killed leave behind in the kernel's hierarchies, of either version.
fn remove_cgroups(name: &str) {
    let root = Path::new("/sys/fs/cgroup");
    let hierarchies = std::fs::read_dir(root).into_iter().flatten().flatten();
    let each = hierarchies.map(|entry| entry.path().join(name));
    for group in each.chain([root.join(name)]) {
        let within = std::fs::read_dir(&group).into_iter().flatten().flatten();
        for child in within.filter(|entry| entry.path().is_dir()) {
            let _empty = std::fs::remove_dir(child.path());
        }
        let _empty = std::fs::remove_dir(group);
    }
}
