//! The scaling policies: from what was measured to a desired capacity, with every wish and every clamp on the way.
//!
//! [`decide`] is pure: what was measured comes in through [`Look`], what earlier decisions wished for through [`Memory`],
//! the time with the scene. Nothing is removed because data is missing.

mod adjustment;
mod breach;
mod clamps;
mod closed;
mod combine;
mod decide;
mod members;
mod memory;
mod predictive;
mod simple;
mod stage;
mod step;
mod target_tracking;
mod threshold;
mod wish;
mod words;

use std::time::Duration;

use domain::{Decision, Group, Policy, Timestamp};

pub use decide::decide;
pub(crate) use decide::decide_among;
pub(crate) use members::Headcount;
pub use members::members;
pub use memory::Memory;

use crate::forecast::Forecast;
use crate::schedule::Hours;

/// Samples are kept in single precision: figures that differ by less, relatively, are the same.
const NOISE: f64 = 1e-6;

/// A figure that a policy looks at, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// The figure.
    pub value: f64,
    /// Instances that it rests on; those that the group has where the figure is not of instances.
    pub reported: u32,
    /// The figures reach back to the window's begin: of one that began a moment ago little is known, and nothing is
    /// removed on it.
    pub whole: bool,
}

/// Where policies look.
pub trait Look {
    /// What a policy's metric was over the `window` that ends at `end`.
    ///
    /// # Errors
    /// Why it says nothing, for people.
    fn look(&self, policy: &Policy, window: Duration, end: Timestamp) -> Result<Seen, String>;

    /// The highest load of the whole group that a predictive policy has to expect within `ahead` from now on.
    ///
    /// # Errors
    /// Why there is no forecast, for people.
    fn forecast(&self, policy: &Policy, ahead: Duration) -> Result<Forecast, String>;

    /// Between two figures that can differ: how finely a breach duration is looked through.
    fn interval(&self) -> Duration;
}

/// Instances among which a load is at most the target each.
fn takes(load: f64, target: f64) -> u32 {
    // Saturates where it is beyond what a capacity can be, below nothing, or no number.
    ((load / target) * (1.0 - NOISE)).ceil() as u32
}

/// All that a decision is made from.
pub struct Scene<'a> {
    /// The group, with everything observed so far.
    pub group: &'a Group,
    /// Its policies, by name.
    pub policies: &'a [&'a Policy],
    /// Where they look.
    pub look: &'a dyn Look,
    /// What was wished for lately.
    pub memory: &'a Memory,
    /// Most hosts are silent.
    pub frozen: bool,
    /// How the time stands to the group's business hours, for policies that act in them only.
    pub hours: Hours,
    /// Now.
    pub now: Timestamp,
}

/// A decision, and when to take it again without news.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// What was decided. Its id is that of a decision that changes nothing; who records a change gives it another.
    pub decision: Decision,
    /// The capacity that the policies wished for together, before anything stood in its way: for [`Memory::note`].
    pub wished: u32,
    /// Policies that act and cannot decide for want of data: no shadows, and none outside its business hours.
    pub blind: usize,
    /// How long [`Memory::note`] has to keep it.
    pub keep: Duration,
    /// When time alone changes the decision, be it a cooldown's end; `None` when only news can.
    pub recheck: Option<Timestamp>,
}
