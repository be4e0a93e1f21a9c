//! The wall clock against one that never jumps: what is looked back on by wall time means nothing after a jump.

use std::borrow::Cow;
use std::time::Duration;

use domain::{Group, Phase, Timestamp};
use planner::scaling::Memory;
use tokio::time::Instant;

use super::Scaling;

/// What time servers correct at once is less; below it a stabilisation window is off by as much at most.
const JUMP: Duration = Duration::from_secs(2);
/// Nothing that policies wait for is longer, but for a cooldown that somebody made so.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Before all that was noted.
const EVER: Timestamp = Timestamp::from_millis(i64::MIN);

/// So many jumps of late are remembered.
const JUMPS: usize = 32;

/// The clock as it was seen last, and what it showed between its jumps.
#[derive(Default)]
pub(super) struct Watch {
    seen: Option<(Timestamp, Instant)>,
    /// What it showed when it had jumped last.
    begun: Option<Timestamp>,
    /// Before that, oldest first.
    spans: Vec<Span>,
}

/// What the clock showed between two jumps.
struct Span {
    from: Timestamp,
    to: Timestamp,
    /// Milliseconds to what it would have shown if it had made all later jumps before.
    shift: i64,
}

impl Watch {
    /// By how much the wall clock jumped since it was seen last; none when it did not.
    pub(super) fn jumped(&mut self, now: Timestamp) -> Option<Duration> {
        let (wall, at) = self.seen.replace((now, Instant::now()))?;
        let passed = at.elapsed();
        let expected = wall + passed;
        let by = now.since(expected).max(expected.since(now));
        if by <= JUMP {
            return None;
        }
        let jump = now.millis().saturating_sub(expected.millis());
        // It may have jumped as soon as it had been seen.
        let from = self.begun.replace(now - passed).unwrap_or(EVER);
        self.spans.push(Span {
            from,
            to: expected,
            shift: 0,
        });
        for span in &mut self.spans {
            span.shift = span.shift.saturating_add(jump);
        }
        self.spans.drain(..self.spans.len().saturating_sub(JUMPS));
        Some(by)
    }

    /// A time as the clock would have shown it if it had jumped before. Of what it has shown several times the latest is
    /// taken: what waits for it waits too long rather than too short.
    fn shown(&self, at: Timestamp, now: Timestamp) -> Timestamp {
        let since = self.begun.is_some_and(|begun| begun <= at && at <= now);
        let spans = self.spans.iter().filter(|span| span.from <= at && at <= span.to);
        let meant = spans.map(|span| Timestamp::from_millis(at.millis().saturating_add(span.shift)));
        meant.chain(since.then_some(at)).max().unwrap_or(at)
    }

