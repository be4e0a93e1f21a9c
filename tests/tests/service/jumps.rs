//! A wall clock that jumps under a running service: nobody is removed or replaced for it, and all goes on.

use std::time::Duration;

use api::documents::Instance;
use scenarios::harness::{Alive, DEADLINE, Rest, Service, Setup, WallClock, told, within};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::ids;
use super::policies::{decided, following_with, from_to, threshold};

/// From the machine's time.
const AN_HOUR_AHEAD: i64 = 3_600;
const AN_HOUR_BEHIND: i64 = -3_600;
/// Windows, cooldowns, scans and samples of this group all come round several times within it.
const A_WHILE: Duration = Duration::from_secs(8);
/// Longer than what counts as a launch that failed: past it, whatever dies is replaced at once.
const ESTABLISHED: Duration = Duration::from_secs(11);
/// What is replaced at once is, before the first pause of launches that fail.
const AT_ONCE: Duration = Duration::from_secs(8);

/// Has the clock jump, and waits until the service saw it.
async fn jumps(service: &Service, clock: &WallClock, to: i64) {
    let seen = service.log().matches("the clock jumped").count();
    clock.jump(to);
    within(DEADLINE, "the service sees its clock jump", async || {
        (service.log().matches("the clock jumped").count() > seen).then_some(())
    })
    .await;
}

/// After a while the group is as it was.
async fn nothing_happens(rest: &Rest, group: &[Instance]) {
    sleep_until(Instant::now() + A_WHILE).await;
    let now = rest.in_service("web", group.len()).await;
    assert_eq!(ids(&now), ids(group), "nobody was replaced");
}

/// Kills an instance, and waits until another is in its place; the group as it is then.
async fn is_replaced(service: &Service, rest: &Rest, killed: &Instance) -> Vec<Instance> {
    service.engine.kill(&killed.instance_id, "SIGKILL").await;
    told(AT_ONCE, "what was killed is replaced at once", async || {
        let now = rest.instances("web").await;
        let fresh = now.len() == 3 && now.iter().all(|i| i.guid != killed.guid && i.status == "RUNNING");
        fresh.then_some(now.clone()).ok_or_else(|| format!("{now:?}"))
    })
    .await
}

async fn shrank(rest: &Rest) -> Vec<Value> {
    let all = rest.client.get("asgs/web/decisions").await.unwrap();
    let shrinks = |d: &&Value| from_to(d).1 < from_to(d).0;
    all.as_array().unwrap().iter().filter(shrinks).cloned().collect()
}

#[tokio::test]
async fn a_clock_that_jumps_removes_nobody_and_the_group_goes_on_healing_and_following_its_load() {
    let Some(clock) = WallClock::ahead(0) else { return };
    let (service, rest, busy) = following_with(Setup::new().clock(&clock), threshold(2.0)).await;
    let alive = Alive::watch(&service.engine, service.installation);
    service.engine.touch(&busy.instance_id, "/busy").await;
    let mut group = rest.in_service("web", 3).await;
    sleep_until(Instant::now() + ESTABLISHED).await;

    for to in [AN_HOUR_AHEAD, AN_HOUR_BEHIND] {
        jumps(&service, &clock, to).await;
        nothing_happens(&rest, &group).await;
        let killed = group.iter().find(|i| i.guid != busy.guid).unwrap();
        group = is_replaced(&service, &rest, killed).await;
        assert!(shrank(&rest).await.is_empty(), "{:?}", shrank(&rest).await);
        let backs_off = |text: &str| text.contains("back off");
        let history = rest.activities("web").await;
        assert!(
            !history
                .iter()
                .any(|a| backs_off(&a.description) || backs_off(&a.cause)),
            "{history:?}"
        );
    }
    // The first was there before.
    assert_eq!(
        alive.most(),
        (2, 4),
        "at once, and started: two to follow the load, and two in place of the killed"
    );

    service.engine.erase(&busy.instance_id, "/busy").await;
    rest.in_service("web", 1).await;
    decided(&rest, "it shrank twice", |d| from_to(d) == (2, 1)).await;
    // And the way back.
    jumps(&service, &clock, 0).await;
    let left = rest.in_service("web", 1).await.remove(0);
    service.engine.touch(&left.instance_id, "/busy").await;
    rest.in_service("web", 3).await;
}
