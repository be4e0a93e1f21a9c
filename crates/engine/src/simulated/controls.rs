//! What a test can do behind the service's back, and see.

use std::collections::BTreeMap;

use domain::report::Load;
use domain::{ContainerFacts, ContainerId, ContainerState, GroupId, Health, InstanceId};

use super::SimulatedEngine;
use super::options::{Behaviour, Call, Fault};
use crate::Result;

impl SimulatedEngine {
    /// What containers of an image do from now on.
    pub fn behave(&self, image: &str, behaviour: Behaviour) {
        self.world().behaviours.insert(image.to_owned(), behaviour);
    }

    /// Makes the next call of a kind fail; several wait in line.
    pub fn fail_next(&self, call: Call, fault: Fault) {
        self.world().faults.entry(call).or_default().push_back(fault);
    }

    /// Forgets the failures that wait in line.
    pub fn forget_faults(&self) {
        self.world().faults.clear();
    }

    /// How many changing calls in a thousand lose their answer from now on.
    pub fn lose_answers(&self, per_mille: u32) {
        self.world().options.lost_answers_per_mille = per_mille;
    }

    /// Takes the engine down: calls fail, events get lost. Its containers go on running.
    pub fn down(&self) {
        self.world().up = false;
    }

    /// Brings it up; listeners are told that they missed something.
    pub fn up(&self) {
        let mut world = self.world();
        world.up = true;
        world.resumed();
    }

    /// Ends every container, as an engine does that restarts; no event tells it while the engine is down.
    pub fn kill_all(&self) {
        let mut world = self.world();
        let all: Vec<_> = world.containers.keys().cloned().collect();
        for id in &all {
            world.end(id, 137, false);
        }
    }

    /// Interrupts the event streams: what happens until [`Self::unmute`] is told to nobody.
    pub fn mute(&self) {
        self.world().muted = true;
    }

    /// Resumes them.
    pub fn unmute(&self) {
        let mut world = self.world();
        world.muted = false;
        world.resumed();
    }

    /// SIGKILL; whether the record's container ran.
    pub fn kill(&self, record: InstanceId) -> bool {
        self.end(record, 137, false)
    }

    /// The kernel kills it for its memory limit.
    pub fn oom(&self, record: InstanceId) -> bool {
        self.end(record, 137, true)
    }

    /// It ends by itself, or somebody stops it.
    pub fn stop(&self, record: InstanceId, code: i64) -> bool {
        self.end(record, code, false)
    }

    fn end(&self, record: InstanceId, code: i64, oom: bool) -> bool {
        let mut world = self.world();
        let found = world.of_record(record, self.installation);
        found.is_some_and(|facts| world.end(&facts.id, code, oom))
    }

    /// Somebody removes the record's container by force; whether there was one.
    pub fn remove_by_hand(&self, record: InstanceId) -> bool {
        let mut world = self.world();
        let found = world.of_record(record, self.installation);
        found.is_some_and(|facts| {
            world.delete(&facts.id);
            true
        })
    }

    /// Somebody starts the record's container, also one that exited.
    ///
    /// # Errors
    /// When it has none.
    pub fn start_by_hand(&self, record: InstanceId) -> Result<()> {
        let found = self.world().of_record(record, self.installation);
        match found {
            Some(facts) if matches!(facts.state, ContainerState::Running(_)) => Ok(()),
            Some(facts) => self.run(&facts.id),
            None => Err(crate::EngineError::NotFound),
        }
    }

    /// Sets what the record's HEALTHCHECK says, while it runs.
    pub fn set_health(&self, record: InstanceId, health: Health) {
        let mut world = self.world();
        if let Some(facts) = world.of_record(record, self.installation)
            && world.is_running(&facts.id)
        {
            world.change(&facts.id, ContainerState::Running(health));
        }
    }

    /// Lets the record's container use that many CPUs and bytes from now on.
    pub fn burn(&self, record: InstanceId, cpus: f64, memory: u64) {
        let mut world = self.world();
        if let Some(facts) = world.of_record(record, self.installation) {
            world.burn(&facts.id, cpus, memory);
        }
    }

    /// Sets the host's load.
    pub fn set_load(&self, load: Load) {
        self.world().load = load;
    }

    /// Adds a running container by somebody else: without labels of ours, with another installation's, or with
    /// labels as a restored backup would show them.
    ///
    /// # Errors
    /// Never for a container just added.
    pub fn add_foreign(&self, name: &str, labels: BTreeMap<String, String>) -> Result<ContainerId> {
        let id = self.world().insert(name, "foreign", labels);
        self.run(&id)?;
        Ok(id)
    }

    /// Whether a container, whoever's it is, runs.
    #[must_use]
    pub fn runs(&self, id: &ContainerId) -> bool {
        self.world().is_running(id)
    }

    /// Every container of ours as it is at this moment, without a call to the engine.
    #[must_use]
    pub fn snapshot(&self) -> Vec<ContainerFacts> {
        self.world().listed(self.installation)
    }

    /// How many of a group's containers are alive.
    #[must_use]
    pub fn alive(&self, group: GroupId) -> usize {
        self.world().living(group).len()
    }

    /// The most of a group's containers that were ever alive at once.
    #[must_use]
    pub fn max_alive(&self, group: GroupId) -> usize {
        self.world().max_alive.get(&group).copied().unwrap_or_default()
    }

    /// Calls back at every start, under the engine's lock, with the container and those of its group that are
    /// alive then, itself among them.
    pub fn on_start(&self, hook: impl FnMut(&ContainerFacts, &[ContainerFacts]) + Send + 'static) {
        self.world().on_start = Some(Box::new(hook));
    }
}
