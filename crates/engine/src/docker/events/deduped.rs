//! Which events were seen, so that a stream resumed a little too early repeats nothing.

use std::collections::VecDeque;

use bollard::models::EventMessage;

use crate::docker::instant::EngineTime;

/// As many as the engine itself keeps to repeat.
const REMEMBERED: usize = 256;

/// What tells an event from all others.
type Key = (EngineTime, String, String);

/// The events seen last, and how far the stream got.
pub(super) struct Deduped {
    seen: VecDeque<Key>,
    start: EngineTime,
    latest: EngineTime,
}

impl Deduped {
    pub(super) fn from(start: EngineTime) -> Self {
        Self {
            seen: VecDeque::new(),
            start,
            latest: start,
        }
    }

    /// Whether the event was not seen before; remembers it.
    pub(super) fn is_new(&mut self, event: &EventMessage) -> bool {
        let at = EngineTime::from_nanos(event.time_nano.unwrap_or_default());
        let id = event
            .actor
            .as_ref()
            .and_then(|actor| actor.id.clone())
            .unwrap_or_default();
        let key = (at, id, event.action.clone().unwrap_or_default());
        if self.seen.contains(&key) {
            return false;
        }
        self.latest = self.latest.max(at);
        self.seen.push_back(key);
        if self.seen.len() > REMEMBERED {
            self.seen.pop_front();
        }
        true
    }

    /// Where to resume: a little before the latest event, because events of one moment may come out of order.
    pub(super) fn resume_at(&self) -> EngineTime {
        self.latest.a_little_earlier().max(self.start)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use bollard::models::EventActor;

    use super::*;

    fn event(nanos: i64, id: &str, action: &str) -> EventMessage {
        EventMessage {
            action: Some(action.to_owned()),
            actor: Some(EventActor {
                id: Some(id.to_owned()),
                attributes: None,
            }),
            time_nano: Some(nanos),
            ..Default::default()
        }
    }

    #[test]
    fn repeated_events_are_dropped_and_late_ones_kept() {
        let second = 1_000_000_000;
        let mut seen = Deduped::from(EngineTime::from_nanos(5 * second));
        assert_eq!(seen.resume_at(), EngineTime::from_nanos(5 * second));
        assert!(seen.is_new(&event(9 * second, "a", "die")));
        assert!(seen.is_new(&event(9 * second, "b", "die")));
        assert!(
            seen.is_new(&event(9 * second - 5, "c", "die")),
            "out of order within a moment"
        );
        assert!(!seen.is_new(&event(9 * second, "a", "die")));
        assert!(seen.resume_at() < EngineTime::from_nanos(9 * second - 5));
        for n in 0..300 {
            assert!(seen.is_new(&event(10 * second + n, "d", "start")));
        }
        assert_eq!(seen.seen.len(), REMEMBERED);
    }
}
