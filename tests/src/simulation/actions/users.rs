//! Users: what the REST service does for them, as it does it, and often without its nudge arriving.

use std::sync::Arc;

use bus::{Bus, Nudge};
use domain::{
    Body, Desire, DesireError, Document, Generation, Group, GroupId, GroupName, GroupPatch, GroupSpec, Ids,
    Kind, LaunchConfiguration, TypeName,
};
use store::update::{self, UpdateError, Verdict};
use store::{Store, Versioned};

use super::super::bus::SimBus;
use super::super::life::Life;
use super::super::setup::Image;
use super::super::store::SimStore;
use super::super::world::World;
use super::wishes::{UserAction, configuration};

/// A user at work.
pub struct User {
    world: Arc<World>,
    life: Arc<Life>,
    store: SimStore,
    bus: SimBus,
}

/// Why a user's wish was not granted, for the trace.
type Refusal = String;

impl User {
    /// A user of the world.
    #[must_use]
    pub fn of(world: &Arc<World>) -> Self {
        let life = Life::new("user");
        Self {
            store: world.store_of(&life, false),
            bus: world.bus_of(&life),
            world: Arc::clone(world),
            life,
        }
    }

    /// Does it, and notes how it went.
    pub async fn act(&self, action: UserAction) {
        let told = format!("{action:?}");
        let done = self.grant(action).await;
        self.world
            .trace
            .say(&self.life.name, || format!("{told}: {done:?}"));
    }

    async fn grant(&self, action: UserAction) -> Result<(), Refusal> {
        match action {
            UserAction::Create(group, spec) => self.create(group, *spec).await,
            UserAction::Start(group) => self.start(group).await,
            UserAction::Stop(group) => self.desire(group, &Desire::Stop).await,
            UserAction::Delete(group) => {
                // It may be stopped already.
                let _ = self.desire(group, &Desire::Stop).await;
                self.desire(group, &Desire::Delete).await
            }
            UserAction::Update(group, patch) => self.desire(group, &Desire::Update(*patch)).await,
            UserAction::Resize(group, desired) => {
                let cause = "a user's request".to_owned();
                self.desire(group, &Desire::Capacity { desired, cause }).await
            }
            UserAction::Terminate(group, nth, decrement) => self.terminate(group, nth, decrement).await,
            UserAction::Republish(image) => self.publish(image).await,
        }
    }

    async fn create(&self, group: usize, spec: GroupSpec) -> Result<(), Refusal> {
        let id = GroupId(self.world.users.ids.fresh());
        let group = Group::new(id, self.world.account.clone(), named(group)?, spec);
        self.store.create_group(&group).await.map_err(text)?;
        self.nudge(id).await;
        Ok(())
    }

    async fn found(&self, group: usize) -> Result<Versioned<Group>, Refusal> {
        let found = self
            .store
            .group_named(&self.world.account, &named(group)?)
            .await
            .map_err(text)?;
        found.ok_or_else(|| "not found".to_owned())
    }

    async fn start(&self, group: usize) -> Result<(), Refusal> {
        let found = self.found(group).await?.value;
        let name = found.spec.launch_configuration.as_str();
        let kind = Kind::LaunchConfiguration;
        let document = self
            .store
            .document(kind, &self.world.account, name)
            .await
            .map_err(text)?;
        let mut document = document.ok_or("launch configuration not found")?;
        document.value.used_by.insert(found.id);
        self.store
            .replace_document(&document.value, document.revision)
            .await
            .map_err(text)?;
        self.desire(group, &Desire::Start).await
    }

    async fn terminate(&self, group: usize, nth: u64, decrement: bool) -> Result<(), Refusal> {
        let found = self.found(group).await?.value;
        let count = u64::try_from(found.instances.len()).unwrap_or(0);
        let at = usize::try_from(nth.checked_rem(count).unwrap_or(0)).unwrap_or(0);
        let instance = found.instances.get(at).ok_or("it has no instances")?.id;
        self.desire(group, &Desire::Terminate { instance, decrement })
            .await
    }

    /// Changes desired state, as the REST service does.
    pub async fn desire(&self, group: usize, desire: &Desire) -> Result<(), Refusal> {
        let id = self.found(group).await?.value.id;
        self.desire_of(id, desire).await
    }

    /// The same, by id.
    pub async fn desire_of(&self, id: GroupId, desire: &Desire) -> Result<(), Refusal> {
        let users = &self.world.users;
        let now = domain::Clock::now(&*users.clock);
        let decide = |group: &mut Group| -> Result<Verdict, DesireError> {
            if group.deleted {
                return Err(DesireError::NoInstance(domain::InstanceId(uuid::Uuid::nil())));
            }
            group
                .desire(desire, None, &*users.ids, now)
                .map(|()| Verdict::Commit)
        };
        let done = update::group(&self.store, id, &*users.ids, decide).await;
        self.nudge(id).await;
        done.map(|_| ()).map_err(|error| match error {
            UpdateError::Refused(refused) => refused.to_string(),
            other => other.to_string(),
        })
    }

    async fn nudge(&self, id: GroupId) {
        // A hint: the next scan tells as well.
        let _ = self.bus.nudge(Nudge::Group(id)).await;
    }

    /// Writes an image's launch configuration, the first time or again.
    pub async fn publish(&self, image: Image) -> Result<(), Refusal> {
        let name = configuration(image).ok_or("a name")?;
        let body = Body::LaunchConfiguration(LaunchConfiguration {
            instances_type: TypeName::parse(if image == Image::Stubborn {
                "large"
            } else {
                "small"
            })
            .map_err(text)?,
            image_id: image.name().to_owned(),
            key: "key".to_owned(),
            metadata: Default::default(),
            name: name.clone(),
        });
        let kind = Kind::LaunchConfiguration;
        let stored = self
            .store
            .document(kind, &self.world.account, name.as_str())
            .await
            .map_err(text)?;
        let done = match stored {
            Some(mut stored) => {
                stored.value.generation = stored.value.generation.next();
                self.store.replace_document(&stored.value, stored.revision).await
            }
            None => {
                let document = Document {
                    account: self.world.account.clone(),
                    generation: Generation(1),
                    used_by: std::collections::BTreeSet::new(),
                    body,
                };
                self.store.create_document(&document).await
            }
        };
        done.map(|_| ()).map_err(text)
    }

    /// Gives groups whose images cannot run one that can.
    pub async fn mend(&self) -> Result<(), Refusal> {
        let broken = self.world.checks.broken();
        for id in broken {
            let launch_configuration = configuration(Image::Good);
            let patch = GroupPatch {
                launch_configuration,
                ..GroupPatch::default()
            };
            self.desire_of(id, &Desire::Update(patch)).await?;
        }
        Ok(())
    }
}

fn text(error: impl std::fmt::Display) -> Refusal {
    error.to_string()
}

fn named(group: usize) -> Result<GroupName, Refusal> {
    GroupName::parse(&format!("g{}", group + 1)).map_err(text)
}
