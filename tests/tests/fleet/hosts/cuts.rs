//! Hosts that are cut off the network, while all that runs there goes on.

use std::time::Instant;

use scenarios::harness::{Cut, DEADLINE, within};
use serde_json::json;

use super::{
    ALL, GRACE, OTHERS, STALE, assert_balanced, assert_calm, assert_patient, group, places, round,
    round_after, site,
};

/// Cut off, h1 is replaced in its zone when its time is up; back again, what is too many goes and nothing else.
async fn replaced_once_and_back_without_a_trace(cut: Cut) {
    let Some(site) = site().await else { return };
    let rest = site.rest().await;
    group(&rest, "web", 7, 7).await;
    let before = site.exactly(&rest, "web", 7, &ALL).await;
    assert_balanced(&before);

    let cut_at = Instant::now();
    site.cut("h1", cut);
    site.shown(&rest, "h1", "silent").await;
    assert!(
        site.tally.started_since(cut_at).is_empty(),
        "unreachable is not dead: {:?}",
        site.tally.started_since(cut_at)
    );
    site.shown(&rest, "h1", "lost").await;
    let after = site.exactly(&rest, "web", 7, &OTHERS).await;
    let replaced = cut_at.elapsed();
    let started = site.tally.started_since(cut_at);
    assert_patient(&started, cut_at);
    assert_eq!(
        places(&started),
        vec!["h2"; before["h1"]],
        "as many as h1 has, on the other host of its zone"
    );
    // Lost it stays: nothing of what a cable lets through one way makes it speak, or be asked to end what it has.
    assert_calm(&site, &rest).await;
    site.shown(&rest, "h1", "lost").await;
    assert_eq!(
        site.tally.running()["h1"],
        before["h1"],
        "what is unreachable goes on"
    );

    // While it is away there is not room for all that is wished for: some of what it has is wanted again.
    let wished = json!({"max_size": 9, "desired_capacity": 9});
    rest.client.put("asgs/web", &wished).await.unwrap();
    site.exactly(&rest, "web", 8, &OTHERS).await;

    let healed = Instant::now();
    site.heal("h1");
    let kept = site.exactly(&rest, "web", 9, &ALL).await;
    eprintln!(
        "{cut:?}: replaced {replaced:?} after the cut, settled {:?} after it: {before:?}, {after:?}, {kept:?}",
        healed.elapsed()
    );
    site.tally.readmit("h1");
    assert_calm(&site, &rest).await;
    let ended = site.tally.ended_since(cut_at);
    assert_eq!(
        places(&ended),
        vec!["h1"; before["h1"] - 1],
        "exactly those that are too many"
    );
    assert!(
        ended.iter().all(|e| e.at > healed),
        "none before it was back: {ended:?}"
    );
    let started = site.tally.started_since(healed);
    assert!(started.is_empty(), "nothing more starts: {started:?}");
    assert_eq!(
        site.tally.most(),
        9,
        "alive at once where it counts, of at most 7, and then 9"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_without_a_cable_is_replaced_and_its_surplus_goes_when_it_is_back() {
    replaced_once_and_back_without_a_trace(Cut::Both).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_hears_and_cannot_speak_is_like_one_without_a_cable() {
    replaced_once_and_back_without_a_trace(Cut::Speaking).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_speaks_and_cannot_hear_is_like_one_without_a_cable() {
    replaced_once_and_back_without_a_trace(Cut::Hearing).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_two_of_three_hosts_are_cut_off_nothing_is_replaced_or_terminated() {
    let Some(site) = site().await else { return };
    let rest = site.rest().await;
    group(&rest, "web", 6, 8).await;
    let before = site.exactly(&rest, "web", 6, &ALL).await;
    let cut_at = Instant::now();
    for host in ["h1", "h3"] {
        site.cut(host, Cut::Both);
    }
    within(DEADLINE, "the leader is frozen", async || {
        round(&rest).await.filter(|round| round["frozen"] == true)
    })
    .await;
    // One that dies where it can be seen is not replaced, one that is not wanted any more not ended.
    let of = site.fleet.installation;
    let engine = &site.host("h2").engine;
    let victim = engine.running(of).await.remove(0);
    engine.kill(&victim, "SIGKILL").await;
    rest.desire("web", 5).await;
    rest.desire("web", 6).await;
    let round = round_after(&rest, STALE + GRACE).await;
    assert_eq!(round["frozen"], true, "{round}");
    let (started, ended) = (site.tally.started_since(cut_at), site.tally.ended_since(cut_at));
    assert!(
        started.is_empty() && places(&ended) == ["h2"],
        "started {started:?}, ended {ended:?}"
    );

    let healed = Instant::now();
    for host in ["h1", "h3"] {
        site.heal(host);
        site.tally.readmit(host);
    }
    let after = site.exactly(&rest, "web", 6, &ALL).await;
    eprintln!(
        "settled {:?} after the cables were back: {before:?}, {after:?}",
        healed.elapsed()
    );
    assert_calm(&site, &rest).await;
    assert_eq!(
        site.tally.started_since(cut_at).len(),
        1,
        "in place of the one that died"
    );
    assert_eq!(
        places(&site.tally.ended_since(cut_at)),
        ["h2"],
        "nothing but the one that died"
    );
    // Not on h2, where it died soon after its launch.
    assert_eq!((after["h1"] + after["h2"], after["h3"]), (3, 3), "{after:?}");
}
