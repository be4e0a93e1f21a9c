//! A simulated engine for seeded schedules: deterministic under a paused clock in one thread.
//!
//! Like a real engine it carries on with a call whose caller is gone, answers after the fact, and tells events
//! late but in order. [`SimulatedEngine`] is a handle: clones share the one engine, also with the test that
//! kills its containers.

mod controls;
mod options;
mod random;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::job::LaunchSpec;
use domain::report::Load;
use domain::{ContainerFacts, ContainerId, ContainerState, Health, InstallationId, InstanceId};
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until};

use crate::{ContainerEngine, EngineError, EngineEvent, EngineInfo, PullProgress, Result, Usage};
pub use options::{Behaviour, Call, Fault, SimulatedOptions};
use world::World;

/// Room of an event receiver; more wait in the simulation.
const BUFFER: usize = 64;

/// A handle on a simulated engine.
#[derive(Clone)]
pub struct SimulatedEngine {
    world: Arc<Mutex<World>>,
    installation: InstallationId,
}

/// When a call takes effect, when it answers, and what goes wrong.
struct Course {
    before: Duration,
    after: Duration,
    fault: Option<Fault>,
    timeout: Duration,
}

impl SimulatedEngine {
    /// An engine that is up, with no containers, and has every image.
    #[must_use]
    pub fn new(options: SimulatedOptions) -> Self {
        Self {
            installation: options.installation,
            world: Arc::new(Mutex::new(World::new(options))),
        }
    }

