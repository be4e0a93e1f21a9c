//! Trouble while two controllers behind one address take writes and a group goes up and down.

use std::time::{Duration, Instant};

use scenarios::harness::{Alive, Fleet, Image, OneAddress, Rest, Setup};
use serde_json::json;

use super::crashes::Writer;
use super::{exactly, leaders, persistently};

const CONTROLLERS: [&str; 2] = ["asg-controller", "second-controller"];
/// How long the leader stands still: ten leases.
const PAUSE: Duration = Duration::from_secs(30);
const MOST: u32 = 7;

/// Sets desired capacity, however often that takes, and waits until the engine has as many.
async fn goes_to(fleet: &Fleet, rest: &Rest, desired: u32) {
    let body = json!({"desired_capacity": desired});
    persistently("desired capacity is set", async || {
        rest.client.put("asgs/web/desired_capacity", &body).await
    })
    .await;
    exactly(fleet, rest, "web", usize::try_from(desired).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_one_address_nothing_acknowledged_is_lost_and_no_ceiling_broken() {
    let more = [
        (CONTROLLERS[1], CONTROLLERS[0]),
        (leaders::TWO[1], leaders::TWO[0]),
    ];
    let Some(mut fleet) = Fleet::start_with(Setup::new(), &more).await else {
        return;
    };
    let address = OneAddress::before(CONTROLLERS.map(|name| fleet.member(name).port).to_vec()).await;
    let mut client = api::Client::new(&address.target(), None).unwrap();
    client.login("user01", "key").await.unwrap();
    let rest = Rest { client };
    let alive = Alive::watch(&fleet.engine, fleet.installation);
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["docker01"], 2, MOST).await;
    rest.start("web").await;
    exactly(&fleet, &rest, "web", 2).await;
    let writer = Writer::start(rest.client.clone());

    let (leader, other) = leaders::roles(&fleet).await;
    fleet.member(leader).signal("STOP");
    let (paused, mut turns) = (Instant::now(), 0);
    while paused.elapsed() < PAUSE {
        goes_to(&fleet, &rest, 3 + turns % 2).await;
        turns += 1;
    }
    fleet.member(leader).signal("CONT");
    goes_to(&fleet, &rest, 5).await;
    assert_eq!(leaders::roles(&fleet).await, (other, leader));

    fleet.nats.wipe();
    goes_to(&fleet, &rest, 3).await;
    assert!(fleet.redis.command("FLUSHALL").contains("OK"));
    goes_to(&fleet, &rest, 6).await;
    for name in CONTROLLERS {
        fleet.member_mut(name).kill();
        goes_to(&fleet, &rest, 4).await;
        fleet.member_mut(name).restart();
        fleet.member(name).ready().await;
        goes_to(&fleet, &rest, MOST).await;
    }

    let acknowledged = writer.ends(&rest).await;
    let (at_once, starts) = alive.most();
    eprintln!(
        "{turns} changes while the leader stood still; {acknowledged} writes acknowledged, {starts} containers started, {at_once} at once"
    );
    assert_eq!(u32::try_from(at_once).unwrap(), MOST, "alive at once");
}
