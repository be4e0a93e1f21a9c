//! Scenarios over three Docker hosts in two zones, each with an engine of its own behind a network that can be cut.

mod agents;
mod cuts;
mod operators;
mod power;
mod removal;
mod zones;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use scenarios::harness::{DEADLINE, Happened, Image, Rest, Site, told};
use serde_json::{Value, json};

const ALL: [&str; 3] = ["h1", "h2", "h3"];
/// All but h1, which is what most scenarios lose. h2 is of its zone.
const OTHERS: [&str; 2] = ["h2", "h3"];

/// A host that says nothing for this long is silent.
const STALE: Duration = Duration::from_secs(3);
/// One that is silent for this long is lost.
const GRACE: Duration = Duration::from_secs(4);
/// Between two reports of an agent: its last word may be that much older than what silences it.
const REPORTS: Duration = Duration::from_secs(1);
/// Between two full comparisons.
const ROUNDS: Duration = Duration::from_secs(2);

async fn site() -> Option<Site> {
    site_that_loses_hosts_after(STALE, GRACE).await
}

async fn site_that_loses_hosts_after(stale: Duration, grace: Duration) -> Option<Site> {
    let settings = json!({
        "updater_interval": 1, "reconciler_interval": ROUNDS.as_secs(), "orphan_wait": 4,
        "max_age_stale": stale.as_secs(), "lost_grace": grace.as_secs(),
    });
    let begun = Instant::now();
    let site = Site::start(settings).await;
    eprintln!("the site took {:?}", begun.elapsed());
    site
}

/// Starts a group in both zones that has never room for more than `max`.
async fn group(rest: &Rest, name: &str, desired: u32, max: u32) {
    rest.configuration(name, Image::Stays.name()).await;
    rest.group(name, name, &["a", "b"], desired, max).await;
    rest.start(name).await;
}

/// Zones differ by at most one, and the hosts of a zone do.
fn assert_balanced(per_host: &BTreeMap<String, usize>) {
    let [one, two, three] = ALL.map(|host| per_host[host]);
    assert!(
        (one + two).abs_diff(three) <= 1 && one.abs_diff(two) <= 1,
        "h1 and h2 are zone a, h3 is zone b: {per_host:?}"
    );
}

/// Nothing was replaced while the host could still speak in time.
fn assert_patient(started: &[Happened], since: Instant) {
    let least = STALE + GRACE - REPORTS;
    let early: Vec<_> = started.iter().filter(|s| s.at < since + least).collect();
    assert!(
        early.is_empty(),
        "replaced before {least:?} of silence: {early:?}, silent since {since:?}"
    );
}

/// On which hosts, sorted.
fn places(happened: &[Happened]) -> Vec<&str> {
    let mut places: Vec<&str> = happened.iter().map(|h| &*h.host).collect();
    places.sort_unstable();
    places
}

async fn round(rest: &Rest) -> Option<Value> {
    let status = rest.client.get("status").await.ok()?;
    status.get("rounds").filter(|round| round.is_object()).cloned()
}

/// Waits for a round of the leader's that is `later` than now; gives it.
async fn round_after(rest: &Rest, later: Duration) -> Value {
    let due = i64::try_from((now() + later).as_secs()).unwrap();
    told(DEADLINE, &format!("a round {later:?} later"), async || {
        let round = round(rest).await.ok_or("none was told of")?;
        match round["at"].as_i64() {
            Some(at) if at > due => Ok(round),
            at => Err(format!("the last was at {at:?}, not {due}")),
        }
    })
    .await
}

fn now() -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap()
}

/// Nothing starts or ends while the leader compares everything once more.
async fn assert_calm(site: &Site, rest: &Rest) {
    let begun = Instant::now();
    round_after(rest, ROUNDS).await;
    let (started, ended) = (site.tally.started_since(begun), site.tally.ended_since(begun));
    assert!(
        started.is_empty() && ended.is_empty(),
        "started {started:?}, ended {ended:?}"
    );
}
