//! The wall clock against one that never jumps: what is looked back on by wall time means nothing after a jump.

use std::time::Duration;

use domain::Timestamp;
use planner::scaling::Memory;
use tokio::time::Instant;

use super::Scaling;

/// What time servers correct at once is less; below it a stabilisation window is off by as much at most.
const JUMP: Duration = Duration::from_secs(2);

/// The clock as it was seen last.
#[derive(Default)]
pub(super) struct Watch(Option<(Timestamp, Instant)>);

impl Watch {
    /// By how much the wall clock jumped since it was seen last; none when it did not.
    pub(super) fn jumped(&mut self, now: Timestamp) -> Option<Duration> {
        let (wall, at) = self.0.replace((now, Instant::now()))?;
        let expected = wall + at.elapsed();
        let off = now.since(expected).max(expected.since(now));
        (off > JUMP).then_some(off)
    }
}

impl Scaling {
    /// After a jump of the clock every group holds what it has for a whole stabilisation window, as under a new leader:
    /// when what was wished for was wished for cannot be told any more.
    pub(super) fn heed_jumps(&mut self, now: Timestamp) {
        let Some(by) = self.watch.jumped(now) else {
            return;
        };
        tracing::warn!(?by, "the clock jumped: stabilisation windows begin anew");
        for state in self.states.values_mut() {
            state.memory = Memory::begin(state.desired, now);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use store::conformance::fixtures;
    use telemetry::Metrics;

    use super::super::State;
    use super::*;
    use crate::Settings;

    #[tokio::test(start_paused = true)]
    async fn after_a_jump_what_there_is_counts_as_just_wished_for() {
        let mut scaling = Scaling::new(&Settings::default(), Metrics::new());
        let group = fixtures::full_group("user01", "web").id;
        let state = State {
            memory: Memory::default(),
            desired: 4,
            idle: None,
            told: None,
        };
        scaling.states.insert(group, state);
        let at = |s: i64| Timestamp::from_millis(s * 1_000);
        for second in [100, 101] {
            scaling.heed_jumps(at(second));
            let memory = scaling.states.get(&group).map(|state| state.memory.clone());
            assert_eq!(memory, Some(Memory::default()), "second {second}");
        }
        scaling.heed_jumps(at(3_700));
        let memory = scaling.states.get(&group).map(|state| state.memory.clone());
        assert_eq!(memory, Some(Memory::begin(4, at(3_700))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_jump_shows_once_and_in_either_direction() {
        let seconds = |s: i64| Timestamp::from_millis(s * 1_000);
        let mut watch = Watch::default();
        assert_eq!(watch.jumped(seconds(100)), None);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(watch.jumped(seconds(161)), None, "a second off is no jump");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(watch.jumped(seconds(3_762)), Some(Duration::from_secs(3_600)));
        assert_eq!(watch.jumped(seconds(3_762)), None);
        assert_eq!(watch.jumped(seconds(162)), Some(Duration::from_secs(3_600)));
    }
}
