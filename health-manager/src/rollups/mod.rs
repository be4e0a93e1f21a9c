//! The leader keeps what each group's load was, minute by minute: forecasts are made from it, and policies are tried on
//! it. A minute that nobody led is missing.

mod measure;
mod record;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use domain::{GroupId, GroupState, Rollup, Timestamp};
use store::Store;
use telemetry::Metrics;
use tokio::time::Instant;

use self::record::Recorder;
use crate::manager::Manager;

/// A minute.
const MINUTE: Duration = Duration::from_millis(Rollup::MINUTE_MS.unsigned_abs());
/// Groups that are measured in one go; what else there is to do comes in between.
const AT_ONCE: usize = 500;

/// Where the leader is with it.
pub(crate) struct Rollups {
    /// The minute that runs.
    running: Timestamp,
    /// The last that is over, and the groups of which it is not measured yet.
    over: Timestamp,
    waiting: Vec<GroupId>,
    recorder: Recorder,
}

impl Rollups {
    pub(crate) fn start(store: &Arc<dyn Store>, now: Timestamp, metrics: Metrics) -> Self {
        let running = Rollup::minute_of(now);
        Self {
            running,
            over: running,
            waiting: Vec::new(),
            recorder: Recorder::start(Arc::clone(store), metrics),
        }
    }

    /// When to go on, by a clock that goes on as it does now.
    pub(crate) fn next_due(&self, now: Timestamp) -> Instant {
        match self.waiting.is_empty() {
            true => Instant::now() + (self.running + MINUTE).since(now),
            false => Instant::now(),
        }
    }

    /// Whether a minute is over. Of several, for which nobody had time, the last one is kept.
    fn turn(&mut self, now: Timestamp) -> bool {
        let running = Rollup::minute_of(now);
        let over = running > self.running;
        if running != self.running {
            self.running = running;
            self.over = running - MINUTE;
        }
        over
    }
}

impl Manager {
    /// Measures the minute that is over, of some groups at a time.
    pub(crate) fn roll_up(&mut self) {
        let now = self.deps.clock.now();
        if self.rollups.turn(now) {
            let started = |group: &&domain::Group| group.state == GroupState::Started && !group.deleted;
            let started = self.cache.groups().filter(started);
            self.rollups.waiting = started.map(|group| group.id).collect();
        }
        let kept = self.rollups.waiting.len().saturating_sub(AT_ONCE);
        for id in self.rollups.waiting.split_off(kept) {
            if let Some(group) = self.cache.get(id) {
                let minute = self.measure(&group.value, self.rollups.over, now);
                self.rollups.recorder.record(minute);
            }
        }
    }
}
