//! What stands between the wishes and the outcome.

use domain::{Clamp, ClampKind, Process, Timestamp};

use super::combine::Together;
use super::stage::Stage;
use super::words::change;
use crate::{Direction, cooldown_over};

/// A wish on its way through the clamps.
pub(crate) struct Course {
    /// What is left of it.
    pub(crate) capacity: u32,
    pub(crate) clamps: Vec<Clamp>,
    pub(crate) recheck: Option<Timestamp>,
}

impl Course {
    pub(crate) fn begin(capacity: u32) -> Self {
        Self {
            capacity,
            clamps: Vec::new(),
            recheck: None,
        }
    }

    /// A clamp that lets `to` through.
    pub(crate) fn clamp(&mut self, by: ClampKind, to: u32, reason: impl FnOnce() -> String) {
        if to != self.capacity {
            let (from, reason) = (self.capacity, reason());
            self.clamps.push(Clamp { by, from, to, reason });
            self.capacity = to;
        }
    }

    pub(crate) fn recheck_at(&mut self, at: Timestamp) {
        self.recheck = Some(self.recheck.map_or(at, |earlier| earlier.min(at)));
    }
}

/// All clamps, in their order.
pub(crate) fn run(stage: &Stage<'_>, together: &Together, course: &mut Course) {
    if !together.own_cooldown {
        cooldown(stage, course);
    }
    bounds(stage, course);
    held(stage, course);
}

fn cooldown(stage: &Stage<'_>, course: &mut Course) {
    let direction = match course.capacity {
        capacity if capacity > stage.current => Direction::Out,
        capacity if capacity < stage.current => Direction::In,
        _ => return,
    };
    if !cooldown_over(stage.scene.group, direction, stage.scene.now) {
        course.clamp(ClampKind::Cooldown, stage.current, || {
            "the group's cooldown is not over".to_owned()
        });
    }
}

fn bounds(stage: &Stage<'_>, course: &mut Course) {
    let (least, most) = (stage.scene.group.spec.min_size, stage.scene.group.spec.max_size);
    let to = course.capacity.min(most).max(least);
    course.clamp(ClampKind::Bounds, to, || {
        format!("min_size is {least}, max_size {most}")
    });
}

fn held(stage: &Stage<'_>, course: &mut Course) {
    let change = change(stage.current, course.capacity);
    if stage.scene.group.is_suspended(Process::AlarmNotification) {
        course.clamp(ClampKind::Suspended, stage.current, || {
            format!("AlarmNotification is suspended; it would be {change}")
        });
    }
    if stage.scene.frozen {
        course.clamp(ClampKind::Frozen, stage.current, || {
            format!("more than half of the hosts are silent; it would be {change}")
        });
    }
}
