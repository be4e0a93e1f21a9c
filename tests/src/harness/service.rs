//! A `microscaler` process with a data directory and a configuration file of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use domain::InstallationId;
use store::{EmbeddedStore, Store};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use uuid::Uuid;

use super::{DEADLINE, Engine, Programs, Rest, Setup, WallClock, free_port, programs, within};

/// A port that was free may be taken when the service comes to it.
const TRIES: usize = 3;

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// A running service. Dropped, it is killed and its containers are removed.
pub struct Service {
    /// The engine that it drives.
    pub engine: Engine,
    /// Whose containers its containers are.
    pub installation: InstallationId,
    programs: Programs,
    setup: Setup,
    port: u16,
    directory: TempDir,
    child: Option<Child>,
}

impl Service {
    /// Starts a service in a fresh data directory and waits until it answers.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(setup: Setup) -> Self {
        let mut service = Self::prepare(setup).await;
        service.launch().await;
        service
    }

    /// Everything but the process.
    async fn prepare(setup: Setup) -> Self {
        let engine = match setup.other_engine() {
            Some(engine) => engine.clone(),
            None => Engine::local().await,
        };
        let directory = tempfile::tempdir().expect("the temporary directory can be written");
        let data = directory.path().join("data");
        std::fs::create_dir(&data).expect("a directory of our own can be written");
        // Chosen here, so that what the service leaves behind can be found without asking it.
        let store = EmbeddedStore::open(&data.join("microscaler.db")).expect("a new store can be made");
        let chosen = InstallationId(Uuid::now_v7());
        let installation = store
            .installation(chosen)
            .await
            .expect("a new store can be written");
        Self {
            engine,
            installation,
            programs: programs(),
            port: setup.fixed_port().unwrap_or_else(free_port),
            setup,
            directory,
            child: None,
        }
    }

    /// Starts the process and waits until it answers.
    async fn launch(&mut self) {
        for _ in 0..TRIES {
            self.spawn();
            if self.answers().await {
                return;
            }
            assert!(
                self.setup.fixed_port().is_none(),
                "port {} is taken: {}",
                self.port,
                self.log()
            );
            self.kill().await;
            self.port = free_port();
        }
        panic!("microscaler does not come up: {}", self.log());
    }

    fn spawn(&mut self) {
        std::fs::write(self.config(), self.setup.text(self.port, &self.engine))
            .expect("our own file can be written");
        let log = File::options().create(true).append(true).open(self.log_path());
        let child = self
            .command()
            .stderr(log.expect("our own file can be written"))
            .spawn();
        self.child = Some(child.expect("microscaler can be run"));
    }

    /// The command that starts this service, or a second copy of it.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command_with(&self.config())
    }

    /// The same on another configuration file.
    #[must_use]
    pub fn command_with(&self, config: &Path) -> Command {
        let mut command = self.plain_command();
        command.arg("--config").arg(config);
        command
    }

    /// The same without a configuration file.
    #[must_use]
    pub fn plain_command(&self) -> Command {
        let mut command = Command::new(&self.programs.microscaler);
        command.arg("--data-dir").arg(self.data_dir());
        let clock = self.setup.own_clock().map(WallClock::environment);
        command.envs(clock.into_iter().flatten());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// The command that judges a configuration file.
    #[must_use]
    pub fn check_command(&self, config: &Path) -> Command {
        let mut command = Command::new(&self.programs.microscaler);
        command
            .arg("check-config")
            .arg(config)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Whether it came to answer; not when it ended, or when somebody else has the port.
    async fn answers(&mut self) -> bool {
        let target = self.target();
        let login = self
            .setup
            .first_user()
            .map(|(user, key)| (user.to_owned(), key.to_owned()));
        let child = self.child.as_mut().expect("the process was started");
        within(DEADLINE, "microscaler answers", async || {
            if child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return Some(false);
            }
            let mut client = api::Client::new(&target, None).ok()?;
            match &login {
                Some((user, key)) => match client.login(user, key).await {
                    Ok(_) => Some(true),
                    Err(api::ClientError::Refused { status: 401, .. }) => Some(false),
                    Err(_) => None,
                },
                None => Some(true),
            }
        })
        .await
    }

    /// Ends the process at once, as a crash does; its containers stay.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("a process of our own can be killed");
        }
    }

    /// Asks the process to end (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("the process runs");
        signal(&child, "TERM").await;
        let ended = tokio::time::timeout(DEADLINE, child.wait()).await;
        ended
            .expect("SIGTERM ends it")
            .expect("a process of our own can be waited for")
    }

    /// Starts the process again, on the same data.
    ///
    /// # Panics
    /// When it does not come up, or still runs.
    pub async fn start_again(&mut self) {
        assert!(self.child.is_none(), "it runs");
        self.launch().await;
    }

    /// The process's id.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its base URL.
    #[must_use]
    pub fn target(&self) -> String {
        format!("http://localhost:{}/asgcc", self.port)
    }

    /// Its root, where `/health` is.
    #[must_use]
    pub fn root(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The REST interface as one of the accounts.
    ///
    /// # Panics
    /// When the account cannot log in.
    pub async fn rest(&self, user: &str) -> Rest {
        let token = self.token(user).await;
        Rest::new(api::Client::new(&self.target(), Some(&token)).expect("a good target"))
    }

    /// A token of one of the accounts.
    ///
    /// # Panics
    /// When the account cannot log in.
    pub async fn token(&self, user: &str) -> String {
        let key = self.setup.key_of(user).expect("an account of the setup");
        let mut client = api::Client::new(&self.target(), None).expect("a good target");
        client.login(user, key).await.expect("the account may log in")
    }

    /// Runs `ms` with a defaults file of this service's own.
    ///
    /// # Panics
    /// When it cannot be run, or does not end.
    pub async fn ms(&self, args: &[&str]) -> Output {
        let mut command = Command::new(&self.programs.ms);
        command.args(args).stdin(Stdio::null()).kill_on_drop(true);
        command.env("ASG_CLI_FILE", self.directory.path().join("defaults.yml"));
        command.env("HOME", self.directory.path());
        command.env("MICROSCALER_DATA_DIR", self.data_dir());
        let ended = tokio::time::timeout(DEADLINE * 2, command.output()).await;
        output(ended.expect("ms ends").expect("ms can be run"))
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A directory that is gone with it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn config(&self) -> PathBuf {
        self.directory.path().join("microscaler.yml")
    }

    fn log_path(&self) -> PathBuf {
        self.directory.path().join("microscaler.log")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _asked = child.start_kill();
            // What it had begun at the engine ends with it; only then is what it left complete.
            while matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        if std::thread::panicking() {
            eprintln!("--- log of microscaler ---\n{}", self.log());
        }
        self.engine.sweep(self.installation);
    }
}

/// How a command of this process's own ended.
pub(super) fn output(ended: std::process::Output) -> Output {
    Output {
        code: ended.status.code(),
        stdout: String::from_utf8_lossy(&ended.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
    }
}

/// Sends a process that this one started a signal.
pub(super) async fn signal(child: &Child, name: &str) {
    let pid = child.id().expect("the process runs").to_string();
    let sent = Command::new("kill").args(["-s", name, &pid]).status().await;
    assert!(sent.is_ok_and(|status| status.success()), "kill -s {name} {pid}");
}
