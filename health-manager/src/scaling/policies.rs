//! The policies of all groups, as they were read last.

use std::collections::BTreeMap;

use domain::policy::Rule;
use domain::{AccountName, Body, Group, GroupName, Kind, Policy};
use store::Store;

use crate::manager::Manager;

#[derive(Default)]
pub(super) struct Policies {
    /// By account and group, each group's by name.
    all: BTreeMap<AccountName, BTreeMap<GroupName, Vec<Policy>>>,
    predictive: bool,
}

impl Policies {
    async fn read(store: &dyn Store) -> store::Result<Self> {
        let mut all = Self::default();
        // The store lists them by name.
        for read in store.documents(Kind::Policy, None).await? {
            if let Body::Policy(policy) = read.value.body {
                all.predictive |= matches!(policy.rule, Rule::Predictive(_));
                let account = all.all.entry(read.value.account).or_default();
                let group = account.entry(policy.auto_scaling_group.clone()).or_default();
                group.push(policy);
            }
        }
        Ok(all)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether one of them is predictive.
    pub(super) fn any_predictive(&self) -> bool {
        self.predictive
    }

    pub(super) fn of(&self, group: &Group) -> Option<&[Policy]> {
        let found = self.all.get(&group.account)?.get(&group.name)?;
        Some(found.as_slice())
    }
}

impl Manager {
    /// Reads policies and schedules again; those that are known hold until that succeeds.
    pub(crate) async fn heed_policies(&mut self) {
        self.heed_schedules().await;
        match Policies::read(&*self.deps.store).await {
            Ok(read) => self.scaling.policies = read,
            Err(error) => {
                tracing::warn!(%error, "the policies were not read; those that are known hold until the next scan");
            }
        }
        self.watch_sources();
    }
}