    /// A group whose changes of late are as long ago as they are, however the clock jumped since: no cooldown, warm-up
    /// or period of a rate ends early for it.
    pub(super) fn by_this_clock<'a>(&self, group: &'a Group, now: Timestamp) -> Cow<'a, Group> {
        if self.spans.is_empty() {
            return Cow::Borrowed(group);
        }
        let cooldown = group.spec.scale_out_cooldown.max(group.spec.scale_in_cooldown);
        let longest = LONGEST.max(Duration::from_secs(cooldown.into()));
        let matters = |at: Timestamp| {
            let shown = self.shown(at, now);
            shown != at && shown.is_recent(longest, now)
        };
        let scaled = [group.last_scale_out, group.last_scale_in].into_iter().flatten();
        let served = group.instances.iter().filter_map(|i| match i.phase {
            Phase::InService { since } => Some(since),
            Phase::Pending { .. } | Phase::Terminating { .. } | Phase::Terminated { .. } => None,
        });
        let mut times = scaled.chain(served).chain(group.pace.times());
        if !times.any(matters) {
            return Cow::Borrowed(group);
        }
        let mut group = group.clone();
        let set = |at: &mut Timestamp| *at = self.shown(*at, now);
        group.last_scale_out.iter_mut().for_each(set);
        group.last_scale_in.iter_mut().for_each(set);
        group.pace.times_mut().for_each(set);
        for instance in &mut group.instances {
            if let Phase::InService { since } = &mut instance.phase {
                set(since);
            }
        }
        Cow::Owned(group)
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
    async fn what_was_a_minute_ago_is_so_after_a_jump_ahead() {
        let at = |s: i64| Timestamp::from_millis(s * 1_000);
        let mut group = crate::rig::started(2);
        group.last_scale_out = Some(at(99_990));
        group.last_scale_in = Some(at(50));
        group.spec.scaling.scale_in_rate = Some(domain::Rate {
            instances: Some(1),
            percent: None,
            period: 60,
        });
        group.note_pace(1, 2, at(99_990));
        group.instances[0].phase = Phase::InService { since: at(99_980) };

        let mut watch = Watch::default();
        watch.jumped(at(100_000));
        assert_eq!(*watch.by_this_clock(&group, at(100_000)), group);
        tokio::time::advance(Duration::from_secs(1)).await;
        watch.jumped(at(103_601));
        let seen = watch.by_this_clock(&group, at(103_601)).into_owned();
        assert_eq!(seen.last_scale_out, Some(at(103_590)));
        assert_eq!(seen.pace.times().collect::<Vec<_>>(), [at(103_590); 2]);
        assert_eq!(seen.instances[0].phase, Phase::InService { since: at(103_580) });
        // What was noted after the jump is as it was noted.
        group.last_scale_in = Some(at(103_601));
        let seen = watch.by_this_clock(&group, at(103_602)).into_owned();
        assert_eq!(seen.last_scale_in, Some(at(103_601)));
        tokio::time::advance(Duration::from_secs(9)).await;
        watch.jumped(at(110_610));
        let twice = watch.by_this_clock(&group, at(110_610)).into_owned();
        assert_eq!(twice.last_scale_out, Some(at(110_590)));
        assert_eq!(twice.last_scale_in, Some(at(110_601)));
        // Once everything is past it is taken as it is.
        let borrowed = |now| matches!(watch.by_this_clock(&group, at(now)), Cow::Borrowed(_));
        assert!(borrowed(114_202) && !borrowed(114_200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_went_wrong_and_was_put_right_leaves_all_as_it_was() {
        let at = |s: i64| Timestamp::from_millis(s * 1_000);
        for wrong in [3_600, -3_600] {
            let mut watch = Watch::default();
            watch.jumped(at(100_000));
            watch.jumped(at(100_000 + wrong));
            let before = watch.shown(at(99_990), at(100_000 + wrong));
            assert_eq!(before, at(99_990 + wrong), "{wrong}");
            tokio::time::advance(Duration::from_secs(20)).await;
            watch.jumped(at(100_020));
            // Long before it, just before, while it was wrong, and since.
            for (noted, seen) in [
                (96_000, 96_000),
                (99_990, 99_990),
                (100_010 + wrong, 100_010),
                (100_020, 100_020),
            ] {
                assert_eq!(watch.shown(at(noted), at(100_021)), at(seen), "{wrong}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_put_right_in_part_or_too_far_ends_nothing_early() {
        let at = |s: i64| Timestamp::from_millis(s * 1_000);
        for (first, second) in [
            (3_600, 1_800),
            (-3_600, -1_800),
            (3_600, -3_600),
            (-60, 7_200),
            (10, 20),
        ] {
            let mut watch = Watch::default();
            watch.jumped(at(100_000));
            watch.jumped(at(100_000 + first));
            tokio::time::advance(Duration::from_secs(20)).await;
            let now = at(100_020 + second);
            watch.jumped(now);
            for (noted, seconds_ago) in [(99_990, 30), (100_010 + first, 10), (100_020 + second, 0)] {
                let shown = watch.shown(at(noted), now);
                assert!(shown <= now, "{first} {second}: {noted} is to come");
                assert_eq!(
                    now.since(shown).as_secs(),
                    seconds_ago,
                    "{first} {second}: {noted}"
                );
            }
        }
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
