#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::time::Duration;

use domain::report::Load;
use domain::{Capacity, EngineId, GroupId, HostName, HostState, Incarnation};
use uuid::Uuid;

use super::*;

fn host() -> Host {
    Host {
        name: HostName::parse("docker01").unwrap(),
        zones: Vec::new(),
        engine: EngineId::new("engine"),
        capacity: Capacity::default(),
        labels: BTreeMap::new(),
        control: false,
        cpus: 2,
        memory_mib: 1024,
        state: HostState::Active,
    }
}

/// A leader that hears nothing but one host.
struct Ear {
    inbox: Inbox,
    fleet: Fleet,
    cache: Cache,
}

impl Ear {
    fn new() -> Self {
        let grace = Duration::from_secs(30);
        Self {
            inbox: Inbox::default(),
            fleet: Fleet::new(vec![host()], grace, grace),
            cache: Cache::new(),
        }
    }

    fn hear(&mut self, life: u128, sequence: u64, body: FromHost) -> Vec<Consequence> {
        let stamp = Stamp {
            host: host().name,
            engine: host().engine,
            incarnation: Incarnation(Uuid::from_u128(life)),
            sequence,
        };
        self.inbox
            .receive(Message::Host { stamp, body }, &mut self.fleet, &self.cache)
    }

    fn report(&mut self, life: u128, sequence: u64) {
        let host = Box::new(host());
        let containers = Vec::new();
        let listed_from = sequence;
        self.hear(
            life,
            sequence,
            FromHost::Report {
                host,
                listed_from,
                containers,
            },
        );
    }

    fn samples(&mut self, life: u128, sequence: u64) -> Vec<Consequence> {
        let stranger = Sample {
            group: GroupId(Uuid::nil()),
            record: InstanceId(Uuid::nil()),
            load: Load::default(),
        };
        let (host, instances) = (Load::default(), vec![stranger]);
        self.hear(life, sequence, FromHost::Samples { host, instances })
    }
}

#[test]
fn of_samples_only_the_newest_of_the_present_life_count_and_only_those_of_known_instances() {
    let mut ear = Ear::new();
    let sampled = [Consequence::Sampled(Vec::new())];
    assert_eq!(ear.samples(1, 1), [], "from a life that was never heard of");
    ear.report(1, 2);
    assert_eq!(ear.samples(1, 5), sampled);
    assert_eq!(ear.samples(1, 5), [], "told twice");
    assert_eq!(ear.samples(1, 4), [], "overtaken");
    assert_eq!(ear.samples(1, 6), sampled);
    ear.report(2, 1);
    assert_eq!(ear.samples(1, 7), [], "from a former life");
    assert_eq!(ear.samples(2, 2), sampled, "numbers begin anew with each life");
}
