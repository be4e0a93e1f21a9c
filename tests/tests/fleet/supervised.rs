//! `make fleet`: the scripts themselves, with a directory, ports and names of a test's own.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use domain::InstallationId;
use domain::job::label;
use scenarios::harness::{DEADLINE, Engine, Image, fleet_programs, free_port, script, told, within};
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
struct Made {
    directory: TempDir,
    environment: Vec<(&'static str, String)>,
    keeper: Child,
}

impl Made {
    /// Runs `make fleet`'s script; `None`, said aloud, where there are no servers.
    fn up() -> Option<Self> {
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
        let directory = tempfile::tempdir().unwrap();
        let name = format!("microscaler-test-{}", Uuid::now_v7().simple());
        let home = directory.path().join("fleet").display().to_string();
        let port = || free_port().to_string();
        let environment = vec![
            ("FLEET_HOME", home),
            ("FLEET_NAME", name.clone()),
            ("FLEET_PORT", port()),
            ("FLEET_MONGODB_PORT", port()),
            ("FLEET_NATS_PORT", port()),
            ("FLEET_REDIS_PORT", port()),
            ("FLEET_PROBES_PORT", free_ports(PROBES).to_string()),
            ("FLEET_PROGRAMS", fleet_programs().display().to_string()),
            ("DEMO_IMAGE", name),
            // Whoever started the machine's engine, it is not ours to stop.
            (
                "MS_ENGINE_STATE",
                directory.path().join("engine").display().to_string(),
            ),
        ];
        let made = Self {
            keeper: keeper(directory.path(), &environment),
            directory,
            environment,
        };
        succeeded("fleet.sh", &made.run(&script("fleet.sh"), &[]));
        Some(made)
    }

    /// What it is called.
    fn name(&self) -> &str {
        &self.environment[1].1
    }

    fn home(&self) -> PathBuf {
        self.directory.path().join("fleet")
    }

    fn run(&self, program: &Path, words: &[&str]) -> Output {
        let mut command = Command::new(program);
        command
            .args(words)
            .envs(self.environment.clone())
            .stdin(Stdio::null());
        command.env("ASG_CLI_FILE", self.home().join("ms.yml"));
        command.output().unwrap()
    }

    /// Runs `ms` as its user does, to success.
    fn ms(&self, words: &str) -> String {
        let words: Vec<&str> = words.split_whitespace().collect();
        succeeded(words[0], &self.run(&self.home().join("bin/ms"), &words))
    }

    /// What supervisorctl says; that something does not run makes it fail.
    fn control(&self, words: &[&str]) -> String {
        let conf = self.home().join("supervisord.conf").display().to_string();
        let words = [&["--configuration", &conf], words].concat();
        String::from_utf8(self.run(Path::new("supervisorctl"), &words).stdout).unwrap()
    }

    /// The process of a program.
    fn pid(&self, name: &str) -> String {
        self.control(&["pid", name]).trim().to_owned()
    }

    /// Waits until all programs run, and no others.
    async fn all_run(&self) {
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
    async fn two_run(&self, without: &str) -> BTreeSet<String> {
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
    fn pids(&self) -> Vec<String> {
        let keeper = std::fs::read_to_string(self.home().join("supervisord.pid")).unwrap();
        let kept = PROGRAMS.into_iter().map(|name| self.pid(name));
        kept.chain([keeper.trim().to_owned()]).collect()
    }
}

fn succeeded(what: &str, ended: &Output) -> String {
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
fn lives(pid: &str) -> bool {
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

#[tokio::test]
async fn the_fleet_of_make_runs_under_supervisord_and_leaves_nothing() {
    let engine = Engine::local().await;
    let Some(made) = Made::up() else { return };
    made.all_run().await;
    let told = std::fs::read_to_string(made.home().join("installation")).unwrap();
    let installation = InstallationId(told.trim().parse().unwrap());

    let image = Image::Stays.name();
    made.ms(&format!(
        "add-lconf --lconf-name web --lconf-image-id {image} --lconf-instances-type t1.micro --lconf-key k"
    ));
    made.ms(
        "add-asg --asg-name web --asg-availability-zones zone-a --asg-launch-configuration web --asg-min-size 1 \
         --asg-desired-capacity 2 --asg-max-size 4 --asg-scale-out-cooldown 60 --asg-scale-in-cooldown 60 \
         --asg-domain demo.internal --asg-no-load-balancer",
    );
    made.ms("start-asg --asg-name web --wait");
    let first = made.two_run("").await;

    let restarted = ["controller", "healthmanager", "worker-launch", "worker-stop"];
    let before = restarted.map(|name| made.pid(name));
    made.control(&[&["restart"], &restarted[..]].concat());
    made.all_run().await;
    let after = restarted.map(|name| made.pid(name));
    assert!(
        before.iter().zip(&after).all(|(old, new)| old != new),
        "{before:?} {after:?}"
    );
    assert_eq!(made.two_run("").await, first, "a restart loses nothing");

    // Killed, it comes back by itself, and works.
    let killed = Command::new("kill").args(["-KILL", &after[1]]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    within(
        DEADLINE,
        "supervisord starts the health manager again",
        async || {
            let now = made.pid("healthmanager");
            (now != "0" && now != after[1]).then_some(())
        },
    )
    .await;
    made.all_run().await;
    let victim = first.first().unwrap();
    engine.kill(victim, "KILL").await;
    made.two_run(victim).await;
    assert_eq!(engine.running(installation).await.len(), 2);

    // What is not its own stays: a container of another installation, of the same image.
    let others = HashMap::from([(label::INSTALLATION.to_owned(), Uuid::now_v7().to_string())]);
    let other = engine.run(&format!("{}-other", made.name()), image, others).await;
    let (pids, home) = (made.pids(), made.home());
    let ended = made.run(&script("fleet-down.sh"), &[]);
    let is_there = engine.inspect(&other).await.is_some();
    engine.remove(&other).await;
    succeeded("fleet-down.sh", &ended);
    assert!(is_there, "a container of somebody else was removed");
    assert!(!home.exists(), "{}", home.display());
    assert!(engine.containers(installation).await.is_empty());
    assert!(engine.raw.inspect_image(made.name()).await.is_err(), "its image");
    let alive: Vec<_> = pids.iter().filter(|pid| lives(pid)).collect();
    assert!(alive.is_empty(), "processes {alive:?} of {pids:?}");
}
