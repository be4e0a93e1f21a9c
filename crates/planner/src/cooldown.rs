//! Cooldowns: how long a change in capacity holds policies back.

use std::time::Duration;

use domain::{Group, Timestamp};

/// Which way a policy would move a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It adds instances: `scale_out_cooldown` counts.
    Out,
    /// It removes instances: `scale_in_cooldown` counts.
    In,
}

/// Whether a policy may move the group in `direction` now. The cooldown of that direction counts from the
/// last change in capacity in either direction. What users ask and the replacement of what died wait for no
/// cooldown.
#[must_use]
pub fn cooldown_over(group: &Group, direction: Direction, now: Timestamp) -> bool {
    let seconds = match direction {
        Direction::Out => group.spec.scale_out_cooldown,
        Direction::In => group.spec.scale_in_cooldown,
    };
    let cooldown = Duration::from_secs(seconds.into());
    let changes = [group.last_scale_out, group.last_scale_in];
    !changes
        .into_iter()
        .flatten()
        .any(|change| change.is_recent(cooldown, now))
}
