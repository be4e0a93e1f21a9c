//! What was wished for lately: what a stabilisation window looks back on.

use std::collections::VecDeque;
use std::time::Duration;

use domain::Timestamp;

/// A group's wishes of late. Kept by the leader; a new one begins with what is desired now, so that nothing
/// is removed before a whole stabilisation window was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    wishes: VecDeque<(Timestamp, u32)>,
}

impl Memory {
    /// Nothing but what is desired now.
    #[must_use]
    pub fn begin(desired: u32, now: Timestamp) -> Self {
        Self {
            wishes: [(now, desired)].into(),
        }
    }

    /// Notes what was wished for. What is older than `keep` is dropped, and so are wishes that a later one exceeds: none
    /// of them is the highest of any window.
    pub fn note(&mut self, wished: u32, keep: Duration, now: Timestamp) {
        self.wish(wished, now);
        let from = now - keep;
        self.wishes.retain(|(at, _)| *at >= from && *at <= now);
    }

    /// Notes what somebody else wished for, a user or a schedule: it holds a stabilisation window as any wish does.
    pub fn wish(&mut self, wished: u32, now: Timestamp) {
        while self.wishes.back().is_some_and(|(_, earlier)| *earlier <= wished) {
            self.wishes.pop_back();
        }
        self.wishes.push_back((now, wished));
    }

    /// The highest wish since then.
    #[must_use]
    pub fn highest_since(&self, then: Timestamp) -> Option<u32> {
        self.peak_since(then).map(|(_, wish)| wish)
    }

    /// The highest wish since then, and when it was last wished for.
    pub(crate) fn peak_since(&self, then: Timestamp) -> Option<(Timestamp, u32)> {
        self.wishes.iter().find(|(at, _)| *at >= then).copied()
    }
}
