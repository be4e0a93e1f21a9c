//! What the leader hears of its instances' load: kept in memory to be looked back on, and left in the cache for its
//! successor, which reads it once when it begins.
//!
//! Agents' clocks differ from ours and from each other's, so a sample's time is when it was heard.

mod queue;
mod share;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cache::Cache;
use domain::report::Load;
use domain::{InstanceId, Sample, Timestamp};
use samples::{Metric, Reading, Statistic, Summary, Windows};
use telemetry::Metrics;
use tokio::time::Instant;

use self::share::Sharing;

/// A load that was heard, by this leader or by one before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Heard {
    record: InstanceId,
    at: Timestamp,
    load: Load,
}

/// A clock that starts with the wall's and never jumps.
#[derive(Clone, Copy)]
struct Steady {
    wall: Timestamp,
    from: Instant,
}

impl Steady {
    fn now(self) -> Timestamp {
        self.wall + self.from.elapsed()
    }
}

/// The windows of all instances, while this process leads.
pub(crate) struct Samples {
    windows: Windows,
    /// How much later than a window its first sample may be taken.
    slack: Duration,
    /// When the newest was heard.
    newest: Option<Timestamp>,
    clock: Steady,
    metrics: Metrics,
    /// `None` where nothing is shared.
    sharing: Option<Sharing>,
}

impl Samples {
    /// Empty windows, and in the background what earlier leaders left.
    /// What agents tell each `interval` holds for three of them: one that is late or lost is no silence. Windows that are
    /// shorter than the interval are never empty for that: the last sample is in them until the next, were it a bit late.
    pub(crate) fn start(
        cache: &Arc<dyn Cache>,
        wall: Timestamp,
        interval: Duration,
        metrics: Metrics,
    ) -> Self {
        let from = Instant::now();
        let clock = Steady { wall, from };
        Self {
            windows: Windows::new(Windows::LOOK_BACK)
                .holding(interval * 3)
                .filling(interval * 3 / 2),
            slack: interval * 2,
            newest: None,
            clock,
            sharing: Sharing::start(cache, clock, metrics.clone()),
            metrics,
        }
    }

    /// One figure of some instances over the `window` that ended `ago`; see [`Windows::statistic`].
    pub(crate) fn statistic(
        &self,
        members: impl IntoIterator<Item = InstanceId>,
        metric: Metric,
        statistic: Statistic,
        window: Duration,
        ago: Duration,
    ) -> Option<Reading> {
        let end = self.clock.now() - ago;
        self.windows.statistic(members, metric, statistic, window, end)
    }

    /// Whether a reading's samples reach back to the begin of the `window` that ended `ago`.
    pub(crate) fn covers(&self, reading: &Reading, window: Duration, ago: Duration) -> bool {
        reading.oldest <= self.clock.now() - ago - window + self.slack
    }

    /// A metric of some instances over the `window` that ended `ago`; see [`Windows::summary`].
    pub(crate) fn summary(
        &self,
        members: impl IntoIterator<Item = InstanceId>,
        metric: Metric,
        window: Duration,
        ago: Duration,
    ) -> Option<Summary> {
        let end = self.clock.now() - ago;
        self.windows.summary(members, metric, window, end)
    }

    /// Takes in what an agent just told of instances that are known.
    pub(crate) fn hear(&mut self, told: impl IntoIterator<Item = Sample>) {
        let at = self.clock.now();
        let heard = told
            .into_iter()
            .map(|Sample { record, load, .. }| Heard { record, at, load });
        let kept = self.keep(heard);
        if let Some(sharing) = &self.sharing {
            sharing.leave(kept);
        }
    }

    /// What earlier leaders left, part by part; waits for ever when there is no more.
    pub(crate) async fn earlier(&mut self) -> Vec<Heard> {
        match &mut self.sharing {
            Some(sharing) => sharing.earlier().await,
            None => std::future::pending().await,
        }
    }

    /// Takes in what earlier leaders left.
    pub(crate) fn merge(&mut self, earlier: Vec<Heard>) {
        self.keep(earlier);
    }

    /// Drops what is too old, and what is of no instance that is known; to be called now and then.
    pub(crate) fn sweep(&mut self, known: &BTreeSet<InstanceId>) {
        self.windows.retain(|record| known.contains(&record));
        self.windows.sweep(self.clock.now());
        self.newest = self.windows.newest();
        self.tell();
    }

    /// Those that were kept.
    fn keep(&mut self, heard: impl IntoIterator<Item = Heard>) -> Vec<Heard> {
        let now = self.clock.now();
        let kept: Vec<Heard> = heard
            .into_iter()
            .filter(|heard| self.windows.push(heard.record, heard.at, heard.load, now))
            .collect();
        let newest = kept.iter().map(|heard| heard.at).max();
        self.newest = self.newest.max(newest);
        self.tell();
        kept
    }

    fn tell(&self) {
        let since_epoch = |at: Timestamp| at.since(Timestamp::default());
        let newest = self.newest.map(since_epoch);
        self.metrics.sampled(self.windows.instances(), newest);
    }
}

impl Drop for Samples {
    /// Who does not lead hears nothing.
    fn drop(&mut self) {
        self.metrics.sampled(0, None);
    }
}

#[cfg(test)]
mod tests;
