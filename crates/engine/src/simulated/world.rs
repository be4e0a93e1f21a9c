//! The simulated engine's state and what each call does to it, apart from time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use domain::job::{LaunchSpec, label};
use domain::report::Load;
use domain::{ContainerFacts, ContainerId, ContainerState, GroupId, Health, InstallationId, InstanceId};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::options::{Behaviour, Call, Fault, SimulatedOptions};
use super::random::Random;
use crate::{EngineError, EngineEvent, Result, Usage};

/// Called at every start with the container and those of its group that are alive then, itself among them.
pub(super) type StartHook = Box<dyn FnMut(&ContainerFacts, &[ContainerFacts]) + Send>;

/// One container.
#[derive(Clone, Debug)]
pub(super) struct Simulated {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) state: ContainerState,
    pub(super) ip: String,
    /// Counts its starts, so that a timer of an earlier one does nothing.
    pub(super) starts: u32,
    meter: Meter,
}

/// CPU time that grows with the clock.
#[derive(Clone, Copy, Debug)]
struct Meter {
    used: Duration,
    share: f64,
    since: Instant,
    memory: u64,
}

impl Meter {
    fn read(&self) -> Usage {
        Usage {
            cpu: self.used + self.since.elapsed().mul_f64(self.share),
            memory: self.memory,
            network: None,
        }
    }
}

/// A receiver of events.
struct Listener {
    installation: InstallationId,
    queue: mpsc::UnboundedSender<(Instant, EngineEvent)>,
    last: Instant,
}

/// Everything there is.
pub(super) struct World {
    pub(super) options: SimulatedOptions,
    pub(super) random: Random,
    pub(super) up: bool,
    pub(super) muted: bool,
    pub(super) behaviours: BTreeMap<String, Behaviour>,
    pub(super) faults: BTreeMap<Call, VecDeque<Fault>>,
    pub(super) containers: BTreeMap<ContainerId, Simulated>,
    pub(super) max_alive: BTreeMap<GroupId, usize>,
    pub(super) on_start: Option<StartHook>,
    pub(super) load: Load,
    listeners: Vec<Listener>,
    made: u32,
}

impl World {
    pub(super) fn new(options: SimulatedOptions) -> Self {
        Self {
            random: Random::seeded(options.seed),
            options,
            up: true,
            muted: false,
            behaviours: BTreeMap::new(),
            faults: BTreeMap::new(),
            containers: BTreeMap::new(),
            max_alive: BTreeMap::new(),
            on_start: None,
            load: Load::default(),
            listeners: Vec::new(),
            made: 0,
        }
    }

    pub(super) fn behaviour(&self, image: &str) -> Behaviour {
        self.behaviours.get(image).cloned().unwrap_or_default()
    }

    /// A container as facts; `None` for one that is not ours.
    pub(super) fn facts(&self, id: &ContainerId) -> Option<ContainerFacts> {
        let container = self.containers.get(id)?;
        let read = |name: &str| container.labels.get(name).and_then(|text| text.parse().ok());
        Some(ContainerFacts {
            installation: InstallationId(read(label::INSTALLATION)?),
            group: GroupId(read(label::GROUP)?),
            record: InstanceId(read(label::RECORD)?),
            id: id.clone(),
            name: container.name.clone(),
            state: container.state,
            private_ip: container.ip.clone(),
            labels: container.labels.clone(),
        })
    }

    /// Facts of every container of an installation, in id order.
    pub(super) fn listed(&self, installation: InstallationId) -> Vec<ContainerFacts> {
        let all = self.containers.keys().filter_map(|id| self.facts(id));
        all.filter(|facts| facts.installation == installation).collect()
    }

    pub(super) fn own(&self, id: &ContainerId, ours: InstallationId) -> Option<ContainerFacts> {
        self.facts(id).filter(|facts| facts.installation == ours)
    }

    pub(super) fn of_record(&self, record: InstanceId, ours: InstallationId) -> Option<ContainerFacts> {
        self.listed(ours).into_iter().find(|facts| facts.record == record)
    }

    pub(super) fn create(&mut self, spec: &LaunchSpec) -> Result<ContainerId> {
        let holder = self
            .containers
            .iter()
            .find(|(_, container)| container.name == spec.name);
        if let Some((id, holder)) = holder {
            let same = |key: &str| holder.labels.get(key) == spec.labels.get(key);
            return if same(label::RECORD) && same(label::INSTALLATION) {
                Ok(id.clone())
            } else {
                Err(EngineError::NameTaken(spec.name.clone()))
            };
        }
        let behaviour = self.behaviour(&spec.image);
        if behaviour.missing || behaviour.remote {
            return Err(EngineError::NoImage {
                image: spec.image.clone(),
                reason: "no such image".to_owned(),
            });
        }
        Ok(self.insert(&spec.name, &spec.image, spec.labels.clone()))
    }

