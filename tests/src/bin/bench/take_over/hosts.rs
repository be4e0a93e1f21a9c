//! The hosts of the large installation: nothing of them is real but their voice, since silent hosts would freeze the
//! service, and lost ones have it replace everything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use domain::{
    ContainerFacts, ContainerId, ContainerState, FromHost, GroupId, Health, Host, Incarnation,
    InstallationId, InstanceId, Message, Stamp,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::super::installation::{HOSTS, host};

/// Well below the time after which a silent host is stale.
const SPEAK_EVERY: Duration = Duration::from_secs(3);

/// Hosts that speak until this is dropped.
pub struct Hosts(JoinHandle<()>);

impl Hosts {
    /// They begin to speak.
    pub fn speak(bus: Arc<dyn Bus>, installation: InstallationId) -> Self {
        Self(tokio::spawn(async move {
            let hosts: Vec<Host> = (0..HOSTS).map(host).collect();
            let life = Incarnation(Uuid::now_v7());
            let mut ticks = tokio::time::interval(SPEAK_EVERY);
            for sequence in 1.. {
                ticks.tick().await;
                for host in &hosts {
                    // A word that is lost is followed by the next.
                    let _hint = bus.publish(&word(host, life, sequence, installation)).await;
                }
            }
        }))
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// That a container runs which nobody asks about: a sign of life that changes nothing.
fn word(host: &Host, life: Incarnation, sequence: u64, installation: InstallationId) -> Message {
    let facts = ContainerFacts {
        installation,
        group: GroupId(Uuid::max()),
        record: InstanceId(Uuid::max()),
        id: ContainerId::new("nobody"),
        name: "nobody".to_owned(),
        state: ContainerState::Running(Health::None),
        private_ip: String::new(),
        labels: BTreeMap::new(),
    };
    Message::Host {
        stamp: Stamp {
            host: host.name.clone(),
            engine: host.engine.clone(),
            incarnation: life,
            sequence,
        },
        body: FromHost::Event(Box::new(facts)),
    }
}
