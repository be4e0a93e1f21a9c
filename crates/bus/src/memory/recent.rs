//! Message ids seen lately.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// Remembers ids for a while, and at most so many.
#[derive(Debug)]
pub(super) struct Recent {
    window: Duration,
    most: usize,
    ids: HashSet<Arc<str>>,
    by_age: VecDeque<(Instant, Arc<str>)>,
}

impl Recent {
    pub(super) fn new(window: Duration, most: usize) -> Self {
        Self {
            window,
            most,
            ids: HashSet::new(),
            by_age: VecDeque::new(),
        }
    }

    /// Whether `id` was remembered within the window before `now`.
    pub(super) fn knows(&mut self, id: &str, now: Instant) -> bool {
        while let Some((seen, _)) = self.by_age.front()
            && now.duration_since(*seen) >= self.window
        {
            self.forget_oldest();
        }
        self.ids.contains(id)
    }

    /// Remembers an id that it does not know.
    pub(super) fn remember(&mut self, id: &str, now: Instant) {
        let id: Arc<str> = Arc::from(id);
        self.ids.insert(Arc::clone(&id));
        self.by_age.push_back((now, id));
        if self.by_age.len() > self.most {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, id)) = self.by_age.pop_front() {
            self.ids.remove(&id);
        }
    }
}
