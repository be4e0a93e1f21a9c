//! Groups: every change of desired state goes through [`Service::change`].

use domain::{
    AccountName, BalancerName, ConfigName, Desire, DesireError, Generation, Group, GroupId, GroupName,
    Instance, InstanceId, Phase, ZoneName,
};
use store::update::{self, Verdict};
use store::{GroupQuery, StoreError};

use super::Service;
use super::references::Reference;
use super::surroundings::runs;
use crate::error::{Refusal, Result};
use crate::validate::{Object, tables};

/// Groups that one store call lists.
const PAGE: usize = 500;
/// A change is tried again this often when others change what it rests on meanwhile.
const ATTEMPTS: usize = 8;

/// Why one attempt at a change ended.
enum Outcome {
    Refused(Refusal),
    /// What the group rests on is not what was checked: check again.
    Moved,
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<DesireError> for Outcome {
    fn from(error: DesireError) -> Self {
        Self::Refused(error.into())
    }
}

impl Service {
    /// An account's groups, oldest first.
    pub(crate) async fn groups(&self, account: &AccountName) -> Result<Vec<Group>> {
        let mut query = GroupQuery {
            account: Some(account.clone()),
            limit: PAGE,
            ..GroupQuery::default()
        };
        let mut all: Vec<Group> = Vec::new();
        loop {
            let page = self.store().groups(&query).await?;
            let last = page.len() < PAGE;
            all.extend(page.into_iter().map(|read| read.value));
            query.after = all.last().map(|group| group.id);
            if last {
                return Ok(all);
            }
        }
    }

    /// A group.
    pub(crate) async fn group(&self, account: &AccountName, name: &str) -> Result<Group> {
        let missing = || Refusal::not_found("group", name);
        let name = GroupName::parse(name).map_err(|_| missing())?;
        let read = self.store().group_named(account, &name).await?;
        read.map(|read| read.value).ok_or_else(missing)
    }

    /// Stores a new, stopped group.
    pub(crate) async fn create_group(&self, account: &AccountName, given: Object) -> Result<Group> {
        let (name, spec) = tables::group_spec(given)?;
        self.check_zones(&spec.availability_zones).await?;
        let group = Group::new(GroupId(self.deps.ids.fresh()), account.clone(), name, spec);
        match update::create(self.store(), &group).await {
            Ok(_) => {}
            Err(StoreError::Exists(_)) => {
                return Err(Refusal::Conflict(format!("group {} already exists", group.name)));
            }
            Err(error) => return Err(error.into()),
        }
        self.nudge(group.id).await;
        Ok(group)
    }

    /// Changes the fields of a group.
    pub(crate) async fn update_group(
        &self,
        account: &AccountName,
        name: &str,
        if_match: Option<Generation>,
        given: Object,
    ) -> Result<Group> {
        let known = GroupName::parse(name).map_err(|_| Refusal::not_found("group", name))?;
        let desire = Desire::Update(tables::group_patch(given, &known)?);
        self.change(account, name, if_match, |_| Ok(desire.clone())).await
    }

    /// Deletes a group, and its policies and schedules with it as EC2 does: a later group of its name is another one.
    pub(crate) async fn delete_group(
        &self,
        account: &AccountName,
        name: &str,
        if_match: Option<Generation>,
    ) -> Result<Group> {
        let deleted = self
            .change(account, name, if_match, |_| Ok(Desire::Delete))
            .await?;
        if let Err(refusal) = self.delete_policies(account, &deleted.name).await {
            tracing::warn!(group = %deleted.name, %refusal, "policies or schedules of a deleted group are left");
        }
        Ok(deleted)
    }

    /// Terminates an instance, named by its guid, its instance_id or its host name.
    pub(crate) async fn terminate(
        &self,
        account: &AccountName,
        name: &str,
        if_match: Option<Generation>,
        (instance, decrement): (&str, bool),
    ) -> Result<Group> {
        let desire = |group: &Group| {
            let instance = instance_named(group, instance)?;
            Ok(Desire::Terminate { instance, decrement })
        };
        self.change(account, name, if_match, desire).await
    }

