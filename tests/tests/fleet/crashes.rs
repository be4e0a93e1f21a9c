//! kill -9 of everything in turn, and data that is lost.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scenarios::harness::{Alive, Fleet, Image, Rest};
use serde_json::json;
use test_servers::nats::Which;

use super::{exactly, persistently};

/// Creates launch configurations one after another until it is dropped, and notes those that were answered.
pub struct Writer {
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Writer {
    pub fn start(client: api::Client) -> Self {
        let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
        let noted = Arc::clone(&acknowledged);
        let task = tokio::spawn(async move {
            for n in 0..u32::MAX {
                let name = format!("written{n}");
                let body = json!({"name": name, "image_id": "a", "instances_type": "t.test", "key": "k"});
                if client.post("lconfs", &body).await.is_ok() {
                    noted.lock().unwrap().insert(name);
                }
                // Not to be what the machine is busy with.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        Self { acknowledged, task }
    }

    /// Stops; everything that was acknowledged is there. How much that was.
    pub async fn ends(self, rest: &Rest) -> usize {
        self.task.abort();
        let acknowledged = self.acknowledged.lock().unwrap().clone();
        let listed = rest.client.get("lconfs").await.unwrap();
        let names = listed.as_array().unwrap().iter();
        let there: BTreeSet<_> = names
            .filter_map(|c| c["name"].as_str().map(str::to_owned))
            .collect();
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        let of = acknowledged.len();
        assert!(of > 50 && lost.is_empty(), "{lost:?} of {of}");
        of
    }
}

/// Kills one server or process, and starts it again.
fn crash(fleet: &mut Fleet, who: &str) {
    match who {
        "NATS" => fleet.nats.kill(),
        "MongoDB" => fleet.mongo.kill(),
        "Redis" => fleet.redis.kill(),
        process => fleet.member_mut(process).kill(),
    }
}

fn revive(fleet: &mut Fleet, who: &str) {
    match who {
        "NATS" => fleet.nats.restart(),
        "MongoDB" => fleet.mongo.restart(),
        "Redis" => fleet.redis.restart(),
        process => fleet.member_mut(process).restart(),
    }
}

/// How long what was killed is away.
const OUTAGE: Duration = Duration::from_millis(500);

const ALL: [&str; 8] = [
    "asg-controller",
    "health-manager",
    "worker-launch",
    "worker-stop",
    "host-agent",
    "NATS",
    "MongoDB",
    "Redis",
];

async fn the_death_of_any_one_loses_nothing_and_doubles_nothing(which: Which) {
    let Some(mut fleet) = Fleet::start_on(which).await else {
        return;
    };
    if !fleet.mongo.is_ours() {
        test_servers::skipped("it ends a MongoDB server of its own");
        return;
    }
    let alive = Alive::watch(&fleet.engine, fleet.installation);
    let rest = fleet.rest("asg-controller").await;
    let (first, most) = (3, 3 + ALL.len());
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["docker01"], 3, u32::try_from(most).unwrap())
        .await;
    rest.start("web").await;
    exactly(&fleet, &rest, "web", first).await;
    let writer = Writer::start(rest.client.clone());
    for (n, who) in ALL.into_iter().enumerate() {
        let desired = first + n + 1;
        let begun = Instant::now();
        crash(&mut fleet, who);
        let body = json!({"desired_capacity": desired});
        let raise = persistently("desired capacity is raised", async || {
            rest.client.put("asgs/web/desired_capacity", &body).await
        });
        // Meanwhile nobody is there to answer it, or to do it.
        let outage = async {
            tokio::time::sleep(OUTAGE).await;
            revive(&mut fleet, who);
        };
        tokio::join!(raise, outage);
        exactly(&fleet, &rest, "web", desired).await;
        eprintln!(
            "kill -9 of {who}: {desired} in service {:?} later",
            begun.elapsed()
        );
    }
    let acknowledged = writer.ends(&rest).await;
    let (at_once, starts) = alive.most();
    eprintln!("{acknowledged} writes acknowledged, {starts} containers started, {at_once} at once");
    assert_eq!(
        (at_once, starts),
        (most, most),
        "never more than max_size, and none twice"
    );
}

async fn jobs_go_on_when_the_message_server_lost_its_data(which: Which) {
    let Some(mut fleet) = Fleet::start_on(which).await else {
        return;
    };
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 2).await;
    exactly(&fleet, &rest, "web", 2).await;
    let begun = Instant::now();
    fleet.nats.wipe();
    let put = async || {
        rest.client
            .put("asgs/web/desired_capacity", &json!({"desired_capacity": 4}))
            .await
    };
    persistently("desired capacity is raised", put).await;
    exactly(&fleet, &rest, "web", 4).await;
    eprintln!(
        "4 in service {:?} after the message server's data was wiped",
        begun.elapsed()
    );
    let put = async || {
        rest.client
            .put("asgs/web/desired_capacity", &json!({"desired_capacity": 1}))
            .await
    };
    persistently("desired capacity is lowered", put).await;
    exactly(&fleet, &rest, "web", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_dies_and_comes_back() {
    the_death_of_any_one_loses_nothing_and_doubles_nothing(Which::Current).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_dies_and_comes_back_with_debians_message_server() {
    the_death_of_any_one_loses_nothing_and_doubles_nothing(Which::Debian).await;
}

#[tokio::test]
async fn the_message_server_is_wiped() {
    jobs_go_on_when_the_message_server_lost_its_data(Which::Current).await;
}

#[tokio::test]
async fn debians_message_server_is_wiped() {
    jobs_go_on_when_the_message_server_lost_its_data(Which::Debian).await;
}
