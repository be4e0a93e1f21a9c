//! Loads from counters: a rate needs two readings.

use std::collections::BTreeMap;

use domain::job::label;
use domain::report::Load;
use domain::{ContainerFacts, ContainerId, ContainerState, Sample};
use engine::{Traffic, Usage};
use tokio::time::Instant;

const MIB: f64 = 1024.0 * 1024.0;

/// The previous reading of each container.
#[derive(Default)]
pub(crate) struct Loads {
    before: BTreeMap<ContainerId, (Usage, Instant)>,
}

impl Loads {
    /// Samples of the containers that were read before: CPU and memory in per cent of their limits on a machine with
    /// `cpus`, the network in bytes a second.
    pub(crate) fn samples(
        &mut self,
        running: &BTreeMap<ContainerId, ContainerFacts>,
        usage: &[(ContainerId, Usage)],
        now: Instant,
        cpus: u32,
    ) -> Vec<Sample> {
        let readings = usage
            .iter()
            .map(|(id, usage)| (id.clone(), (*usage, now)))
            .collect();
        let before = std::mem::replace(&mut self.before, readings);
        let one = |(id, usage): &(ContainerId, Usage)| {
            let (facts, (last, then)) = (running.get(id)?, before.get(id)?);
            let elapsed = now.saturating_duration_since(*then).as_secs_f64();
            let used = usage.cpu.checked_sub(last.cpu)?.as_secs_f64();
            let vcpus = limit(facts, label::VCPU)?.min(f64::from(cpus));
            let memory = limit(facts, label::MEMORY_MIB)? * MIB;
            let load = Load {
                cpu: per_cent(used, elapsed * vcpus)?,
                memory: per_cent(usage.memory as f64, memory)?,
                network_in: rate(last, usage, elapsed, |traffic| traffic.received),
                network_out: rate(last, usage, elapsed, |traffic| traffic.sent),
            };
            Some(Sample {
                group: facts.group,
                record: facts.record,
                load,
            })
        };
        usage.iter().filter_map(one).collect()
    }
}

/// Whether a container has a load.
pub(crate) fn runs(facts: &ContainerFacts) -> bool {
    matches!(facts.state, ContainerState::Running(_))
}

fn limit(facts: &ContainerFacts, name: &str) -> Option<f64> {
    facts.labels.get(name)?.parse::<u32>().ok().map(f64::from)
}

/// Bytes a second between two readings of a counter. One that went back belongs to interfaces that are new.
fn rate(before: &Usage, now: &Usage, elapsed: f64, counter: fn(&Traffic) -> u64) -> Option<f64> {
    let (before, now) = (before.network.as_ref()?, now.network.as_ref()?);
    let bytes = counter(now).checked_sub(counter(before))?;
    (elapsed > 0.0).then(|| bytes as f64 / elapsed)
}

fn per_cent(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole * 100.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use domain::{GroupId, Health, InstallationId, InstanceId};
    use uuid::Uuid;

    use super::*;

    fn facts(vcpu: &str) -> ContainerFacts {
        let labels = [(label::VCPU, vcpu), (label::MEMORY_MIB, "100")];
        ContainerFacts {
            installation: InstallationId(Uuid::nil()),
            group: GroupId(Uuid::nil()),
            record: InstanceId(Uuid::nil()),
            id: ContainerId::new("c"),
            name: "c".to_owned(),
            state: ContainerState::Running(Health::None),
            private_ip: String::new(),
            labels: labels
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    /// Samples of two readings five seconds apart, the second after `cpu` seconds of CPU time.
    fn two_readings(vcpu: &str, cpu: u64) -> (Vec<Sample>, Vec<Sample>) {
        two_of(vcpu, (10, None), (10 + cpu, None))
    }

    fn two_of(
        vcpu: &str,
        before: (u64, Option<Traffic>),
        after: (u64, Option<Traffic>),
    ) -> (Vec<Sample>, Vec<Sample>) {
        let running = BTreeMap::from([(ContainerId::new("c"), facts(vcpu))]);
        let usage = |(cpu, network)| {
            let used = Usage {
                cpu: Duration::from_secs(cpu),
                memory: 25 * 1024 * 1024,
                network,
            };
            [(ContainerId::new("c"), used)]
        };
        let (mut loads, then) = (Loads::default(), Instant::now());
        let first = loads.samples(&running, &usage(before), then, 4);
        let second = loads.samples(&running, &usage(after), then + Duration::from_secs(5), 4);
        (first, second)
    }

    #[test]
    fn a_first_reading_has_no_rate() {
        assert!(two_readings("2", 5).0.is_empty());
    }

    #[test]
    fn loads_are_per_cent_of_the_limits() {
        let load = two_readings("2", 5).1.first().unwrap().load;
        assert!(
            (load.cpu - 50.0).abs() < 1e-9 && (load.memory - 25.0).abs() < 1e-9,
            "{load:?}"
        );
    }

    #[test]
    fn traffic_is_bytes_a_second_where_it_can_be_read() {
        let traffic = |received, sent| Some(Traffic { received, sent });
        let told = |before, after| {
            let load = two_of("2", (10, before), (15, after)).1.first().unwrap().load;
            assert!((load.cpu - 50.0).abs() < 1e-9, "{load:?}");
            (load.network_in, load.network_out)
        };
        assert_eq!(
            told(traffic(1_000, 7), traffic(6_000, 7)),
            (Some(1_000.0), Some(0.0))
        );
        assert_eq!(told(traffic(1_000, 7), traffic(0, 17)), (None, Some(2.0)));
        assert_eq!(told(None, traffic(1, 1)), (None, None));
        assert_eq!(told(traffic(1, 1), None), (None, None));
    }

    #[test]
    fn a_limit_above_the_machine_counts_as_the_machine() {
        let load = two_readings("16", 10).1.first().unwrap().load;
        assert!((load.cpu - 50.0).abs() < 1e-9, "{load:?}");
    }
}
