//! Jobs and messages for tests.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use domain::job::LaunchSpec;
use domain::{
    EngineId, FromHost, GroupId, HostName, Incarnation, InstanceId, InstanceType, Job, JobKind, Message,
    Stamp,
};
use uuid::Uuid;

use crate::{Delivery, Jobs};

/// Ends a test that waits for what never comes; longer than any ack-wait, for machines that are busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// What `wait` gives.
///
/// # Panics
/// When it does not come in a minute and a half.
pub async fn patiently<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("it came in time")
}

/// The next job in hand.
///
/// # Panics
/// When none comes.
pub async fn taken(jobs: &mut dyn Jobs) -> Box<dyn Delivery> {
    patiently(jobs.next()).await.expect("the bus is open")
}

/// A host.
///
/// # Panics
/// When `name` is no host's name.
#[must_use]
pub fn host(name: &str) -> HostName {
    HostName::parse(name).expect("a host's name")
}

/// A group that nobody else has.
#[must_use]
pub fn group() -> GroupId {
    GroupId(Uuid::now_v7())
}

/// A launch of a new record.
#[must_use]
pub fn launch(host: &HostName) -> Job {
    let spec = LaunchSpec {
        name: "web-0123456789".to_owned(),
        domain: "example.net".to_owned(),
        image: "cirros".to_owned(),
        limits: InstanceType { vcpu: 1, memory: 512 },
        user_data: "{}".to_owned(),
        labels: BTreeMap::from([("zone".to_owned(), "docker01".to_owned())]),
    };
    job(host, JobKind::Launch(Box::new(spec)))
}

/// A stop of a new record.
#[must_use]
pub fn stop(host: &HostName) -> Job {
    job(host, JobKind::Stop { grace_ms: 5_000 })
}

fn job(host: &HostName, kind: JobKind) -> Job {
    Job {
        group: group(),
        record: InstanceId(Uuid::now_v7()),
        host: host.clone(),
        epoch: domain::Epoch(1),
        attempt: 1,
        kind,
    }
}

/// Message number `sequence` of a host.
#[must_use]
pub fn said(host: &HostName, sequence: u64) -> Message {
    Message::Host {
        stamp: Stamp {
            host: host.clone(),
            engine: EngineId::new("E1"),
            incarnation: Incarnation(Uuid::nil()),
            sequence,
        },
        body: FromHost::Samples {
            host: domain::report::Load {
                cpu: 12.5,
                memory: 40.0,
                ..domain::report::Load::default()
            },
            instances: Vec::new(),
        },
    }
}
