//! A group's records, told apart by what they count as.

use domain::{Instance, Phase, Process, Timestamp};

use crate::World;
use crate::strays::Stray;

/// The records of a started group.
pub(crate) struct Census<'a> {
    /// Desired capacity.
    pub(crate) wanted: usize,
    /// Capacity where the group wants it.
    pub(crate) placed: Vec<&'a Instance>,
    /// Capacity where it does not: in zones that it does not name any more, on hosts that are drained.
    pub(crate) strays: Vec<Stray<'a>>,
    /// Launches past their deadline: no capacity, but their slots are taken.
    pub(crate) stalled: Vec<&'a Instance>,
    /// Terminating records whose containers may still run, and which therefore keep their slots.
    pub(crate) ending: usize,
    /// The user suspended what removes instances.
    pub(crate) keeps_all: bool,
}

impl<'a> Census<'a> {
    pub(crate) fn of(world: &World<'a>) -> Self {
        let group = world.group;
        let mut census = Self {
            wanted: size(group.spec.desired_capacity),
            placed: Vec::new(),
            strays: Vec::new(),
            stalled: Vec::new(),
            ending: 0,
            keeps_all: group.is_suspended(Process::Terminate),
        };
        for instance in &group.instances {
            if instance.is_capacity(world.now) {
                match Stray::of(world, instance) {
                    Some(stray) => census.strays.push(stray),
                    None => census.placed.push(instance),
                }
            } else if instance.is_lost() {
                // Neither capacity nor in a slot.
            } else if matches!(instance.phase, Phase::Pending { .. }) {
                census.stalled.push(instance);
            } else if instance.occupies_slot() {
                census.ending += 1;
            }
        }
        census
    }

    /// All capacity, wherever it is.
    pub(crate) fn capacity(&self) -> usize {
        self.placed.len() + self.strays.len()
    }

    /// Each of it.
    pub(crate) fn each(&self) -> impl Iterator<Item = &'a Instance> {
        let strays = self.strays.iter().map(|stray| stray.instance);
        self.placed.iter().copied().chain(strays)
    }

    /// Whether an instance is where the group wants it.
    pub(crate) fn is_placed(&self, instance: &Instance) -> bool {
        self.placed.iter().any(|placed| placed.id == instance.id)
    }

    /// Instances lacking where the group wants them.
    pub(crate) fn missing(&self) -> usize {
        self.wanted.saturating_sub(self.placed.len())
    }

    /// Instances in service where the group wants them.
    pub(crate) fn serving(&self) -> usize {
        self.placed.iter().filter(|i| is_serving(i)).count()
    }

    /// Whether every slot that is taken is taken by an instance in service: nothing is on its way up or down.
    pub(crate) fn at_rest(&self) -> bool {
        self.ending == 0 && self.each().all(is_serving)
    }

    /// The next time at which a launch under way counts as failed.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let deadline = |i: &Instance| match i.phase {
            Phase::Pending { deadline } => Some(deadline),
            Phase::InService { .. } | Phase::Terminating { .. } | Phase::Terminated { .. } => None,
        };
        self.each().filter_map(deadline).min()
    }
}

/// Whether an instance is in service.
pub(crate) fn is_serving(instance: &Instance) -> bool {
    instance.is_serving()
}

/// A figure of a specification as a count.
pub(crate) fn size(figure: u32) -> usize {
    usize::try_from(figure).unwrap_or(usize::MAX)
}
