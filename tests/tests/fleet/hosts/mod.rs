//! Scenarios over three Docker hosts in two zones, each with an engine of its own behind a network that can be cut.

mod zones;

use std::collections::BTreeMap;
use std::time::Duration;

use scenarios::harness::{Image, Rest, Site};
use serde_json::json;

const ALL: [&str; 3] = ["h1", "h2", "h3"];

/// A host that says nothing for this long is silent.
const STALE: Duration = Duration::from_secs(3);
/// One that is silent for this long is lost.
const GRACE: Duration = Duration::from_secs(4);

async fn site() -> Option<Site> {
    let settings = json!({
        "updater_interval": 1, "reconciler_interval": 2, "orphan_wait": 4,
        "max_age_stale": STALE.as_secs(), "lost_grace": GRACE.as_secs(),
    });
    let begun = std::time::Instant::now();
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
