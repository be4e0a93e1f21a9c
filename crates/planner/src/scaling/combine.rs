//! Many wishes become one.

use super::wish::Said;

/// What the policies wish for together.
pub(crate) struct Together {
    /// The capacity; none when none says anything.
    pub(crate) capacity: Option<u32>,
    /// What those say whose metric says something; it may be less.
    pub(crate) measured: Option<u32>,
    /// A policy with a cooldown of its own is the one that is followed.
    pub(crate) own_cooldown: bool,
}

/// The highest wish: one policy is enough to add, all that say something must agree to remove. Shadows do not count.
pub(crate) fn combine(said: &[Said]) -> Together {
    let counting = || said.iter().filter(|said| !said.wish.shadow);
    let highest = counting().max_by_key(|said| said.wish.capacity);
    let measured = counting().filter(|said| !said.missing);
    Together {
        capacity: highest.and_then(|said| said.wish.capacity),
        measured: measured.filter_map(|said| said.wish.capacity).max(),
        own_cooldown: highest.is_some_and(|said| said.own_cooldown),
    }
}
