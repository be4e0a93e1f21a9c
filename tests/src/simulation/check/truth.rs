//! What users would find: which groups can come up at all.

use std::collections::BTreeSet;

use domain::{Body, Group, GroupId, Kind, LaunchConfiguration, Need};

use super::super::setup::{Image, instance_types};
use super::{Checks, State};

/// Groups whose launches cannot succeed.
pub type Broken = BTreeSet<GroupId>;

impl State {
    /// What the group's launches are made of.
    #[must_use]
    pub fn configuration(&self, group: &Group) -> Option<&LaunchConfiguration> {
        let name = group.spec.launch_configuration.to_string();
        let document = self
            .documents
            .get(&(Kind::LaunchConfiguration, group.account.clone(), name))?;
        match &document.body {
            Body::LaunchConfiguration(body) => Some(body),
            Body::LoadBalancer(_) | Body::Policy(_) | Body::Schedule(_) => None,
        }
    }

    /// What one more instance of the group takes.
    #[must_use]
    pub fn need_of(&self, group: &Group) -> Option<Need> {
        let configuration = self.configuration(group)?;
        instance_types()
            .get(&configuration.instances_type)
            .copied()
            .map(Need::of)
    }
}

impl Checks {
    /// Started groups whose image never comes into service.
    #[must_use]
    pub fn broken(&self) -> Broken {
        let state = self.state();
        let is_broken = |group: &&Group| {
            let image = state
                .configuration(group)
                .and_then(|made| Image::named(&made.image_id));
            group.wanted() > 0 && !image.is_some_and(Image::serves)
        };
        state
            .groups
            .values()
            .map(|kept| &kept.group)
            .filter(is_broken)
            .map(|group| group.id)
            .collect()
    }
}
