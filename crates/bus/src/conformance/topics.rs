//! Nudges and messages: every subscriber gets them.

use std::collections::BTreeMap;

use domain::report::Load;
use domain::{
    AccountName, Capacity, ContainerFacts, ContainerId, ContainerState, EngineId, FromHost, Host, HostState,
    Incarnation, InstallationId, InstanceId, Message, Outcome, Sample, Stamp, ZoneName,
};
use uuid::Uuid;

use super::Rig;
use super::fixture::{group, host, patiently, said};
use crate::{Beacon, Nudge, Received, Subscription};

/// The next item.
async fn item<T: Send>(subscription: &mut dyn Subscription<T>) -> T {
    match patiently(subscription.next()).await {
        Some(Received::Item(item)) => item,
        Some(Received::Lagged) => panic!("nothing was lost"),
        None => panic!("the bus is open"),
    }
}

/// Every subscriber gets every nudge.
pub async fn who_subscribes_gets_every_nudge(rig: Rig) {
    let mut one = rig.bus.nudges().await.unwrap();
    let mut two = rig.bus.nudges().await.unwrap();
    let sent = [
        Nudge::Group(group()),
        Nudge::Report,
        Nudge::Hosts,
        Nudge::Policies,
        Nudge::Group(group()),
    ];
    for nudge in sent {
        rig.bus.nudge(nudge).await.unwrap();
    }
    for nudge in sent {
        assert_eq!(item(&mut *one).await, nudge);
        assert_eq!(item(&mut *two).await, nudge);
    }
}

/// What was published before a subscription was made is not part of it; what comes at once after is.
pub async fn a_subscription_begins_when_it_is_made(rig: Rig) {
    let here = host("begins");
    let (before, after) = (group(), group());
    rig.bus.nudge(Nudge::Group(before)).await.unwrap();
    rig.bus.publish(&said(&here, 1)).await.unwrap();
    let mut nudges = rig.bus.nudges().await.unwrap();
    let mut messages = rig.bus.messages().await.unwrap();
    rig.bus.nudge(Nudge::Group(after)).await.unwrap();
    rig.bus.publish(&said(&here, 2)).await.unwrap();
    assert_eq!(item(&mut *nudges).await, Nudge::Group(after));
    assert_eq!(item(&mut *messages).await, said(&here, 2));
}

/// Nothing of a message is lost on the way, whichever kind it is, and every subscriber gets it.
pub async fn messages_arrive_whole(rig: Rig) {
    let mut one = rig.bus.messages().await.unwrap();
    let mut two = rig.bus.messages().await.unwrap();
    let sent = every_kind();
    for message in &sent {
        rig.bus.publish(message).await.unwrap();
    }
    for message in &sent {
        assert_eq!(&item(&mut *one).await, message);
        assert_eq!(&item(&mut *two).await, message);
    }
}

/// What one sender publishes arrives in its order.
pub async fn messages_keep_their_order(rig: Rig) {
    let here = host("order");
    let mut messages = rig.bus.messages().await.unwrap();
    for number in 0..100 {
        rig.bus.publish(&said(&here, number)).await.unwrap();
    }
    for number in 0..100 {
        assert_eq!(item(&mut *messages).await, said(&here, number));
    }
}

/// A subscriber that does not read holds up nobody, is told that it lost something, and then goes on.
pub async fn a_slow_subscriber_is_told_and_goes_on(rig: Rig) {
    let here = host("slow");
    let mut slow = rig.bus.messages().await.unwrap();
    for number in 0..rig.flood {
        patiently(rig.bus.publish(&said(&here, number))).await.unwrap();
    }
    while patiently(slow.next()).await.expect("the bus is open") != Received::Lagged {}
    let last = said(&here, rig.flood);
    rig.bus.publish(&last).await.unwrap();
    while patiently(slow.next()).await.expect("the bus is open") != Received::Item(last.clone()) {}
}

