//! Two health managers: one leads, the other takes over.

use std::time::{Duration, Instant};

use scenarios::harness::{Alive, DEADLINE, Fleet, Image, Setup, Strait, told, within};
use serde_json::json;

use super::exactly;

pub const TWO: [&str; 2] = ["health-manager", "second"];
/// The documents say 5 s; machines that run tests are busy.
pub const TAKES_OVER: Duration = Duration::from_secs(10);

async fn fleet() -> Option<Fleet> {
    Fleet::start_with(Setup::new(), &[("second", "health-manager")]).await
}

/// Who leads, and who stands by.
pub async fn roles(fleet: &Fleet) -> (&'static str, &'static str) {
    within(DEADLINE, "exactly one leads", async || {
        match [
            fleet.member(TWO[0]).leads().await,
            fleet.member(TWO[1]).leads().await,
        ] {
            [true, false] => Some((TWO[0], TWO[1])),
            [false, true] => Some((TWO[1], TWO[0])),
            _ => None,
        }
    })
    .await
}

#[tokio::test]
async fn a_killed_leader_is_succeeded_within_seconds() {
    let Some(mut fleet) = fleet().await else { return };
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 1).await;
    exactly(&fleet, &rest, "web", 1).await;
    let (leader, other) = roles(&fleet).await;
    fleet.member_mut(leader).kill();
    let killed = Instant::now();
    rest.desire("web", 2).await;
    within(DEADLINE, "the successor commits", async || {
        (rest.instances("web").await.len() == 2).then_some(())
    })
    .await;
    let took = killed.elapsed();
    eprintln!("from kill -9 of the leader to the successor's first commit: {took:?}");
    assert!(took < TAKES_OVER, "{took:?}");
    assert!(fleet.member(other).leads().await);
    exactly(&fleet, &rest, "web", 2).await;
    // The one that comes back stands by.
    fleet.member_mut(leader).restart();
    fleet.member(leader).ready().await;
    assert_eq!(roles(&fleet).await, (other, leader));
}

#[tokio::test]
async fn a_leader_that_was_paused_changes_nothing_any_more() {
    let Some(mut fleet) = fleet().await else { return };
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 3).await;
    exactly(&fleet, &rest, "web", 3).await;
    let (leader, other) = roles(&fleet).await;
    fleet.member_mut(leader).signal("STOP");
    let killed = rest.instances("web").await.remove(0);
    fleet.engine.kill(&killed.instance_id, "SIGKILL").await;
    within(DEADLINE, "the other leads", async || {
        fleet.member(other).leads().await.then_some(())
    })
    .await;
    within(DEADLINE, "the other replaces what was killed", async || {
        let now = rest.instances("web").await;
        let fresh = now.len() == 3 && now.iter().all(|i| i.guid != killed.guid && i.status == "RUNNING");
        fresh.then_some(())
    })
    .await;
    // It wakes up to a container's death, heard before its renewal is due, and to a wish that is fulfilled already.
    rest.client
        .put("asgs/web/desired_capacity", &json!({"desired_capacity": 4}))
        .await
        .unwrap();
    exactly(&fleet, &rest, "web", 4).await;
    fleet.member_mut(leader).signal("CONT");
    within(DEADLINE, "the old leader knows", async || {
        (!fleet.member(leader).leads().await).then_some(())
    })
    .await;
    assert!(fleet.member(other).leads().await);
    assert_eq!(roles(&fleet).await, (other, leader));
    exactly(&fleet, &rest, "web", 4).await;
    rest.desire("web", 2).await;
    exactly(&fleet, &rest, "web", 2).await;
    let told = fleet.member(leader).log();
    assert!(told.contains("leadership was lost"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_of_a_deposed_leader_that_reaches_the_store_late_is_refused() {
    let Some(mut fleet) = Fleet::prepare(Setup::new()).await else {
        return;
    };
    if !fleet.mongo.is_ours() {
        test_servers::skipped("it stands between the leader and a MongoDB server of its own");
        return;
    }
    let strait = Strait::before(format!("{}:{}", fleet.mongo.address(), fleet.mongo.port())).await;
    fleet.add_behind("first", TWO[0], &strait);
    within(DEADLINE, "the first leads", async || {
        fleet.member("first").leads().await.then_some(())
    })
    .await;
    fleet.add_all();
    fleet.works().await;
    let alive = Alive::watch(&fleet.engine, fleet.installation);
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 3).await;
    exactly(&fleet, &rest, "web", 3).await;

    // It hears of a death, and what it commits about it is under way when it is deposed.
    strait.close();
    let killed = rest.instances("web").await.remove(0);
    fleet.engine.kill(&killed.instance_id, "SIGKILL").await;
    within(DEADLINE, "a commit is under way", async || {
        (strait.commits() > 0).then_some(())
    })
    .await;
    within(DEADLINE, "the other leads", async || {
        fleet.member(TWO[0]).leads().await.then_some(())
    })
    .await;
    exactly(&fleet, &rest, "web", 3).await;
    let before = rest.instances("web").await;

    strait.open();
    let commits = strait.commits();
    let matched = told(
        DEADLINE,
        &format!("{commits} late commits are answered"),
        async || {
            let matched = strait.matched();
            if matched.len() == commits {
                Ok(matched)
            } else {
                Err(format!("{matched:?}"))
            }
        },
    )
    .await;
    assert!(
        matched.iter().all(|matched| *matched == 0),
        "late commits changed groups: {matched:?}"
    );
    fleet.member("first").ready().await;
    assert!(!fleet.member("first").leads().await, "it stands by");
    exactly(&fleet, &rest, "web", 3).await;
    // The killed one's record may still be shown, until its container is removed.
    let serving = |instances: &[api::documents::Instance]| -> Vec<String> {
        let serving = instances.iter().filter(|i| i.status == "RUNNING");
        serving.map(|i| i.guid.clone()).collect()
    };
    assert_eq!(serving(&rest.instances("web").await), serving(&before));
    rest.desire("web", 4).await;
    exactly(&fleet, &rest, "web", 4).await;
    assert_eq!(
        alive.most(),
        (4, 5),
        "alive at once, and started: 4 and one in place of the killed"
    );
}
