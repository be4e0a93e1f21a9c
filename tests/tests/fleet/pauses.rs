//! Servers that stand still without being gone: their connections stay open and nothing answers.

use std::time::{Duration, Instant};

use scenarios::harness::{Alive, DEADLINE, Fleet, Image, Setup, told};
use serde_json::json;
use test_servers::nats::Which;

use super::{exactly, persistently};

/// Long enough for every client to give its connection up.
const PAUSE: Duration = Duration::from_secs(20);
/// What a user waits for an answer while Redis stands still.
const PATIENCE: Duration = Duration::from_secs(5);

async fn nothing_is_lost_while_the_message_server_stands_still(which: Which) {
    let Some(fleet) = Fleet::start_on(which).await else {
        return;
    };
    let alive = Alive::watch(&fleet.engine, fleet.installation);
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 3).await;
    exactly(&fleet, &rest, "web", 3).await;
    fleet.nats.signal("STOP");
    let stopped = Instant::now();
    let victim = fleet.engine.running(fleet.installation).await.remove(0);
    fleet.engine.kill(&victim, "SIGKILL").await;
    persistently("desired capacity is raised", async || {
        let body = json!({"desired_capacity": 5});
        rest.client.put("asgs/web/desired_capacity", &body).await
    })
    .await;
    tokio::time::sleep_until((stopped + PAUSE).into()).await;
    let left = fleet.engine.running(fleet.installation).await.len();
    assert!(
        left >= 2,
        "what nobody heard of was ended: {left} of 3 are left, one was killed"
    );
    fleet.nats.signal("CONT");
    let woken = Instant::now();
    exactly(&fleet, &rest, "web", 5).await;
    eprintln!(
        "{which:?}: 5 in service {:?} after {PAUSE:?} of standstill",
        woken.elapsed()
    );
    assert_eq!(
        alive.most(),
        (5, 6),
        "alive at once, and started: 5 and one in place of the killed"
    );
}

#[tokio::test]
async fn a_message_server_that_stands_still_loses_nothing() {
    nothing_is_lost_while_the_message_server_stands_still(Which::Current).await;
}

#[tokio::test]
async fn debians_message_server_that_stands_still_loses_nothing_either() {
    nothing_is_lost_while_the_message_server_stands_still(Which::Debian).await;
}

#[tokio::test]
async fn nobody_is_refused_or_kept_waiting_while_redis_stands_still() {
    let Some(fleet) = Fleet::start_with(Setup::new(), &[]).await else {
        return;
    };
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 1).await;
    exactly(&fleet, &rest, "web", 1).await;
    let shows = async |state: &str| {
        told(DEADLINE, &format!("redis is shown {state}"), async || {
            let status = rest.client.get("status").await.map_err(|e| e.to_string())?;
            let components = status["components"].as_array().ok_or("no components")?;
            let redis = components.iter().find(|c| c["name"] == "redis");
            match redis.and_then(|redis| redis["state"].as_str()) {
                Some(shown) if shown == state => Ok(()),
                shown => Err(format!("{shown:?}")),
            }
        })
        .await;
    };
    shows("running").await;
    fleet.redis.signal("STOP");
    for desired in [2, 3] {
        let begun = Instant::now();
        let client = fleet.login("asg-controller", "user01", "key").await.unwrap();
        let body = json!({"desired_capacity": desired});
        client.put("asgs/web/desired_capacity", &body).await.unwrap();
        rest.client.get("asgs/web").await.unwrap();
        let took = begun.elapsed();
        eprintln!("a login, a write and a read took {took:?} while Redis stands still");
        assert!(took < PATIENCE, "{took:?}");
        exactly(&fleet, &rest, "web", usize::try_from(desired).unwrap()).await;
    }
    shows("degraded").await;
    fleet.redis.signal("CONT");
    shows("running").await;
    rest.client.get("asgs/web").await.unwrap();
}
