//! kill -9 of everything in turn, and data that is lost.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scenarios::harness::{Alive, Fleet, Image};
use serde_json::json;

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

    pub fn stop(self) -> BTreeSet<String> {
        self.task.abort();
        self.acknowledged.lock().unwrap().clone()
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

pub async fn written(rest: &scenarios::harness::Rest) -> BTreeSet<String> {
    let listed = rest.client.get("lconfs").await.unwrap();
    let names = listed.as_array().unwrap().iter();
    names
        .filter_map(|c| c["name"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_death_of_any_one_loses_nothing_and_doubles_nothing() {
    let Some(mut fleet) = Fleet::start().await else {
        return;
    };
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
    let acknowledged = writer.stop();
    let (names, (at_once, starts)) = (written(&rest).await, alive.most());
    eprintln!(
        "{} writes acknowledged, {starts} containers started, {at_once} at once",
        acknowledged.len()
    );
    let lost: Vec<_> = acknowledged.difference(&names).collect();
    assert!(
        acknowledged.len() > 50 && lost.is_empty(),
        "{lost:?} of {}",
        acknowledged.len()
    );
    assert_eq!(
        (at_once, starts),
        (most, most),
        "never more than max_size, and none twice"
    );
}

#[tokio::test]
async fn jobs_go_on_when_the_message_server_lost_its_data() {
    let Some(mut fleet) = Fleet::start().await else {
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
