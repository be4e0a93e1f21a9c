//! What a group shall be: an update laid over it, and what is checked before it holds.

use serde::Deserialize;

use super::desire::{DesireError, invalid};
use crate::group::MAX_GROUP_SIZE;
use crate::{BalancerName, ConfigName, GroupSpec, Scaling, Unset, ZoneName};

/// The fields of an update; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct GroupPatch {
    /// New zones.
    pub availability_zones: Option<Vec<ZoneName>>,
    /// New launch configuration.
    pub launch_configuration: Option<ConfigName>,
    /// New lower bound.
    pub min_size: Option<u32>,
    /// New upper bound.
    pub max_size: Option<u32>,
    /// New desired capacity.
    pub desired_capacity: Option<u32>,
    /// New cooldown, seconds.
    pub scale_out_cooldown: Option<u32>,
    /// New cooldown, seconds.
    pub scale_in_cooldown: Option<u32>,
    /// New domain.
    pub domain: Option<String>,
    /// A load balancer; clears `no_lb`.
    pub load_balancer: Option<BalancerName>,
    /// True clears the load balancer and wins over one given with it.
    pub no_lb: Option<bool>,
    /// New bounds of what policies do; of those left out the old ones stay.
    #[serde(flatten)]
    pub scaling: Scaling,
    /// Bounds of what policies do that hold no longer.
    #[serde(skip)]
    pub unset: Unset,
}

impl GroupSpec {
    /// Checks the bounds and zones of a specification.
    ///
    /// # Errors
    /// [`DesireError::Invalid`] names the first field that is wrong, and its value.
    pub fn check(&self) -> Result<(), DesireError> {
        let Self {
            min_size,
            max_size,
            desired_capacity,
            ..
        } = *self;
        if max_size > MAX_GROUP_SIZE {
            return Err(invalid(
                "max_size",
                format!("{max_size} is above the limit of {MAX_GROUP_SIZE}"),
            ));
        }
        if min_size > max_size {
            return Err(invalid(
                "min_size",
                format!("{min_size} is above max_size {max_size}"),
            ));
        }
        if !(min_size..=max_size).contains(&desired_capacity) {
            let message =
                format!("{desired_capacity} is outside min_size {min_size} and max_size {max_size}");
            return Err(invalid("desired_capacity", message));
        }
        if self.availability_zones.is_empty() {
            return Err(invalid("availability_zones", "[] names no zone".to_owned()));
        }
        let mut zones = self.availability_zones.clone();
        zones.sort();
        match zones
            .windows(2)
            .find(|pair| pair.first() == pair.last())
            .and_then(<[_]>::first)
        {
            Some(twice) => Err(invalid("availability_zones", format!("{twice} is named twice"))),
            None => Ok(()),
        }
    }

    /// The specification with the fields of `patch`, not yet checked.
    #[must_use]
    pub fn with(&self, patch: &GroupPatch) -> Self {
        let mut spec = self.clone();
        fn set<T: Clone>(field: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                value.clone_into(field);
            }
        }
        set(&mut spec.availability_zones, patch.availability_zones.as_ref());
        set(
            &mut spec.launch_configuration,
            patch.launch_configuration.as_ref(),
        );
        set(&mut spec.min_size, patch.min_size.as_ref());
        set(&mut spec.max_size, patch.max_size.as_ref());
        set(&mut spec.desired_capacity, patch.desired_capacity.as_ref());
        set(&mut spec.scale_out_cooldown, patch.scale_out_cooldown.as_ref());
        set(&mut spec.scale_in_cooldown, patch.scale_in_cooldown.as_ref());
        set(&mut spec.domain, patch.domain.as_ref());
        spec.scaling = self.scaling.with(patch.scaling, patch.unset);
        match (&patch.load_balancer, patch.no_lb) {
            (_, Some(true)) => (spec.load_balancer, spec.no_lb) = (None, true),
            (Some(balancer), _) => (spec.load_balancer, spec.no_lb) = (Some(balancer.clone()), false),
            (None, Some(false)) => spec.no_lb = false,
            (None, None) => {}
        }
        spec
    }
}
