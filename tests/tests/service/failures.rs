//! Launches that fail: the history says why, retries back off, the rest is as it should be.

use std::time::Duration;

use api::documents::Activity;
use scenarios::harness::{DEADLINE, Image, Rest, Service, Setup, within};
use serde_json::json;

/// A registry where nothing listens: no network is needed to be refused.
const MISSING: &str = "localhost:1/microscaler-missing:1";
/// The first backoff, with a second's leeway since times are whole seconds.
const BACKOFF: i64 = 9;

async fn launches(rest: &Rest, group: &str) -> Vec<Activity> {
    let mut all = rest.activities(group).await;
    // The notice that launches back off is of no instance.
    all.retain(|a| a.kind == "launch" && a.instance_id.is_some());
    all.reverse();
    all
}

#[tokio::test]
async fn failing_launches_say_why_and_back_off_and_others_are_unaffected() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.configuration("missing", MISSING).await;
    rest.group("missing", "missing", &["docker01"], 1, 4).await;
    rest.start("missing").await;
    rest.launch("exits", Image::Exits, 2).await;
    rest.launch("web", Image::Stays, 2).await;
    rest.in_service("web", 2).await;
    within(DEADLINE, "the failed launch names its image", async || {
        let failed = |a: &Activity| a.status == "failed" && a.end_time.is_some();
        let says = |a: &Activity| failed(a) && a.message.contains("microscaler-missing");
        launches(&rest, "missing").await.iter().any(says).then_some(())
    })
    .await;
    rest.told("exits", "exited with code 7").await;
    for group in ["missing", "exits"] {
        let seen = within(DEADLINE, "a launch is tried again", async || {
            let seen = launches(&rest, group).await;
            let first = seen.first()?.start_time;
            seen.iter()
                .any(|a| a.start_time >= first + BACKOFF)
                .then_some(seen)
        })
        .await;
        let first = seen[0].start_time;
        let early = seen.iter().filter(|a| a.start_time < first + BACKOFF).count();
        assert!(
            early <= 2,
            "{group} was launched {early} times within {BACKOFF} s: {seen:#?}"
        );
    }
    // Their backing off has not touched the group that works.
    assert_eq!(launches(&rest, "web").await.len(), 2);
    // A changed launch configuration is a new chance, taken at once.
    rest.client
        .put("lconfs/missing", &json!({"image_id": Image::Stays.name()}))
        .await
        .unwrap();
    rest.settled(Duration::from_secs(8), "missing", 1).await;
}

#[tokio::test]
async fn a_full_host_says_so_and_takes_more_when_there_is_room() {
    let hosts = json!([{"name": "docker01", "zones": ["docker01"], "capacity": {"instances": 2}}]);
    let service = Service::start(Setup::new().section("hosts", hosts)).await;
    let rest = service.rest("user01").await;
    rest.launch("first", Image::Stays, 2).await;
    rest.in_service("first", 2).await;
    rest.launch("second", Image::Stays, 1).await;
    let told = within(DEADLINE, "the history says that there is no room", async || {
        let says = |a: &Activity| {
            let text = format!("{} {} {}", a.description, a.cause, a.message).to_lowercase();
            text.contains("full") || text.contains("room")
        };
        rest.activities("second").await.into_iter().find(says)
    })
    .await;
    assert!(format!("{told:?}").contains("docker01"), "{told:?}");
    assert_eq!(service.engine.containers(service.installation).await.len(), 2);
    rest.stop("first").await;
    rest.in_service("second", 1).await;
}
