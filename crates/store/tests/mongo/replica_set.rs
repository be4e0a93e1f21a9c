//! A replica set of three, whose primary steps down under writers. Of the servers that tests know, mongod alone has such
//! sets: where it is not to be had this is shown as skipped, also where servers are required.

use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::{Group, Timestamp};
use mongodb::Client;
use mongodb::bson::{Bson, Document, doc};
use store::conformance::fixtures::{group, rollup};
use store::{MongoOptions, MongoStore, Store};
use test_servers::{Process, free_port, program, skipped};

use super::writers::Writers;

const SET: &str = "rs0";
/// For a set to be ready: three servers begin, and two copy from one.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Three servers that know of each other.
struct ReplicaSet {
    uri: String,
    _members: Vec<Process>,
}

impl ReplicaSet {
    async fn start() -> Option<Self> {
        let Some(mongod) = program("mongod") else {
            skipped("a replica set needs mongod, which was not found on this machine");
            return None;
        };
        let ports = [free_port(), free_port(), free_port()];
        let members = ports.map(|port| {
            let mut member = Process::new(mongod.clone(), |data| arguments(port, data));
            member.start(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
            member
        });
        let hosts = ports.map(|port| format!("127.0.0.1:{port}"));
        let one = format!("mongodb://{}/?directConnection=true", hosts[0]);
        let named = (0..)
            .zip(&hosts)
            .map(|(id, host)| doc! { "_id": id, "host": host });
        let named: Vec<Document> = named.collect();
        let set = doc! { "replSetInitiate": { "_id": SET, "members": named } };
        admin(&one, set).await.unwrap();
        let set = Self {
            uri: format!("mongodb://{}/?replicaSet={SET}", hosts.join(",")),
            _members: members.into(),
        };
        set.is_whole().await;
        Some(set)
    }

    /// Waits until it has a primary and two secondaries that copied everything.
    async fn is_whole(&self) {
        let begun = Instant::now();
        loop {
            let status = admin(&self.uri, doc! { "replSetGetStatus": 1 }).await;
            let states = status.map(|status| states(&status));
            if states.as_ref().is_ok_and(|states| *states == [1, 2, 2]) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{states:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Makes the primary step down, and keeps it from being elected for some seconds: two of three can do so in a row.
    async fn step_down(&self) {
        let order = doc! { "replSetStepDown": 10, "secondaryCatchUpPeriodSecs": 5 };
        admin(&self.uri, order).await.unwrap();
    }

    fn options(&self) -> MongoOptions {
        MongoOptions {
            uri: Some(self.uri.clone()),
            pool_size: 20,
            ..MongoOptions::default()
        }
    }
}

fn arguments(port: u16, data: &Path) -> Vec<String> {
    let (port, data) = (port.to_string(), data.display().to_string());
    let words = [
        "--replSet",
        SET,
        "--bind_ip",
        "127.0.0.1",
        "--port",
        &port,
        "--dbpath",
        &data,
    ];
    words.map(str::to_owned).into()
}

async fn admin(uri: &str, command: Document) -> mongodb::error::Result<Document> {
    let client = Client::with_uri_str(uri).await?;
    client.database("admin").run_command(command).await
}

/// What each member is, in order: 1 the primary, 2 a secondary.
fn states(status: &Document) -> Vec<i32> {
    let members = status.get_array("members").unwrap();
    let state = |member: &Bson| {
        member
            .as_document()
            .and_then(|member| member.get_i32("state").ok())
    };
    let mut states: Vec<i32> = members.iter().filter_map(state).collect();
    states.sort_unstable();
    states
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_primary_steps_down_under_writers_and_every_change_is_made_once() {
    let Some(set) = ReplicaSet::start().await else {
        return;
    };
    let writers = Writers::start(MongoStore::connect(&set.options()).await.unwrap()).await;
    for _ in 0..2 {
        writers.acknowledged(40).await;
        set.step_down().await;
        writers.acknowledged(40).await;
        set.is_whole().await;
    }
    let ended = writers.judged().await;
    assert_eq!((ended.refused, ended.unknown), (vec![], vec![]));
}

/// Every kind of call, the first after each step-down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_call_after_its_primary_stepped_down_is_answered() {
    let Some(set) = ReplicaSet::start().await else {
        return;
    };
    let store = MongoStore::connect(&set.options()).await.unwrap();
    let made: Vec<Group> = (0..300).map(|n| group("anna", &format!("g-{n}"))).collect();
    for made in &made {
        store.create_group(made).await.unwrap();
    }
    set.step_down().await;
    let another = group("anna", "another");
    store.create_group(&another).await.unwrap();
    assert_eq!(store.group(another.id).await.unwrap().unwrap().value, another);
    set.is_whole().await;
    set.step_down().await;
    assert_eq!(store.every_group().await.unwrap().len(), 301);
    let minutes = [rollup(another.id, 0)];
    store.put_rollups(&minutes).await.unwrap();
    let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(60_000));
    assert_eq!(store.rollups(another.id, from, to).await.unwrap(), minutes);
}
