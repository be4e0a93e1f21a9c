//! What waits to be left in the cache. While that is away it grows to a bound, and then the oldest goes.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Heard;

/// Loads that wait at most: what ten thousand instances tell in half a minute, in 3 MB.
pub(super) const MOST: usize = 65_536;

#[derive(Default)]
pub(super) struct Queue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    loads: VecDeque<Heard>,
    /// How many ever left at the front.
    left: u64,
}

/// How far a queue was read.
#[derive(Clone, Copy)]
pub(super) struct Read(u64);

impl Queue {
    /// Adds; returns how many of the oldest were dropped for it.
    pub(super) fn add(&self, heard: impl IntoIterator<Item = Heard>) -> usize {
        let mut waiting = self.lock();
        waiting.loads.extend(heard);
        let surplus = waiting.loads.len().saturating_sub(MOST);
        waiting.drop_first(surplus);
        surplus
    }

    /// The first `most`, which stay until they are [`Queue::done`].
    pub(super) fn first(&self, most: usize) -> (Vec<Heard>, Read) {
        let waiting = self.lock();
        let first: Vec<Heard> = waiting.loads.iter().take(most).copied().collect();
        let read = waiting.left.saturating_add(count(first.len()));
        (first, Read(read))
    }

    /// Takes out what was read, as far as it was not dropped meanwhile.
    pub(super) fn done(&self, Read(read): Read) {
        let mut waiting = self.lock();
        let rest = read.saturating_sub(waiting.left);
        waiting.drop_first(usize::try_from(rest).unwrap_or(usize::MAX));
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn drop_first(&mut self, many: usize) {
        let many = many.min(self.loads.len());
        self.loads.drain(..many);
        self.left = self.left.saturating_add(count(many));
    }
}

fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use domain::report::Load;
    use domain::{InstanceId, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn heard(seconds: impl IntoIterator<Item = usize>) -> impl Iterator<Item = Heard> {
        seconds.into_iter().map(|second| Heard {
            record: InstanceId(Uuid::nil()),
            at: Timestamp::from_millis(i64::try_from(second).unwrap_or_default()),
            load: Load::default(),
        })
    }

    fn waiting(queue: &Queue) -> Vec<i64> {
        let (all, _) = queue.first(usize::MAX);
        all.iter().map(|heard| heard.at.millis()).collect()
    }

    #[test]
    fn what_was_read_stays_until_it_is_done() {
        let queue = Queue::default();
        queue.add(heard(0..5));
        let (first, read) = queue.first(2);
        assert_eq!(first.len(), 2);
        assert_eq!(waiting(&queue), [0, 1, 2, 3, 4]);
        queue.done(read);
        queue.done(read);
        assert_eq!(waiting(&queue), [2, 3, 4]);
    }

    #[test]
    fn the_oldest_goes_first_and_is_counted() {
        let queue = Queue::default();
        assert_eq!(queue.add(heard(0..MOST)), 0);
        assert_eq!(queue.add(heard(MOST..MOST + 3)), 3);
        let all = waiting(&queue);
        assert_eq!((all.len(), all.first()), (MOST, Some(&3)));
        assert_eq!(queue.add(heard(0..MOST * 2)), MOST * 2);
    }

    #[test]
    fn what_was_dropped_while_it_was_written_takes_nothing_else_along() {
        let queue = Queue::default();
        queue.add(heard(0..MOST));
        let (_, read) = queue.first(10);
        queue.add(heard(MOST..MOST + 4));
        queue.done(read);
        assert_eq!(waiting(&queue).first(), Some(&10));
        let (_, read) = queue.first(10);
        queue.add(heard(0..MOST));
        queue.done(read);
        assert_eq!(waiting(&queue).len(), MOST);
    }
}
