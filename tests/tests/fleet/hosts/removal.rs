//! Hosts that operators remove for good, and that come back.

use std::time::{Duration, Instant};

use api::ClientError;
use api::client::Method;
use scenarios::harness::{Cut, DEADLINE, Image, Rest, Site, within};
use serde_json::Value;

use super::{ALL, OTHERS, STALE, assert_calm, group, places, site_that_loses_hosts_after};

/// Longer than any of this takes.
const NEVER: Duration = Duration::from_secs(600);

async fn remove(rest: &Rest, host: &str, force: bool) -> Result<Value, ClientError> {
    let call = rest.client.call(Method::DELETE, &format!("hosts/{host}"));
    call.query("force", &force.to_string()).send().await
}

/// That h1 is not removed without force, for a reason that says `why`.
async fn refused(rest: &Rest, why: &str) {
    let refusal = remove(rest, "h1", false).await.unwrap_err();
    assert_eq!(refusal.status(), Some(409), "{refusal}");
    let said = refusal.to_string();
    assert!(said.contains("host h1") && said.contains(why), "{said}");
}

/// A group of six, of which h1 goes away by `go`; removed, it is replaced at once. Gives how many it had, and when it
/// went.
async fn removed(site: &mut Site, rest: &Rest, go: impl FnOnce(&mut Site)) -> (usize, Instant) {
    group(rest, "web", 6, 6).await;
    let before = site.exactly(rest, "web", 6, &ALL).await;
    within(DEADLINE, "the leader tells what h1 has", async || {
        let host = rest.client.get("hosts/h1").await.ok()?;
        (host["instances"] == before["h1"]).then_some(())
    })
    .await;
    refused(rest, "drain it first, or remove it with force").await;

    let gone = Instant::now();
    go(site);
    site.shown(rest, "h1", "silent").await;
    refused(rest, "is not heard of").await;
    assert_calm(site, rest).await;
    let said = Instant::now();
    assert_eq!(remove(rest, "h1", true).await.unwrap()["scheduling"], "removed");
    let after = site.exactly(rest, "web", 6, &OTHERS).await;
    eprintln!(
        "replaced {:?} after the word: {before:?}, {after:?}",
        said.elapsed()
    );
    forgotten(rest, "h1").await;
    eprintln!("forgotten {:?} after the word", said.elapsed());
    assert_eq!(places(&site.tally.started_since(gone)), vec!["h2"; before["h1"]]);
    (before["h1"], gone)
}

async fn forgotten(rest: &Rest, host: &str) {
    within(DEADLINE, &format!("{host} is forgotten"), async || {
        let unknown = rest.client.get(&format!("hosts/{host}")).await.err()?;
        (unknown.status() == Some(404)).then_some(())
    })
    .await;
}

/// h1 is a new host, active, and nothing of the old one is there; what is new may be placed on it.
async fn anew(site: &Site, rest: &Rest) {
    site.shown(rest, "h1", "up").await;
    let host = rest.client.get("hosts/h1").await.unwrap();
    assert_eq!(host["scheduling"], "active", "{host}");
    let per_host = site.exactly(rest, "web", 6, &ALL).await;
    assert_eq!(per_host["h1"], 0, "its containers are nobody's: {per_host:?}");
    assert_calm(site, rest).await;
    let wished = serde_json::json!({"max_size": 7, "desired_capacity": 7});
    rest.client.put("asgs/web", &wished).await.unwrap();
    let per_host = site.exactly(rest, "web", 7, &ALL).await;
    assert_eq!(per_host.values().sum::<usize>(), 7);
    assert_eq!(per_host["h1"], 1, "of zone a, it has the fewest: {per_host:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_host_that_is_removed_is_replaced_at_once_and_returns_as_a_new_one() {
    let Some(mut site) = site_that_loses_hosts_after(STALE, NEVER).await else {
        return;
    };
    let rest = site.rest().await;
    removed(&mut site, &rest, |site| site.power_off("h1")).await;
    site.power_on("h1").await;
    anew(&site, &rest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_on_a_host_that_was_removed_while_it_was_cut_off_is_nobodys_when_it_returns() {
    let Some(mut site) = site_that_loses_hosts_after(STALE, NEVER).await else {
        return;
    };
    let rest = site.rest().await;
    let (had, gone) = removed(&mut site, &rest, |site| site.cut("h1", Cut::Both)).await;
    assert_eq!(site.tally.running()["h1"], had, "what is unreachable goes on");
    let healed = Instant::now();
    site.heal("h1");
    anew(&site, &rest).await;
    let ended = site.tally.ended_since(gone);
    assert_eq!(places(&ended), vec!["h1"; had], "{ended:?}");
    assert!(ended.iter().all(|e| e.at > healed), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_is_short_takes_its_own_on_a_removed_host_that_returns() {
    let Some(site) = site_that_loses_hosts_after(STALE, NEVER).await else {
        return;
    };
    let rest = site.rest().await;
    // No other host is of this zone.
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["b"], 2, 2).await;
    rest.start("web").await;
    site.exactly(&rest, "web", 2, &["h3"]).await;
    let gone = Instant::now();
    site.cut("h3", Cut::Both);
    site.shown(&rest, "h3", "silent").await;
    remove(&rest, "h3", true).await.unwrap();
    forgotten(&rest, "h3").await;
    site.heal("h3");
    site.exactly(&rest, "web", 2, &["h3"]).await;
    assert_calm(&site, &rest).await;
    let (started, ended) = (site.tally.started_since(gone), site.tally.ended_since(gone));
    assert!(
        started.is_empty() && ended.is_empty(),
        "started {started:?}, ended {ended:?}"
    );
}
