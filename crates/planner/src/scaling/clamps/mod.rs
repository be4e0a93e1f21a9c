//! What stands between the wishes and the outcome.

mod bounds;
mod cooldown;
mod held;
mod rate;
mod stabilization;

use std::time::Duration;

use domain::{Clamp, ClampKind, Timestamp};

use super::combine::Together;
use super::stage::Stage;
use super::wish::Said;

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

    /// A clamp that lets `to` through; whether it held anything back.
    fn clamp(&mut self, by: ClampKind, to: u32, reason: impl FnOnce() -> String) -> bool {
        let from = self.capacity;
        if to == from {
            return false;
        }
        let reason = reason();
        self.clamps.push(Clamp { by, from, to, reason });
        self.capacity = to;
        true
    }

    fn recheck_at(&mut self, at: Timestamp) {
        self.recheck = Some(self.recheck.map_or(at, |earlier| earlier.min(at)));
    }
}

/// All clamps, in their order.
pub(crate) fn run(stage: &Stage<'_>, said: &[Said], together: &Together) -> Course {
    let mut course = Course::begin(together.measured);
    course.clamp(ClampKind::MissingData, together.capacity, || missing(said));
    stabilization::apply(stage, &mut course);
    rate::apply(stage, &mut course);
    cooldown::apply(stage, said, together, &mut course);
    bounds::apply(stage, &mut course);
    held::apply(stage, &mut course);
    course
}

/// How long a wish matters to the clamps of later decisions.
pub(crate) fn keep(stage: &Stage<'_>) -> Duration {
    stabilization::window(stage)
}

fn missing(said: &[Said]) -> String {
    let blind = said.iter().filter(|said| said.missing && !said.wish.shadow);
    let names: Vec<&str> = blind.map(|said| said.wish.policy.as_str()).collect();
    format!("missing data removes nothing: {}", names.join(", "))
}
