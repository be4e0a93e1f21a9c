//! The service as processes of their own, on servers of the test's own and the machine's Docker engine.

mod alive;
mod member;
mod one_address;
mod strait;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use bus::{NatsBus, NatsOptions};
use domain::InstallationId;
use serde_json::json;
use store::{Login, MongoOptions, MongoStore, Store};
use tempfile::TempDir;
use test_servers::nats::{Nats, Which};
use test_servers::{Mongo, Redis};
use tokio::process::Command;
use uuid::Uuid;

use super::service::output;
use super::{DEADLINE, Engine, Output, Rest, Service, Setup, fleet_programs, within};

pub use alive::Alive;
pub(super) use alive::events;
pub use member::{Member, Place};
pub use one_address::OneAddress;
pub use strait::Strait;

/// The programs that are told which host they serve.
pub(super) const OF_HOSTS: [&str; 3] = ["worker-launch", "worker-stop", "host-agent"];

/// A fleet. Dropped, its processes are killed, their logs shown when the test failed, and its containers removed.
pub struct Fleet {
    /// The engine of its only host.
    pub engine: Engine,
    /// Whose containers its containers are.
    pub installation: InstallationId,
    /// Its database server.
    pub mongo: Mongo,
    /// Its message server.
    pub nats: Nats,
    /// What its controllers share beside the store.
    pub redis: Redis,
    /// Its only host's name.
    pub host: String,
    /// Its configuration.
    pub setup: Setup,
    prefix: String,
    programs: PathBuf,
    members: BTreeMap<String, Member>,
    directory: TempDir,
}

