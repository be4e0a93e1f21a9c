//! A host that is killed with all that runs there, and returns.

use std::time::Instant;

use super::{ALL, OTHERS, assert_balanced, assert_calm, assert_patient, group, places, site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_host_is_replaced_in_its_zone_and_nothing_goes_when_it_returns() {
    let Some(mut site) = site().await else { return };
    let rest = site.rest().await;
    group(&rest, "web", 7, 8).await;
    let before = site.exactly(&rest, "web", 7, &ALL).await;
    assert_balanced(&before);

    let killed = Instant::now();
    site.power_off("h1");
    // One more is wished for while nobody knows yet: it may be given to the host that is gone.
    rest.desire("web", 8).await;
    site.shown(&rest, "h1", "silent").await;
    let after = site.exactly(&rest, "web", 8, &OTHERS).await;
    eprintln!(
        "replaced {:?} after the kill: {before:?}, {after:?}",
        killed.elapsed()
    );
    let started = site.tally.started_since(killed);
    assert_eq!(started.len(), before["h1"] + 1, "{started:?}");
    let replacements: Vec<_> = started
        .into_iter()
        .filter(|s| s.at > killed + super::STALE)
        .collect();
    assert_patient(&replacements, killed);
    assert_eq!(
        after["h3"], 4,
        "zone a is replaced in zone a, by its other host: {after:?}"
    );

    // It returns with what its disk had, all of it dead.
    let returned = Instant::now();
    site.power_on("h1").await;
    site.shown(&rest, "h1", "up").await;
    site.exactly(&rest, "web", 8, &ALL).await;
    assert_calm(&site, &rest).await;
    let (started, ended) = (
        site.tally.started_since(returned),
        site.tally.ended_since(returned),
    );
    assert!(
        started.is_empty() && ended.is_empty(),
        "started {started:?}, ended {ended:?}"
    );

    // Dead again, a new machine comes under the old name, and gets what is new.
    site.power_off("h1");
    site.host("h1").wipe();
    site.shown(&rest, "h1", "silent").await;
    site.power_on("h1").await;
    site.shown(&rest, "h1", "up").await;
    let renewed = Instant::now();
    rest.client
        .put(
            "asgs/web",
            &serde_json::json!({"max_size": 9, "desired_capacity": 9}),
        )
        .await
        .unwrap();
    site.exactly(&rest, "web", 9, &ALL).await;
    assert_eq!(
        places(&site.tally.started_since(renewed)),
        ["h1"],
        "of zone a, it has the fewest"
    );
    assert_eq!(site.tally.most(), 9, "alive at once, of at most 8, and then 9");
}
