//! What a schedule sets.

use serde::{Deserialize, Serialize};

use crate::{DesireError, GroupSpec, MAX_GROUP_SIZE};

/// Sizes that are set together; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// New lower bound.
    #[serde(default)]
    pub min_size: Option<u32>,
    /// New upper bound.
    #[serde(default)]
    pub max_size: Option<u32>,
    /// New desired capacity.
    #[serde(default)]
    pub desired_capacity: Option<u32>,
}

impl Sizes {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks that they fit together, whatever the group.
    ///
    /// # Errors
    /// [`DesireError::Invalid`] names the first field that is wrong, and its value.
    pub fn check(&self) -> Result<(), DesireError> {
        let invalid = |field, message| Err(DesireError::Invalid { field, message });
        let (least, most) = (
            self.min_size.unwrap_or(0),
            self.max_size.unwrap_or(MAX_GROUP_SIZE),
        );
        if most > MAX_GROUP_SIZE {
            return invalid(
                "max_size",
                format!("{most} is above the limit of {MAX_GROUP_SIZE}"),
            );
        }
        if least > most {
            return invalid("min_size", format!("{least} is above max_size {most}"));
        }
        match self.desired_capacity {
            Some(desired) if !(least..=most).contains(&desired) => invalid(
                "desired_capacity",
                format!("{desired} is outside min_size {least} and max_size {most}"),
            ),
            Some(_) | None => Ok(()),
        }
    }

    /// The specification with these sizes, not yet checked. As EC2 does, desired capacity is brought within the bounds.
    #[must_use]
    pub fn over(&self, spec: &GroupSpec) -> GroupSpec {
        let (least, most) = (
            self.min_size.unwrap_or(spec.min_size),
            self.max_size.unwrap_or(spec.max_size),
        );
        let desired = self.desired_capacity.unwrap_or(spec.desired_capacity);
        GroupSpec {
            min_size: least,
            max_size: most,
            desired_capacity: desired.min(most).max(least),
            ..spec.clone()
        }
    }
}