/// Every subscriber gets every beacon as it was sent, and nobody gets it as something else.
pub async fn a_beacon_arrives_whole(rig: Rig) {
    let mut one = rig.bus.beacons().await.unwrap();
    let mut two = rig.bus.beacons().await.unwrap();
    let mut messages = rig.bus.messages().await.unwrap();
    let sent = ["health-manager@node1/4711", "worker-launch@knoten-ü/1"].map(|process| Beacon {
        process: process.to_owned(),
        sent: 1_789_000_000,
        snapshot: serde_json::json!({"components": [{"name": "rounds", "since": -1, "load": 0.25}], "leads": null}),
    });
    for beacon in &sent {
        rig.bus.beacon(beacon).await.unwrap();
    }
    for beacon in &sent {
        assert_eq!(&item(&mut *one).await, beacon);
        assert_eq!(&item(&mut *two).await, beacon);
    }
    let mark = said(&host("beacon"), 1);
    rig.bus.publish(&mark).await.unwrap();
    assert_eq!(item(&mut *messages).await, mark);
}

/// A bus that works says so.
pub async fn the_bus_answers(rig: Rig) {
    patiently(rig.bus.ping()).await.unwrap();
}

fn every_kind() -> Vec<Message> {
    let bodies = [
        report(),
        FromHost::Event(Box::new(facts(ContainerState::Removed))),
        samples(),
    ];
    let from_host = bodies.into_iter().zip(1..).map(|(body, sequence)| Message::Host {
        stamp: Stamp {
            host: host("whole"),
            engine: EngineId::new("E1"),
            incarnation: Incarnation(Uuid::now_v7()),
            sequence,
        },
        body,
    });
    let outcomes = [
        Outcome::Started,
        Outcome::Failed {
            reason: "no such image: \"cirros:é\"".to_owned(),
            host_full: true,
        },
        Outcome::Gone,
        Outcome::NotStopped { deliveries: 30 },
        Outcome::Progress {
            percent: 42,
            message: "Downloading".to_owned(),
        },
    ];
    let from_workers = outcomes.into_iter().map(|outcome| Message::Job {
        host: host("whole"),
        group: group(),
        record: InstanceId(Uuid::now_v7()),
        outcome,
    });
    let figure = Message::Figure {
        account: AccountName::parse("user01").expect("a name"),
        source: "app".to_owned(),
        metric: "jobs waiting".to_owned(),
        value: 12.5,
    };
    from_host.chain(from_workers).chain([figure]).collect()
}

fn facts(state: ContainerState) -> ContainerFacts {
    ContainerFacts {
        installation: InstallationId(Uuid::now_v7()),
        group: group(),
        record: InstanceId(Uuid::now_v7()),
        id: ContainerId::new("0123456789abcdef"),
        name: "web-0123456789".to_owned(),
        state,
        private_ip: "172.17.0.2".to_owned(),
        labels: BTreeMap::from([("zone".to_owned(), "docker01".to_owned())]),
    }
}

fn report() -> FromHost {
    let host = Host {
        name: host("whole"),
        zones: vec![ZoneName::parse("docker01").expect("a zone's name")],
        engine: EngineId::new("E1"),
        capacity: Capacity {
            instances: Some(10),
            memory_mib: None,
            vcpus: Some(4),
        },
        labels: BTreeMap::from([("disk".to_owned(), "ssd".to_owned())]),
        control: true,
        cpus: 2,
        memory_mib: 4096,
        state: HostState::Cordoned,
    };
    let exited = ContainerState::Exited {
        code: Some(137),
        oom: true,
    };
    FromHost::Report {
        host: Box::new(host),
        listed_from: 7,
        containers: vec![facts(exited), facts(ContainerState::Created)],
    }
}

fn samples() -> FromHost {
    let load = Load {
        cpu: 99.75,
        memory: 0.5,
        network_in: Some(0.1 + 0.2),
        network_out: None,
    };
    let sample = Sample {
        group: group(),
        record: InstanceId(Uuid::now_v7()),
        load,
    };
    FromHost::Samples {
        host: load,
        instances: vec![sample],
    }
}