    /// The same engine as another installation uses it.
    #[must_use]
    pub fn seen_by(&self, installation: InstallationId) -> Self {
        Self {
            world: Arc::clone(&self.world),
            installation,
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn course(&self, call: Call) -> Result<Course> {
        let mut world = self.world();
        if !world.up {
            return Err(EngineError::Unavailable("the engine is down".to_owned()));
        }
        let range = match call {
            Call::Create => world.options.create.clone(),
            Call::Start => world.options.start.clone(),
            Call::Remove => world.options.stop.clone(),
            Call::List => world.options.read.clone(),
        };
        let planned = world
            .faults
            .get_mut(&call)
            .and_then(std::collections::VecDeque::pop_front);
        let rate = if call == Call::List {
            0
        } else {
            world.options.lost_answers_per_mille
        };
        let lost = world.random.chance(rate).then_some(Fault::LostAnswer);
        let (whole, part) = (world.random.within(&range), world.random.within(&range));
        Ok(Course {
            before: whole.min(part),
            after: whole.saturating_sub(part),
            fault: planned.or(lost),
            timeout: world.options.call_timeout,
        })
    }

    /// Runs a call apart from its caller, as an engine does: a caller that vanishes does not undo it.
    async fn carry_out<T, F>(&self, call: Call, extra: Duration, effect: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T> + Send + 'static,
    {
        let course = self.course(call)?;
        let engine = self.clone();
        let running = tokio::spawn(async move {
            let lost = || Err(EngineError::Unknown("the answer was lost".to_owned()));
            match course.fault {
                Some(Fault::Refused(reason)) => return Err(EngineError::Refused(reason)),
                Some(Fault::LostCall) => return lost(),
                Some(Fault::Hang) => {
                    sleep(course.timeout).await;
                    return lost();
                }
                None | Some(Fault::LostAnswer) => sleep(course.before + extra).await,
            }
            if !engine.world().up {
                return lost();
            }
            let done = effect(&engine);
            sleep(course.after).await;
            if course.fault.is_some() { lost() } else { done }
        });
        running
            .await
            .unwrap_or_else(|_| Err(EngineError::Unknown("the engine stopped".to_owned())))
    }

    fn start_now(&self, id: &ContainerId) -> Result<()> {
        let state = self.world().own(id, self.installation).map(|facts| facts.state);
        match state {
            None | Some(ContainerState::Removed) => Err(EngineError::NotFound),
            Some(ContainerState::Exited { .. }) => Err(EngineError::Exited),
            Some(ContainerState::Running(_)) => Ok(()),
            Some(ContainerState::Created) => self.run(id),
        }
    }

    /// Starts it and sets going what its image does.
    fn run(&self, id: &ContainerId) -> Result<()> {
        let (behaviour, start) = {
            let mut world = self.world();
            world.run(id)?;
            let container = world.containers.get(id).ok_or(EngineError::NotFound)?;
            (world.behaviour(&container.image), container.starts)
        };
        if let Some((after, code)) = behaviour.exits {
            self.later(id, start, after, move |world, id| {
                world.end(id, code, false);
            });
        }
        if let Some((after, healthy)) = behaviour.health {
            let health = if healthy {
                Health::Healthy
            } else {
                Health::Unhealthy
            };
            self.later(id, start, after, move |world, id| {
                world.change(id, ContainerState::Running(health));
            });
        }
        Ok(())
    }

    /// Does something to a container later, if it still runs since the same start.
    fn later(
        &self,
        id: &ContainerId,
        start: u32,
        after: Duration,
        act: impl FnOnce(&mut World, &ContainerId) + Send + 'static,
    ) {
        let (engine, id) = (self.clone(), id.clone());
        tokio::spawn(async move {
            sleep(after).await;
            let mut world = engine.world();
            let same = world
                .containers
                .get(&id)
                .is_some_and(|container| container.starts == start);
            if same && world.is_running(&id) {
                act(&mut world, &id);
            }
        });
    }

    /// How long a container takes to end, beside the call itself.
    fn dying(&self, id: &ContainerId, grace: Duration) -> Duration {
        let world = self.world();
        let image = world
            .containers
            .get(id)
            .filter(|_| world.is_running(id))
            .map(|c| c.image.clone());
        let stubborn = image.is_some_and(|image| world.behaviour(&image).ignores_sigterm);
        if stubborn { grace } else { Duration::ZERO }
    }

    async fn read<T>(&self, look: impl FnOnce(&World) -> T + Send) -> Result<T> {
        let course = self.course(Call::List)?;
        sleep(course.before).await;
        let seen = look(&self.world());
        sleep(course.after).await;
        let up = self.world().up;
        match course.fault {
            None if up => Ok(seen),
            Some(Fault::Refused(reason)) => Err(EngineError::Refused(reason)),
            Some(Fault::Hang) => {
                sleep(course.timeout).await;
                Err(EngineError::Unknown("no answer in time".to_owned()))
            }
            None | Some(Fault::LostAnswer | Fault::LostCall) => {
                Err(EngineError::Unknown("the answer was lost".to_owned()))
            }
        }
    }
}

#[async_trait]
impl ContainerEngine for SimulatedEngine {
    async fn info(&self) -> Result<EngineInfo> {
        self.read(|world| world.options.info.clone()).await
    }

    async fn ensure_image(&self, image: &str, progress: mpsc::Sender<PullProgress>) -> Result<()> {
        let behaviour = self.read(|world| world.behaviour(image)).await?;
        if behaviour.missing {
            return Err(EngineError::NoImage {
                image: image.to_owned(),
                reason: "pull access denied, repository does not exist".to_owned(),
            });
        }
        if behaviour.remote {
            let half = {
                let mut world = self.world();
                let range = world.options.pull.clone();
                world.random.within(&range) / 2
            };
            for percent in [50, 100] {
                sleep(half).await;
                let message = "Downloading".to_owned();
                let _ = progress.try_send(PullProgress { percent, message });
            }
            self.world()
                .behaviours
                .entry(image.to_owned())
                .or_default()
                .remote = false;
        }
        Ok(())
    }

    async fn create(&self, spec: &LaunchSpec) -> Result<ContainerId> {
        let spec = spec.clone();
        self.carry_out(Call::Create, Duration::ZERO, move |engine| {
            engine.world().create(&spec)
        })
        .await
    }

    async fn start(&self, id: &ContainerId) -> Result<()> {
        let id = id.clone();
        self.carry_out(Call::Start, Duration::ZERO, move |engine| engine.start_now(&id))
            .await
    }

    async fn remove(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let extra = self.dying(id, grace);
        let id = id.clone();
        let remove = move |engine: &Self| {
            let mut world = engine.world();
            if world.own(&id, engine.installation).is_none() && world.containers.contains_key(&id) {
                return Err(EngineError::Refused(format!(
                    "container {} is not ours",
                    id.short()
                )));
            }
            world.delete(&id);
            Ok(())
        };
        self.carry_out(Call::Remove, extra, remove).await
    }

    async fn find(&self, record: InstanceId) -> Result<Option<ContainerFacts>> {
        self.read(|world| world.of_record(record, self.installation))
            .await
    }

    async fn inspect(&self, id: &ContainerId) -> Result<Option<ContainerFacts>> {
        self.read(|world| world.own(id, self.installation)).await
    }

    async fn list(&self, installation: InstallationId) -> Result<Vec<ContainerFacts>> {
        self.read(|world| world.listed(installation)).await
    }

    async fn events(&self, installation: InstallationId) -> Result<mpsc::Receiver<EngineEvent>> {
        let mut queue = {
            let mut world = self.world();
            if !world.up {
                return Err(EngineError::Unavailable("the engine is down".to_owned()));
            }
            world.listen(installation)
        };
        let (sender, receiver) = mpsc::channel(BUFFER);
        tokio::spawn(async move {
            while let Some((due, event)) = queue.recv().await {
                sleep_until(due).await;
                if sender.send(event).await.is_err() {
                    return;
                }
            }
        });
        Ok(receiver)
    }

    async fn usage(&self, ids: &[ContainerId]) -> Result<Vec<(ContainerId, Usage)>> {
        let one = |world: &World, id: &ContainerId| world.usage(id).map(|usage| (id.clone(), usage));
        self.read(|world| ids.iter().filter_map(|id| one(world, id)).collect())
            .await
    }

    async fn host_load(&self) -> Result<Load> {
        self.read(|world| world.load).await
    }
}
