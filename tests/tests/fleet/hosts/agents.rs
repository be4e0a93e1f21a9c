//! A host whose agent is away: its workers speak for it.

use std::time::Instant;

use scenarios::harness::{DEADLINE, Rest, told};

use super::{ALL, GRACE, OTHERS, STALE, assert_calm, group, now, places, site};

/// Waits until a round that many seconds later, and sees that h1 is silent all that time.
async fn silent_for(rest: &Rest, least: std::time::Duration) {
    let due = i64::try_from((now() + least).as_secs()).unwrap();
    told(DEADLINE, "a round of the leader's", async || {
        let status = rest.client.get("status").await.map_err(|e| e.to_string())?;
        let hosts = status["hosts"].as_array().ok_or("no hosts")?;
        let h1 = hosts.iter().find(|host| host["name"] == "h1").ok_or("no h1")?;
        assert_eq!(h1["state"], "silent", "{status}");
        match status["rounds"]["at"].as_i64() {
            Some(at) if at > due => Ok(()),
            at => Err(format!("the last was at {at:?}, not {due}")),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_without_its_agent_is_silent_and_never_lost_while_its_workers_live() {
    let Some(mut site) = site().await else { return };
    let rest = site.rest().await;
    group(&rest, "web", 6, 8).await;
    let before = site.exactly(&rest, "web", 6, &ALL).await;

    let killed = Instant::now();
    site.host_mut("h1").member_mut("host-agent").kill();
    site.shown(&rest, "h1", "silent").await;
    silent_for(&rest, (STALE + GRACE) * 2).await;
    assert_calm(&site, &rest).await;
    eprintln!("silent for {:?}, and calm", killed.elapsed());

    site.host_mut("h1").member_mut("host-agent").restart();
    site.shown(&rest, "h1", "up").await;
    assert_calm(&site, &rest).await;
    assert_eq!(site.exactly(&rest, "web", 6, &ALL).await, before);
    let since = (site.tally.started_since(killed), site.tally.ended_since(killed));
    assert!(since.0.is_empty() && since.1.is_empty(), "{since:?}");

    // Nobody speaks for it once all three are away, though all that runs there goes on.
    let killed = Instant::now();
    for member in ["host-agent", "worker-launch", "worker-stop"] {
        site.host_mut("h1").member_mut(member).kill();
    }
    site.shown(&rest, "h1", "lost").await;
    site.exactly(&rest, "web", 6, &OTHERS).await;
    eprintln!("replaced {:?} after the last was killed", killed.elapsed());
    assert_eq!(
        places(&site.tally.started_since(killed)),
        vec!["h2"; before["h1"]]
    );
    assert!(site.tally.ended_since(killed).is_empty());
}