    /// Changes desired state: decides on a copy, checks what the outcome rests on, takes references to it, commits
    /// if the group still rests on the same, drops old references, wakes the health manager.
    pub(crate) async fn change(
        &self,
        account: &AccountName,
        name: &str,
        if_match: Option<Generation>,
        desire: impl Fn(&Group) -> Result<Desire>,
    ) -> Result<Group> {
        for _ in 0..ATTEMPTS {
            let before = self.group(account, name).await?;
            match self.attempt(&before, if_match, &desire).await {
                Ok(group) => {
                    self.nudge(group.id).await;
                    return Ok(group);
                }
                Err(Outcome::Refused(refusal)) => return Err(refusal),
                Err(Outcome::Moved) => {}
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn attempt(
        &self,
        before: &Group,
        if_match: Option<Generation>,
        desire: &impl Fn(&Group) -> Result<Desire>,
    ) -> std::result::Result<Group, Outcome> {
        let mut after = before.clone();
        let (ids, now) = (self.deps.ids.as_ref(), self.deps.clock.now());
        after.desire(&desire(before)?, if_match, ids, now)?;
        self.check_surroundings(before, &after).await?;
        let (old, new) = (Reference::all(before), Reference::all(&after));
        if old == new {
            return self.commit(&after, if_match, desire).await;
        }
        let done = match self.acquire(&after, new.difference(&old)).await {
            Ok(()) => self.commit(&after, if_match, desire).await,
            Err(refusal) => Err(refusal.into()),
        };
        self.settle(&after, &(&old | &new)).await;
        done
    }

    async fn commit(
        &self,
        checked: &Group,
        if_match: Option<Generation>,
        desire: &impl Fn(&Group) -> Result<Desire>,
    ) -> std::result::Result<Group, Outcome> {
        let missing = || Refusal::not_found("group", &checked.name);
        let (ids, now) = (self.deps.ids.as_ref(), self.deps.clock.now());
        let written = update::group(self.store(), checked.id, ids, |group| {
            if group.deleted {
                return Err(missing().into());
            }
            group.desire(&desire(group)?, if_match, ids, now)?;
            match rests_on(group) == rests_on(checked) {
                true => Ok(Verdict::Commit),
                false => Err(Outcome::Moved),
            }
        });
        match written.await {
            Ok(written) => Ok(written.value),
            Err(update::UpdateError::Refused(outcome)) => Err(outcome),
            Err(update::UpdateError::NotFound) => Err(missing().into()),
            Err(update::UpdateError::Store(error)) => Err(Refusal::from(error).into()),
        }
    }
}

/// What was checked before a commit and must still hold in it.
fn rests_on(group: &Group) -> (bool, &ConfigName, Option<&BalancerName>, &[ZoneName]) {
    let spec = &group.spec;
    let zones = spec.availability_zones.as_slice();
    (
        runs(group),
        &spec.launch_configuration,
        spec.load_balancer.as_ref(),
        zones,
    )
}

fn instance_named(group: &Group, text: &str) -> Result<InstanceId> {
    let is_it = |instance: &&Instance| {
        let short = instance.container.as_ref().map(|container| container.id.short());
        instance.id.to_string().eq_ignore_ascii_case(text) || instance.hostname == text || short == Some(text)
    };
    let found = group.instances.iter().find(is_it);
    let found = found
        .ok_or_else(|| Refusal::NotFound(format!("instance {text} not found in group {}", group.name)))?;
    match &found.phase {
        Phase::Pending { .. } | Phase::InService { .. } => Ok(found.id),
        Phase::Terminating { cause, .. } | Phase::Terminated { cause } => Err(Refusal::Conflict(format!(
            "instance {text} is terminating already: {cause}"
        ))),
    }
}
