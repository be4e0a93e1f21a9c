//! Many wishes become one.

use super::wish::Said;

/// What the policies wish for together; what there is when none says anything.
pub(crate) struct Together {
    /// The capacity.
    pub(crate) capacity: u32,
    /// What it would be if missing data held nothing back; never more than the capacity.
    pub(crate) measured: u32,
    /// A policy with a cooldown of its own is the one that is followed.
    pub(crate) own_cooldown: bool,
}

/// One policy is enough to add, all that say something must agree to remove: the highest wish holds. Shadows do not
/// count.
pub(crate) fn combine(current: u32, said: &[Said]) -> Together {
    let acting = || said.iter().filter(|said| !said.wish.shadow);
    let capacity = one(current, acting().map(|said| (said.wish.capacity, said)));
    let measured = one(current, acting().map(|said| (said.measured, said)));
    let followed = acting().filter(|said| said.wish.capacity == Some(capacity));
    Together {
        capacity,
        // What wishes for more for want of data holds nothing back.
        measured: if capacity > current { capacity } else { measured },
        own_cooldown: followed.into_iter().any(|said| said.own_cooldown),
    }
}

fn one<'a>(current: u32, wishes: impl Iterator<Item = (Option<u32>, &'a Said)>) -> u32 {
    let (mut highest, mut removes) = (None, false);
    for (capacity, said) in wishes {
        highest = highest.max(capacity);
        removes |= !said.only_adds && capacity.is_some_and(|capacity| capacity < current);
    }
    match highest {
        Some(highest) if highest > current || removes => highest,
        _ => current,
    }
}
