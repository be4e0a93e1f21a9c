//! Operators who drain and cordon hosts that are well.

use std::time::Instant;

use scenarios::harness::{DEADLINE, Rest, Site, told};
use serde_json::{Value, json};

use super::{ALL, OTHERS, assert_balanced, assert_calm, group, places, site};

/// The operators' word about h1.
async fn say(rest: &Rest, word: &str) -> Value {
    let said = rest.client.put(&format!("hosts/h1/{word}"), &json!({})).await;
    said.unwrap_or_else(|error| panic!("{word}: {error}"))
}

async fn logged_in(site: &Site) {
    let target = format!("{}/", site.fleet.target("asg-controller"));
    let words = ["login", "--target", &target, "--user", "user01", "--key", "key"];
    let login = site.fleet.ms(&words).await;
    assert_eq!(login.code, Some(0), "{login:?}");
}

/// Waits until REST says that h1 is drained.
async fn is_drained(rest: &Rest) {
    told(DEADLINE, "h1 is drained", async || {
        let host = rest.client.get("hosts/h1").await.map_err(|e| e.to_string())?;
        let done = host["drained"] == true && host["instances"] == 0;
        done.then_some(()).ok_or_else(|| host.to_string())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_with_free_slots_never_shrinks_while_a_host_is_drained() {
    let Some(site) = site().await else { return };
    let rest = site.rest().await;
    logged_in(&site).await;
    group(&rest, "web", 6, 8).await;
    let before = site.exactly(&rest, "web", 6, &ALL).await;
    assert_balanced(&before);

    let begun = Instant::now();
    let drained = site
        .fleet
        .ms(&["drain-host", "h1", "--wait", "--timeout", "50"])
        .await;
    assert_eq!(
        (drained.code, drained.stdout.as_str()),
        (Some(0), "OK\n"),
        "{drained:?}"
    );
    let took = begun.elapsed();
    is_drained(&rest).await;
    site.shown(&rest, "h1", "draining").await;
    let after = site.exactly(&rest, "web", 6, &ALL).await;
    eprintln!(
        "drained after {took:?}: {before:?}, {after:?}\n{}",
        drained.stderr
    );
    assert_eq!(
        (after["h1"], after["h2"]),
        (0, before["h1"] + before["h2"]),
        "in its zone"
    );
    let (started, ended) = (site.tally.started_since(begun), site.tally.ended_since(begun));
    assert_eq!(places(&started), vec!["h2"; before["h1"]]);
    assert_eq!(places(&ended), vec!["h1"; before["h1"]]);
    assert_eq!(site.tally.least_since(begun), 6, "alive at once, of 6");
    assert!(
        site.tally.most() <= 8,
        "{} alive at once, of at most 8",
        site.tally.most()
    );

    assert_eq!(say(&rest, "uncordon").await["scheduling"], "active");
    site.shown(&rest, "h1", "up").await;
    assert_calm(&site, &rest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_without_a_free_slot_leaves_a_drained_host_one_instance_at_a_time() {
    let Some(site) = site().await else { return };
    let rest = site.rest().await;
    group(&rest, "web", 6, 6).await;
    let before = site.exactly(&rest, "web", 6, &ALL).await;

    let begun = Instant::now();
    // Said twice it is done once.
    for _ in 0..2 {
        assert_eq!(say(&rest, "drain").await["scheduling"], "draining");
    }
    is_drained(&rest).await;
    let took = begun.elapsed();
    let after = site.exactly(&rest, "web", 6, &ALL).await;
    eprintln!("drained after {took:?}: {before:?}, {after:?}");
    assert_eq!(after["h1"], 0, "{after:?}");
    let moved = (
        site.tally.started_since(begun).len(),
        site.tally.ended_since(begun).len(),
    );
    assert_eq!(moved, (before["h1"], before["h1"]), "each once");
    assert_eq!(site.tally.least_since(begun), 5, "alive at once, of 6");
    assert_eq!(site.tally.most(), 6, "alive at once, of at most 6");
    assert_calm(&site, &rest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_placed_on_a_cordoned_host_until_it_is_uncordoned() {
    let Some(site) = site().await else { return };
    let rest = site.rest().await;
    group(&rest, "web", 3, 10).await;
    let before = site.exactly(&rest, "web", 3, &ALL).await;
    assert_eq!(before["h3"], 1, "a host of each zone, and one more: {before:?}");

    let begun = Instant::now();
    assert_eq!(say(&rest, "cordon").await["scheduling"], "cordoned");
    site.shown(&rest, "h1", "cordoned").await;
    // The others have room for eight; what h1 has, it keeps.
    let room = 8 + u32::try_from(before["h1"]).unwrap();
    rest.desire("web", room).await;
    site.exactly(&rest, "web", room as usize, &ALL).await;
    rest.desire("web", room + 1).await;
    let short = rest.told("web", "1 cordoned").await;
    eprintln!("short: {short:?}");
    assert_calm(&site, &rest).await;
    let started = site.tally.started_since(begun);
    assert!(started.iter().all(|s| OTHERS.contains(&&*s.host)), "{started:?}");
    assert!(site.tally.ended_since(begun).is_empty(), "h1 keeps what it has");

    let uncordoned = Instant::now();
    say(&rest, "uncordon").await;
    site.exactly(&rest, "web", room as usize + 1, &ALL).await;
    eprintln!("placed {:?} after the word", uncordoned.elapsed());
    assert_eq!(places(&site.tally.started_since(uncordoned)), ["h1"]);
}
