//! A scene with what is counted once for all policies.

use std::time::Duration;

use domain::{Policy, Timestamp};

use super::members::Headcount;
use super::{Scene, Seen};

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
    pub(crate) fn of(scene: &'a Scene<'a>, headcount: Headcount) -> Self {
        Self {
            scene,
            current: scene.group.spec.desired_capacity,
            in_service: headcount.in_service,
            warming: headcount.warming,
            leaving: headcount.leaving,
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
