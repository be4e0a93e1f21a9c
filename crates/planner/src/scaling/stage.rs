//! A scene with what is counted once for all policies.

use std::time::Duration;

use domain::{Policy, Timestamp};

use super::{Scene, Seen, members};

/// A scene, counted.
pub(crate) struct Stage<'a> {
    pub(crate) scene: &'a Scene<'a>,
    /// Desired capacity.
    pub(crate) current: u32,
    /// Instances whose samples count.
    pub(crate) in_service: u32,
    /// Instances that are capacity and do not count yet.
    pub(crate) warming: u32,
    /// Instances that are capacity, or are leaving because they were too many.
    pub(crate) leaving: u32,
}

impl<'a> Stage<'a> {
    pub(crate) fn of(scene: &'a Scene<'a>) -> Self {
        let (group, now) = (scene.group, scene.now);
        Self {
            scene,
            current: group.spec.desired_capacity,
            in_service: count(members::members(group, now).count()),
            warming: count(members::warming(group, now)),
            leaving: count(members::leaving(group, now)),
        }
    }

    /// What a policy's metric was over its sampling window at `end`.
    pub(crate) fn look(&self, policy: &Policy, end: Timestamp) -> Result<Seen, String> {
        self.look_over(policy, Duration::from_secs(policy.sampling_window.into()), end)
    }

    /// The same over another window. What is no number says nothing.
    pub(crate) fn look_over(
        &self,
        policy: &Policy,
        window: Duration,
        end: Timestamp,
    ) -> Result<Seen, String> {
        let seen = self.scene.look.look(policy, window, end)?;
        if seen.value.is_finite() {
            Ok(seen)
        } else {
            Err(format!("{} is no figure", seen.value))
        }
    }
}

pub(crate) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
