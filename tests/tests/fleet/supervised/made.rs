//! What `make fleet` makes with a directory, ports and names of a test's own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use scenarios::harness::{DEADLINE, fleet_programs, free_port, script, told};
use serde_json::Value;
use tempfile::TempDir;
use test_servers::{Mongo, absent, free_ports, program, skipped};
use uuid::Uuid;

/// What supervisord lists, as the contract names it.
const PROGRAMS: [&str; 8] = [
    "controller",
    "gnatsd",
    "healthmanager",
    "mongodb",
    "redis",
    "worker-launch",
    "worker-stop",
    "host-agent",
];
/// Each program has a port for its probes.
const PROBES: u16 = 5;

/// What `make fleet` made. Dropped, it is taken down.
pub(super) struct Made {
    directory: TempDir,
    environment: Vec<(&'static str, String)>,
    keeper: Child,
}

impl Made {
    /// Runs `make fleet`'s script; `None`, said aloud, where there are no servers.
    pub(super) fn up() -> Option<Self> {
        let mongo = Mongo::start()?;
        if !mongo.is_ours() {
            skipped("it starts a MongoDB server of its own");
            return None;
        }
        for server in ["nats-server", "redis-server", "supervisord"] {
            if program(server).is_none() {
                absent(server);
                return None;
            }
        }
        drop(mongo);
        Some(Self::with(&[]))
    }

    /// A second one, which is told to use the MongoDB server of this one.
    pub(super) fn beside(&self) -> Self {
        let port = self
            .environment
            .iter()
            .find(|(name, _)| *name == "FLEET_MONGODB_PORT");
        Self::with(&[("MONGODB_URI", format!("mongodb://127.0.0.1:{}/", port.unwrap().1))])
    }

    fn with(more: &[(&'static str, String)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let name = format!("microscaler-test-{}", Uuid::now_v7().simple());
        let home = directory.path().join("fleet").display().to_string();
        let port = || free_port().to_string();
        let mut environment = vec![
            ("FLEET_HOME", home),
            ("FLEET_NAME", name.clone()),
            ("FLEET_PORT", port()),
            ("FLEET_MONGODB_PORT", port()),
            ("FLEET_NATS_PORT", port()),
            ("FLEET_REDIS_PORT", port()),
            ("FLEET_PROBES_PORT", free_ports(PROBES).to_string()),
            ("FLEET_PROGRAMS", fleet_programs().display().to_string()),
            ("DEMO_IMAGE", name),
        ];
        environment.extend_from_slice(more);
        let made = Self {
            keeper: keeper(directory.path(), &environment),
            directory,
            environment,
        };
        succeeded("fleet.sh", &made.run(&script("fleet.sh"), &[]));
        made
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.environment[1].1
    }

    pub(super) fn home(&self) -> PathBuf {
        self.directory.path().join("fleet")
    }

    pub(super) fn run(&self, program: &Path, words: &[&str]) -> Output {
        let mut command = Command::new(program);
        command
            .args(words)
            .envs(self.environment.clone())
            .stdin(Stdio::null());
        command.env("ASG_CLI_FILE", self.home().join("ms.yml"));
        command.output().unwrap()
    }

    /// Runs `ms` as its user does, to success.
    pub(super) fn ms(&self, words: &str) -> String {
        let words: Vec<&str> = words.split_whitespace().collect();
        succeeded(words[0], &self.run(&self.home().join("bin/ms"), &words))
    }

    /// What supervisorctl says; that something does not run makes it fail.
    pub(super) fn control(&self, words: &[&str]) -> String {
        let conf = self.home().join("supervisord.conf").display().to_string();
        let words = [&["--configuration", &conf], words].concat();
        String::from_utf8(self.run(Path::new("supervisorctl"), &words).stdout).unwrap()
    }

    /// The process of a program.
    pub(super) fn pid(&self, name: &str) -> String {
        self.control(&["pid", name]).trim().to_owned()
    }

    /// Waits until all programs run, and no others.
    pub(super) async fn all_run(&self) {
        let mut expected = PROGRAMS;
        expected.sort_unstable();
        told(DEADLINE, "every program runs", async || {
            let status = self.control(&["status"]);
            let lines = status
                .lines()
                .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>());
            let all: Vec<String> = lines.map(|line| line.join(" ")).collect();
            let right = all
                .iter()
                .map(String::as_str)
                .eq(expected.iter().map(|name| format!("{name} RUNNING")));
            right.then_some(()).ok_or(status)
        })
        .await;
    }

    /// Waits until two instances run, `without` one; their container ids.
    pub(super) async fn two_run(&self, without: &str) -> BTreeSet<String> {
        told(DEADLINE, "two instances run", async || {
            let words = ["list-instances", "--asg-name", "web", "--output", "json"];
            let ended = self.run(&self.home().join("bin/ms"), &words);
            // A controller that is about to run answers a little later.
            let answer: Value = serde_json::from_slice(&ended.stdout).map_err(|_| format!("{ended:?}"))?;
            let all = answer.as_array().cloned().unwrap_or_default();
            let ids = running(&all);
            let right = all.len() == 2 && ids.len() == 2 && !ids.contains(without);
            right.then_some(ids).ok_or(answer.to_string())
        })
        .await
    }

    /// The processes of all its programs, and the one that keeps them.
    pub(super) fn pids(&self) -> Vec<String> {
        let keeper = std::fs::read_to_string(self.home().join("supervisord.pid")).unwrap();
        let kept = PROGRAMS.into_iter().map(|name| self.pid(name));
        kept.chain([keeper.trim().to_owned()]).collect()
    }
}

pub(super) fn succeeded(what: &str, ended: &Output) -> String {
    let [out, err] = [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(ended.status.success(), "{what}: {out}{err}");
    out.into_owned()
}

fn running(instances: &[Value]) -> BTreeSet<String> {
    let running = instances
        .iter()
        .filter(|instance| instance["status"] == "RUNNING");
    running
        .map(|i| i["instance_id"].as_str().unwrap().to_owned())
        .collect()
}

/// What ended and was not waited for has no command line any more.
pub(super) fn lives(pid: &str) -> bool {
    std::fs::read(Path::new("/proc").join(pid).join("cmdline")).is_ok_and(|line| !line.is_empty())
}

/// Takes the fleet down when its input ends, which it does with us, however we end: supervisord outlives its parents.
fn keeper(directory: &Path, environment: &[(&str, String)]) -> Child {
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", "cat; \"$1\"; rm -rf \"$2\"", "keeper"]);
    command.arg(script("fleet-down.sh")).arg(directory);
    command.envs(environment.iter().cloned());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("setsid (util-linux) is installed")
}

impl Drop for Made {
    fn drop(&mut self) {
        if std::thread::panicking() && self.home().exists() {
            eprintln!("{}", self.control(&["status"]));
        }
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}
