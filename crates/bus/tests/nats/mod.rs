//! The NATS bus on real servers: Debian's, and a current one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cluster;
mod credentials;
mod entry;
mod faults;
mod letters;

use std::sync::Arc;
use std::time::Duration;

use bus::conformance::Rig;
use bus::{NatsBus, NatsLimits, NatsOptions};
use test_servers::nats::{Nats, Which};

/// Both, where they are.
const BOTH: [Which; 2] = [Which::Debian, Which::Current];

fn options(server: &Nats) -> NatsOptions {
    options_at(vec![server.url()])
}

fn options_at(urls: Vec<String>) -> NatsOptions {
    NatsOptions {
        urls,
        limits: NatsLimits {
            ack_wait: Duration::from_secs(2),
            behind: 256,
            ..NatsLimits::default()
        },
        ..NatsOptions::default()
    }
}

async fn connected(server: &Nats) -> NatsBus {
    NatsBus::connect(options(server)).await.unwrap()
}

async fn rig(which: Which) -> Option<Rig> {
    let server = Nats::start(which)?;
    let options = options(&server);
    let ack_wait = Some(options.limits.ack_wait);
    let bus = Arc::new(NatsBus::connect(options).await.unwrap());
    // So many that the first arrive, and overrun their reader, while the last are still being sent.
    let mut rig = Rig::new(bus, 20_000).keeping(server);
    rig.ack_wait = ack_wait;
    Some(rig)
}

mod debian {
    async fn make() -> Option<bus::conformance::Rig> {
        super::rig(super::Which::Debian).await
    }
    bus::bus_conformance!(make);
}

mod current {
    async fn make() -> Option<bus::conformance::Rig> {
        super::rig(super::Which::Current).await
    }
    bus::bus_conformance!(make);
}
