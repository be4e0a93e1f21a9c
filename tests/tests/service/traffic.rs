//! What goes over the network of a group's instances, on a real engine: its policies follow it, and it is kept.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use scenarios::harness::{DEADLINE, Rest, told};
use serde_json::{Value, json};
use tokio_util::task::AbortOnDropHandle;

use crate::policies::{decided, following, from_to};

/// A packet's, and between two of them: 200 kB a second.
const BYTES: [u8; 1_000] = [b'x'; 1_000];
const EVERY: Duration = Duration::from_millis(5);
/// A minute has to end, and to be written.
const MINUTE: Duration = Duration::from_secs(90);

/// Sends packets to a container, which nobody there reads, until it is dropped.
fn traffic(to: &str) -> AbortOnDropHandle<()> {
    let to: Ipv4Addr = to.parse().unwrap();
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            socket.send_to(&BYTES, (to, 9)).unwrap();
        }
    }))
}

async fn minute(rest: &Rest, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    told(MINUTE, what, async || {
        let all = rest.client.get("asgs/web/rollups").await;
        let all = all.map_err(|error| error.to_string())?;
        let mut minutes = all.as_array().into_iter().flatten();
        minutes
            .find(|minute| wanted(minute))
            .cloned()
            .ok_or(all.to_string())
    })
    .await
}

fn figure<'a>(minute: &'a Value, metric: &str) -> Option<&'a Value> {
    let mut figures = minute["figures"].as_array()?.iter();
    figures.find(|figure| figure["source"] == "agent" && figure["metric"] == metric)
}

#[tokio::test]
async fn a_group_follows_its_traffic_and_its_minutes_are_kept() {
    let policy = json!({
        "name": "traffic", "auto_scaling_group": "web", "policy_type": "target_tracking", "metric": "NETWORK_IN",
        "statistic": "SUM", "sampling_window": 3, "target_value": 80_000, "panic_window": 0,
    });
    let (_service, rest, first) = following(policy).await;
    let sent = traffic(&first.private_ip_address);
    rest.in_service("web", 3).await;
    let out = decided(&rest, "it grew", |d| from_to(d).1 == 3).await;
    let wish = &out[0]["wishes"][0];
    let seen = wish["value"].as_f64().unwrap();
    assert!((150_000.0..260_000.0).contains(&seen), "{wish}");

    let busy = minute(&rest, "a minute of traffic is kept", |minute| {
        figure(minute, "NETWORK_IN").is_some_and(|f| f["maximum"].as_f64() > Some(150_000.0))
    })
    .await;
    assert_eq!(busy["at"].as_i64().unwrap() % 60, 0);
    for metric in ["CPU", "MEM", "NETWORK_OUT"] {
        let reported = figure(&busy, metric).unwrap()["reported"].as_u64();
        assert!((1..=3).contains(&reported.unwrap()), "{busy}");
    }
    drop(sent);
    rest.settled(DEADLINE, "web", 1).await;
    decided(&rest, "it shrank", |d| from_to(d).1 == 1).await;
}
