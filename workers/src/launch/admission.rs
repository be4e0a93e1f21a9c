//! Admission: the host's own last word on its capacity.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::job::{LaunchSpec, label};
use domain::{Capacity, ContainerFacts, ContainerState, InstanceId, Job, Need};

use crate::Deps;
use crate::calls::logged;

/// Launches in hand, by record; a ticket each, since a job may be delivered twice.
type InFlight = BTreeMap<(InstanceId, u64), Need>;

/// The gate: one launch at a time is judged.
#[derive(Default)]
pub(super) struct Gate {
    judging: tokio::sync::Mutex<u64>,
    in_flight: Mutex<InFlight>,
}

/// Holds a launch's room until its container shows in listings, or the launch is given up.
pub(super) struct Admitted<'a> {
    gate: Option<(&'a Gate, (InstanceId, u64))>,
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if let Some((gate, ticket)) = &self.gate {
            gate.in_flight().remove(ticket);
        }
    }
}

impl Gate {
    fn in_flight(&self) -> MutexGuard<'_, InFlight> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Room for the launch, or `None` when the host is full.
    pub(super) async fn admit(
        &self,
        deps: &Deps,
        job: &Job,
        spec: &LaunchSpec,
    ) -> engine::Result<Option<Admitted<'_>>> {
        let capacity = deps.settings.capacity;
        if capacity == Capacity::default() {
            return Ok(Some(Admitted { gate: None }));
        }
        let mut tickets = self.judging.lock().await;
        // Before the listing: a launch that ends during it is then counted here, if not there.
        let mut taken: BTreeMap<_, _> = self
            .in_flight()
            .iter()
            .map(|((id, _), need)| (*id, *need))
            .collect();
        let listed = logged(job, "list", deps.engine.list(deps.installation)).await?;
        taken.extend(
            listed
                .iter()
                .filter(|facts| may_live(facts))
                .map(|facts| (facts.record, need(facts))),
        );
        // A repeated job needs no more room than its record has already.
        taken.remove(&job.record);
        let used = taken.into_values().fold(Need::default(), Need::plus);
        let more = Need::of(spec.limits);
        if !capacity.fits(used, more) {
            return Ok(None);
        }
        *tickets = tickets.wrapping_add(1);
        let ticket = (job.record, *tickets);
        self.in_flight().insert(ticket, more);
        Ok(Some(Admitted {
            gate: Some((self, ticket)),
        }))
    }
}

fn may_live(facts: &ContainerFacts) -> bool {
    match facts.state {
        ContainerState::Created | ContainerState::Running(_) => true,
        ContainerState::Exited { .. } | ContainerState::Removed => false,
    }
}

/// What a container takes, from the labels that [`labelled`] gave it.
fn need(facts: &ContainerFacts) -> Need {
    let figure = |name: &str| {
        facts
            .labels
            .get(name)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Need {
        instances: 1,
        memory_mib: figure(label::MEMORY_MIB),
        vcpus: u32::try_from(figure(label::VCPU)).unwrap_or(u32::MAX),
    }
}

/// The specification with the labels that tell what it takes from the host.
pub(super) fn labelled(spec: &LaunchSpec) -> LaunchSpec {
    let mut spec = spec.clone();
    let figures = [
        (label::VCPU, spec.limits.vcpu.to_string()),
        (label::MEMORY_MIB, spec.limits.memory.to_string()),
    ];
    spec.labels
        .extend(figures.map(|(name, value)| (name.to_owned(), value)));
    spec
}
