//! Loads from counters: a rate needs two readings.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::job::label;
use domain::report::Load;
use domain::{ContainerFacts, ContainerId, ContainerState, Sample};
use engine::Usage;
use tokio::time::Instant;

const MIB: f64 = 1024.0 * 1024.0;

/// The previous reading of each container.
#[derive(Default)]
pub(crate) struct Loads {
    before: BTreeMap<ContainerId, (Duration, Instant)>,
}

impl Loads {
    /// Samples of the containers that were read before, in per cent of their limits on a machine with `cpus`.
    pub(crate) fn samples(
        &mut self,
        running: &BTreeMap<ContainerId, ContainerFacts>,
        usage: &[(ContainerId, Usage)],
        now: Instant,
        cpus: u32,
    ) -> Vec<Sample> {
        let readings = usage
            .iter()
            .map(|(id, usage)| (id.clone(), (usage.cpu, now)))
            .collect();
        let before = std::mem::replace(&mut self.before, readings);
        let one = |(id, usage): &(ContainerId, Usage)| {
            let (facts, (cpu, then)) = (running.get(id)?, before.get(id)?);
            let elapsed = now.saturating_duration_since(*then).as_secs_f64();
            let used = usage.cpu.checked_sub(*cpu)?.as_secs_f64();
            let vcpus = limit(facts, label::VCPU)?.min(f64::from(cpus));
            let memory = limit(facts, label::MEMORY_MIB)? * MIB;
            let load = Load {
                cpu: per_cent(used, elapsed * vcpus)?,
                memory: per_cent(usage.memory as f64, memory)?,
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

fn per_cent(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole * 100.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
        let running = BTreeMap::from([(ContainerId::new("c"), facts(vcpu))]);
        let usage = |cpu| {
            let used = Usage {
                cpu: Duration::from_secs(cpu),
                memory: 25 * 1024 * 1024,
            };
            [(ContainerId::new("c"), used)]
        };
        let (mut loads, then) = (Loads::default(), Instant::now());
        let first = loads.samples(&running, &usage(10), then, 4);
        let second = loads.samples(&running, &usage(10 + cpu), then + Duration::from_secs(5), 4);
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
    fn a_limit_above_the_machine_counts_as_the_machine() {
        let load = two_readings("16", 10).1.first().unwrap().load;
        assert!((load.cpu - 50.0).abs() < 1e-9, "{load:?}");
    }
}