    pub(super) fn insert(
        &mut self,
        name: &str,
        image: &str,
        labels: BTreeMap<String, String>,
    ) -> ContainerId {
        self.made += 1;
        let id = ContainerId::new(format!("{:016x}{:048x}", self.random.next(), self.made));
        let container = Simulated {
            name: name.to_owned(),
            image: image.to_owned(),
            labels,
            state: ContainerState::Created,
            ip: String::new(),
            starts: 0,
            meter: Meter {
                used: Duration::ZERO,
                share: 0.0,
                since: Instant::now(),
                memory: 0,
            },
        };
        self.containers.insert(id.clone(), container);
        id
    }

    /// Starts a container that does not run; whether it may is for the caller to say.
    pub(super) fn run(&mut self, id: &ContainerId) -> Result<()> {
        let has_check = |world: &Self, image: &str| world.behaviour(image).health.is_some();
        let image = self
            .containers
            .get(id)
            .ok_or(EngineError::NotFound)?
            .image
            .clone();
        let health = if has_check(self, &image) {
            Health::Starting
        } else {
            Health::None
        };
        let ip = format!("172.17.{}.{}", self.made / 250, self.made % 250 + 2);
        let container = self.containers.get_mut(id).ok_or(EngineError::NotFound)?;
        container.starts += 1;
        container.ip = ip;
        container.meter.since = Instant::now();
        self.change(id, ContainerState::Running(health));
        if let Some(started) = self.facts(id) {
            let alive = self.living(started.group);
            let most = self.max_alive.entry(started.group).or_default();
            *most = alive.len().max(*most);
            if let Some(hook) = self.on_start.as_mut() {
                hook(&started, &alive);
            }
        }
        Ok(())
    }

    /// Sets a container's state and tells it.
    pub(super) fn change(&mut self, id: &ContainerId, state: ContainerState) {
        if let Some(container) = self.containers.get_mut(id) {
            container.state = state;
            if !matches!(state, ContainerState::Running(_)) {
                container.ip.clear();
            }
        }
        self.tell(id, state);
    }

    /// Ends a running container.
    pub(super) fn end(&mut self, id: &ContainerId, code: i64, oom: bool) -> bool {
        let running = self.is_running(id);
        if running {
            self.change(
                id,
                ContainerState::Exited {
                    code: Some(code),
                    oom,
                },
            );
        }
        running
    }

    pub(super) fn is_running(&self, id: &ContainerId) -> bool {
        let state = self.containers.get(id).map(|container| container.state);
        matches!(state, Some(ContainerState::Running(_)))
    }

    pub(super) fn delete(&mut self, id: &ContainerId) {
        self.end(id, 137, false);
        self.tell(id, ContainerState::Removed);
        self.containers.remove(id);
    }

    /// A group's containers that are alive.
    pub(super) fn living(&self, group: GroupId) -> Vec<ContainerFacts> {
        let running = self.containers.keys().filter(|id| self.is_running(id));
        running
            .filter_map(|id| self.facts(id))
            .filter(|facts| facts.group == group)
            .collect()
    }

    pub(super) fn usage(&self, id: &ContainerId) -> Option<Usage> {
        let running = self.containers.get(id).filter(|_| self.is_running(id));
        running.map(|container| container.meter.read())
    }

    pub(super) fn burn(&mut self, id: &ContainerId, share: f64, memory: u64) {
        if let Some(container) = self.containers.get_mut(id) {
            container.meter = Meter {
                used: container.meter.read().cpu,
                share,
                since: Instant::now(),
                memory,
            };
        }
    }

    pub(super) fn listen(
        &mut self,
        installation: InstallationId,
    ) -> mpsc::UnboundedReceiver<(Instant, EngineEvent)> {
        let (queue, receiver) = mpsc::unbounded_channel();
        self.listeners.push(Listener {
            installation,
            queue,
            last: Instant::now(),
        });
        receiver
    }

    fn tell(&mut self, id: &ContainerId, state: ContainerState) {
        let Some(mut facts) = self.facts(id) else { return };
        facts.state = state;
        let installation = facts.installation;
        if self.up && !self.muted {
            let event = EngineEvent::Container(Box::new(facts));
            self.send(event, |listener| listener.installation == installation);
        }
    }

    pub(super) fn resumed(&mut self) {
        self.send(EngineEvent::Resumed, |_| true);
    }

    /// Queues an event for listeners; delays never change the order.
    fn send(&mut self, event: EngineEvent, to: impl Fn(&Listener) -> bool) {
        let due = Instant::now() + self.random.within(&self.options.event);
        self.listeners.retain_mut(|listener| {
            if !to(listener) {
                return !listener.queue.is_closed();
            }
            listener.last = listener.last.max(due);
            listener.queue.send((listener.last, event.clone())).is_ok()
        });
    }
}
