//! The fleet under measurement: the five programs with their default intervals, a MongoDB, a NATS and a Redis server of
//! the benchmark's own, all on this machine.

use std::sync::Arc;

use bus::{Bus, NatsBus, NatsOptions};
use scenarios::harness::{Fleet, Setup};
use serde_json::json;
use store::{Login, MongoOptions, MongoStore, Store};
use uuid::Uuid;

use super::database::Database;
use super::figures::Table;

/// The one controller.
pub const CONTROLLER: &str = "asg-controller";

/// A fleet, and a way past its processes to what they share.
pub struct Measured {
    pub fleet: Fleet,
    pub store: MongoStore,
    pub database: Database,
    prefix: String,
}

impl Measured {
    /// One process of each program, at work; `None` where a server is absent.
    pub async fn start() -> Option<Self> {
        let mut measured = Self::prepare().await?;
        measured.fleet.add_all();
        measured.fleet.works().await;
        Some(measured)
    }

    /// The servers alone.
    pub async fn prepare() -> Option<Self> {
        let mut fleet = Fleet::prepare(Setup::new()).await?;
        let [asg, auth] = ["asg", "auth"].map(|stem| fleet.mongo.database(stem));
        let prefix = format!("bench{}", Uuid::now_v7().simple());
        // The tests' short intervals would flatter it: its own defaults count.
        fleet.setup = std::mem::take(&mut fleet.setup)
            .section(
                "database",
                json!({"uri": fleet.mongo.uri(), "asg_db": asg, "auth_db": auth}),
            )
            .section("nats", json!({"prefix": prefix}))
            .section("agent", json!({"nats": fleet.nats.url()}))
            .section("health_manager", json!({}));
        let store = connect(fleet.mongo.uri(), &asg, &auth).await;
        let kept = store.installation(fleet.installation).await;
        assert_eq!(kept.expect("a new store can be written"), fleet.installation);
        let database = Database::open(fleet.mongo.uri(), &asg).await;
        Some(Self {
            fleet,
            store,
            database,
            prefix,
        })
    }

    /// What its processes say and hear.
    pub async fn bus(&self) -> Arc<dyn Bus> {
        let options = NatsOptions {
            urls: vec![self.fleet.nats.url()],
            prefix: self.prefix.clone(),
            ..NatsOptions::default()
        };
        let connected = NatsBus::connect(options).await;
        Arc::new(connected.expect("a server of our own answers"))
    }
}

async fn connect(uri: &str, asg: &str, auth: &str) -> MongoStore {
    let login = |database: &str| Login {
        database: database.to_owned(),
        user: None,
        password: None,
    };
    let options = MongoOptions {
        uri: Some(uri.to_owned()),
        asg: login(asg),
        auth: login(auth),
        ..MongoOptions::default()
    };
    let connected = MongoStore::connect(&options).await;
    connected.expect("a server of our own can be used")
}

/// Says in the table what could not be measured.
pub fn absent(table: &mut Table, what: &str) {
    table.figure(
        what,
        "not measured: mongod or ferretdb (or MONGODB_URI), nats-server and redis-server are not all here",
    );
}
