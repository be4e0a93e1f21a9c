//! A server's process.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// For a server to answer; machines that run tests are busy.
const START_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A server that runs as long as this value lives, and not longer than the thread that started it (the kernel sees to
/// that, however the test ends). It has a directory for its data and its log, which stays when it is killed and started
/// again.
#[derive(Debug)]
pub struct Process {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, OsString)>,
    directory: TempDir,
    child: Option<Child>,
}

impl Process {
    /// Prepares a server that is down. `arguments` is given its directory.
    ///
    /// # Panics
    /// When the temporary directory cannot be written.
    #[must_use]
    pub fn new(program: PathBuf, arguments: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let directory = tempfile::tempdir().expect("the temporary directory can be written");
        Self {
            program,
            arguments: arguments(directory.path()),
            environment: Vec::new(),
            directory,
            child: None,
        }
    }

    /// What it finds in its environment beside what we have in ours.
    #[must_use]
    pub fn environment(mut self, environment: Vec<(String, OsString)>) -> Self {
        self.environment = environment;
        self
    }

    /// Starts it, and waits until `answers`.
    ///
    /// # Panics
    /// When it does not answer in a minute, or ends.
    pub fn start(&mut self, answers: impl Fn() -> bool) {
        let log = File::options().create(true).append(true).open(self.log_file());
        let log = log.expect("a directory of our own can be written");
        // Ends with us, however we end: setpriv is a part of util-linux, which every Debian has.
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned());
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        command
            .stdout(log.try_clone().expect("an open file can be shared"))
            .stderr(log);
        let child = self
            .child
            .insert(command.spawn().expect("setpriv (util-linux) is installed"));
        let begun = Instant::now();
        while !answers() {
            let ended = child.try_wait().expect("a child can be looked at");
            let late = begun.elapsed() > START_WITHIN;
            if ended.is_some() || late {
                panic!(
                    "{} does not answer ({ended:?}): {}",
                    self.program.display(),
                    self.log()
                );
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Ends it as a power cut would.
    ///
    /// # Panics
    /// When it cannot be signalled.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("a child of ours can be killed");
            child.wait().expect("a killed child ends");
        }
    }

    /// Asks it to end (SIGTERM) and waits until it has; `None`, and it is killed, when that takes longer than `limit`.
    ///
    /// # Panics
    /// When it cannot be signalled.
    pub fn terminate(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.signal("TERM");
        let begun = Instant::now();
        while begun.elapsed() < limit {
            let child = self.child.as_mut().expect("it runs");
            if let Some(status) = child.try_wait().expect("a child can be looked at") {
                self.child = None;
                return Some(status);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.kill();
        None
    }

    /// Sends it a signal by name: `STOP` and `CONT` pause it and let it go on.
    ///
    /// # Panics
    /// When it cannot be signalled.
    pub fn signal(&self, name: &str) {
        let child = self.child.as_ref().expect("it runs");
        let sent = Command::new("kill")
            .args(["-s", name, &child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Its process's id.
    ///
    /// # Panics
    /// When it is down.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What it said so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.directory.path().join("server.log")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
