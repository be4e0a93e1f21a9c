//! One process of a fleet.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use test_servers::Process;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::{DEADLINE, WallClock, free_port, within};

/// A probe that took longer has no answer.
const PROBE: Duration = Duration::from_secs(5);

/// Where a process runs.
#[derive(Clone)]
pub struct Place {
    /// An address of its own, for its probes.
    pub address: String,
    /// The command that runs a command there; empty: here.
    pub enter: Vec<String>,
    /// The wall clock there; none: the machine's.
    pub clock: Option<WallClock>,
}

impl Place {
    /// This machine, by its loopback.
    #[must_use]
    pub fn here() -> Self {
        Self {
            address: "127.0.0.1".to_owned(),
            enter: Vec::new(),
            clock: None,
        }
    }

    /// A process of this place. It ends with its parent, also when that is only the command that went there.
    ///
    /// # Panics
    /// When the temporary directory cannot be written.
    #[must_use]
    pub fn process(&self, program: &Path, arguments: impl FnOnce(&Path) -> Vec<String>) -> Process {
        let clock = self.clock.as_ref().map(WallClock::environment);
        let environment = clock.unwrap_or_default();
        let [enter, more @ ..] = &*self.enter else {
            return Process::new(program.to_owned(), arguments).environment(environment);
        };
        let process = Process::new(enter.into(), |directory| {
            let ends_with_us = ["setpriv", "--pdeathsig", "KILL", "--"].map(str::to_owned);
            let mut words = [more, &ends_with_us].concat();
            words.push(program.display().to_string());
            words.extend(arguments(directory));
            words
        });
        process.environment(environment)
    }
}

/// A component's process with a configuration file, a log and an address for probes of its own.
pub struct Member {
    name: String,
    process: Process,
    config: PathBuf,
    probes: String,
    /// Where a controller listens.
    pub port: u16,
}

impl Member {
    /// Starts it without waiting for anything. `config` is the text of its file when it listens on a port.
    pub(in super::super) fn start(
        name: &str,
        program: &Path,
        host: Option<&str>,
        place: &Place,
        config: impl Fn(u16) -> String,
    ) -> Self {
        let (port, probes) = (free_port(), format!("{}:{}", place.address, free_port()));
        let process = place.process(program, |directory| {
            let mut arguments = vec!["--config".to_owned(), config_in(directory).display().to_string()];
            arguments.extend(["--probes".to_owned(), probes.clone()]);
            arguments.extend(
                host.into_iter()
                    .flat_map(|host| ["--host".to_owned(), host.to_owned()]),
            );
            arguments
        });
        let mut member = Self {
            name: name.to_owned(),
            config: config_in(process.directory()),
            process,
            probes,
            port,
        };
        member.configure(&config(port));
        member.restart();
        member
    }

    /// Writes its configuration file anew; it is read at the next start or SIGHUP.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn configure(&self, text: &str) {
        std::fs::write(&self.config, text).expect("our own file can be written");
    }

    /// Starts it (again) without waiting for anything.
    pub fn restart(&mut self) {
        self.process.kill();
        self.process.start(|| true);
    }

    /// Ends it as a crash does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Asks it to end (SIGTERM); `None` when it did not within `limit`.
    pub fn terminate(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.process.terminate(limit)
    }

    /// What a probe answers: status and text; `None` when nothing does.
    pub async fn probe(&self, path: &str) -> Option<(u16, String)> {
        let answer = tokio::time::timeout(PROBE, ask(&self.probes, path)).await;
        let answer = answer.ok()?.ok()?;
        let (head, text) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, text.to_owned()))
    }

    /// Waits until its probe of readiness says so.
    ///
    /// # Panics
    /// When it does not.
    pub async fn ready(&self) {
        within(DEADLINE, &format!("{} is ready", self.name), async || {
            self.probe("/ready").await.filter(|(status, _)| *status == 200)
        })
        .await;
    }

    /// Whether its metrics say that it leads.
    pub async fn leads(&self) -> bool {
        let metrics = self.probe("/metrics").await.unwrap_or_default().1;
        metrics.lines().any(|line| line == "microscaler_leading 1")
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.process.kill();
        if std::thread::panicking() {
            eprintln!("--- log of {} ---\n{}", self.name, self.log());
        }
    }
}

fn config_in(directory: &Path) -> PathBuf {
    directory.join("microscaler.yml")
}

/// As plainly as monitoring can ask: the answer, head and text.
async fn ask(address: &str, path: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}