impl Fleet {
    /// The servers, and one process of each program, called as their programs; `None`, said aloud, where there are no
    /// servers.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start() -> Option<Self> {
        Self::start_with(Setup::new(), &[]).await
    }

    /// The same with more processes, each a name and its program.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start_with(setup: Setup, more: &[(&str, &str)]) -> Option<Self> {
        let mut fleet = Self::prepare(setup).await?;
        fleet.add_all();
        for (name, program) in more {
            fleet.add(name, program);
        }
        fleet.works().await;
        Some(fleet)
    }

    /// The same as [`Self::start`] on a message server of the test's choice.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start_on(which: Which) -> Option<Self> {
        let (mongo, nats) = (Mongo::start()?, Nats::start(which)?);
        let mut fleet = Self::prepare_on(Setup::new(), Engine::local().await, mongo, nats).await?;
        fleet.add_all();
        fleet.works().await;
        Some(fleet)
    }

    /// The servers alone.
    ///
    /// # Panics
    /// When they cannot be used.
    pub async fn prepare(setup: Setup) -> Option<Self> {
        let (mongo, nats) = (Mongo::start()?, Nats::start(newest())?);
        Self::prepare_on(setup, Engine::local().await, mongo, nats).await
    }

    /// The same with servers and an engine of the test's choice.
    ///
    /// # Panics
    /// When they cannot be used.
    pub async fn prepare_on(setup: Setup, engine: Engine, mongo: Mongo, nats: Nats) -> Option<Self> {
        // Chosen here, so that what the fleet leaves behind can be found without asking it.
        Self::prepare_as(InstallationId(Uuid::now_v7()), setup, engine, (mongo, nats)).await
    }

    /// The servers alone, for a service that begins on one machine: the fleet is to have its installation and its host.
    ///
    /// # Panics
    /// When they cannot be used.
    pub async fn prepare_for(service: &Service, host: &str) -> Option<Self> {
        let (mongo, nats) = (Mongo::start()?, Nats::start(newest())?);
        let (engine, setup) = (service.engine.clone(), Setup::new());
        let mut fleet = Self::prepare_as(service.installation, setup, engine, (mongo, nats)).await?;
        host.clone_into(&mut fleet.host);
        Some(fleet)
    }

    async fn prepare_as(
        installation: InstallationId,
        setup: Setup,
        engine: Engine,
        (mongo, nats): (Mongo, Nats),
    ) -> Option<Self> {
        let redis = Redis::start()?;
        let (asg, auth) = (mongo.database("asg"), mongo.database("auth"));
        let kept = store_of(&mongo, &asg, &auth)
            .await
            .installation(installation)
            .await;
        assert_eq!(kept.expect("a new store can be written"), installation);
        let prefix = format!("t{}", Uuid::now_v7().simple());
        let setup = setup
            .section(
                "database",
                json!({"uri": mongo.uri(), "asg_db": asg, "auth_db": auth}),
            )
            .section("redis", json!(redis.url()))
            .section("nats", json!({"prefix": prefix}))
            .section(
                "agent",
                json!({"nats": nats.url(), "poller_interval": 2, "sample_interval": 1}),
            )
            .section(
                "health_manager",
                json!({"updater_interval": 1, "reconciler_interval": 2, "orphan_wait": 4}),
            );
        Some(Self {
            engine,
            installation,
            mongo,
            nats,
            redis,
            host: format!("host-{}", Uuid::now_v7().simple()),
            setup,
            prefix,
            programs: fleet_programs(),
            members: BTreeMap::new(),
            directory: tempfile::tempdir().expect("the temporary directory can be written"),
        })
    }

    /// Starts one process of each program without waiting for anything.
    pub fn add_all(&mut self) {
        for program in OF_HOSTS.into_iter().chain(["health-manager", "asg-controller"]) {
            self.add(program, program);
        }
    }

    /// Starts one more process without waiting for anything.
    pub fn add(&mut self, name: &str, program: &str) {
        self.add_at(name, program, &Place::here());
    }

    /// The same at a place of the test's choice.
    pub fn add_at(&mut self, name: &str, program: &str, place: &Place) {
        let host = OF_HOSTS.contains(&program).then_some(&*self.host);
        let text = |port| self.setup.text(port, &self.engine);
        let member = Member::start(name, &self.program(program), host, place, text);
        self.members.insert(name.to_owned(), member);
    }

    /// A program's file.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Starts one more process, to which the database server is at another address.
    pub fn add_behind(&mut self, name: &str, program: &str, strait: &Strait) {
        let direct = self.setup.clone();
        let uri = format!("mongodb://{}/", strait.address());
        self.setup = direct.clone().entry("database", "uri", json!(uri));
        self.add(name, program);
        self.setup = direct;
    }

    /// Waits until every process is ready and the host is known.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn works(&self) {
        for member in self.members.values() {
            member.ready().await;
        }
        let rest = self.rest("asg-controller").await;
        within(DEADLINE, "the host is known", async || {
            let status = rest.client.get("status").await.ok()?;
            let hosts = status["hosts"].as_array()?.iter();
            let ours = |host: &serde_json::Value| host["name"] == *self.host;
            hosts.into_iter().any(ours).then_some(())
        })
        .await;
    }

    /// A process.
    ///
    /// # Panics
    /// When none has that name.
    #[must_use]
    pub fn member(&self, name: &str) -> &Member {
        self.members.get(name).expect("a process of this fleet")
    }

    /// A process, to be changed.
    ///
    /// # Panics
    /// When none has that name.
    pub fn member_mut(&mut self, name: &str) -> &mut Member {
        self.members.get_mut(name).expect("a process of this fleet")
    }

    /// The names of its processes.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.members.keys().cloned().collect()
    }

    /// The text of a controller's configuration file under other settings.
    #[must_use]
    pub fn text(&self, name: &str, setup: &Setup) -> String {
        setup.text(self.member(name).port, &self.engine)
    }

    /// What its processes say to each other, as one of them.
    ///
    /// # Panics
    /// When the message server does not answer.
    pub async fn bus(&self) -> NatsBus {
        let options = NatsOptions {
            urls: vec![self.nats.url()],
            prefix: self.prefix.clone(),
            ..NatsOptions::default()
        };
        NatsBus::connect(options).await.expect("its server answers")
    }

    /// A controller's base URL.
    #[must_use]
    pub fn target(&self, controller: &str) -> String {
        format!("http://localhost:{}/asgcc", self.member(controller).port)
    }

    /// The REST interface of a controller as the first account, once it answers.
    ///
    /// # Panics
    /// When the account cannot log in.
    pub async fn rest(&self, controller: &str) -> Rest {
        let (user, key) = self.setup.first_user().expect("an account of the setup");
        Rest::new(
            self.login(controller, user, key)
                .await
                .expect("the account may log in"),
        )
    }

    /// A client that logged in at a controller.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When nothing answers.
    pub async fn login(
        &self,
        controller: &str,
        user: &str,
        key: &str,
    ) -> Result<api::Client, api::ClientError> {
        within(DEADLINE, &format!("{controller} answers a login"), async || {
            let mut client = api::Client::new(&self.target(controller), None).expect("a good target");
            match client.login(user, key).await {
                Ok(_) => Some(Ok(client)),
                Err(error) if error.status().is_some_and(|status| status < 500) => Some(Err(error)),
                Err(_) => None,
            }
        })
        .await
    }

    /// Runs `ms` with a defaults file of this fleet's own.
    ///
    /// # Panics
    /// When it cannot be run, or does not end.
    pub async fn ms(&self, args: &[&str]) -> Output {
        let mut command = Command::new(self.programs.join("ms"));
        command.env("ASG_CLI_FILE", self.directory.path().join("defaults.yml"));
        command.env("HOME", self.directory.path());
        self.ended(command, args).await
    }

    /// Runs a component's program, which is expected to end.
    ///
    /// # Panics
    /// When it cannot be run, or does not end.
    pub async fn run(&self, program: &str, args: &[&str]) -> Output {
        self.ended(Command::new(self.programs.join(program)), args).await
    }

    async fn ended(&self, mut command: Command, args: &[&str]) -> Output {
        command.args(args).stdin(Stdio::null()).kill_on_drop(true);
        let ended = tokio::time::timeout(DEADLINE, command.output()).await;
        output(ended.expect("it ends").expect("it can be run"))
    }

    /// A directory that is gone with it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // What they had begun at the engine ends with them; only then is what they left complete.
        self.members.clear();
        self.engine.sweep(self.installation);
    }
}

/// The newest message server that there is.
pub(super) fn newest() -> Which {
    match Which::Current.program() {
        Some(_) => Which::Current,
        None => Which::Debian,
    }
}

async fn store_of(mongo: &Mongo, asg: &str, auth: &str) -> MongoStore {
    let login = |database: &str| Login {
        database: database.to_owned(),
        user: None,
        password: None,
    };
    let options = MongoOptions {
        uri: Some(mongo.uri().to_owned()),
        asg: login(asg),
        auth: login(auth),
        ..MongoOptions::default()
    };
    MongoStore::connect(&options)
        .await
        .expect("a server of our own can be used")
}
