//! The leading health manager ends as a crash ends it, with 10,000 groups stored: how long until its successor commits
//! what was asked for meanwhile, and until every aggregate carries the successor's epoch.
//!
//! In a fleet the server's speed is in it; beside it stands the same with two health managers of this process on the
//! embedded store.

mod hosts;
mod in_fleet;
mod in_process;
mod stored;

use std::time::{Duration, Instant};

use domain::{Epoch, GroupId};
use store::Store;

use super::figures::{Series, Table, times};
use super::fleet;

const WHAT: &str = "take-over with 10,000 groups";
/// As many as are begun in `ENOUGH`: with a slow server a single one takes minutes.
const ROUNDS: u32 = 3;
const ENOUGH: Duration = Duration::from_secs(60);
/// The first leader's: what is stored before it is its own.
const FIRST: Epoch = Epoch(1);
/// For a first commit; what takes longer is told as such.
const PATIENCE: Duration = Duration::from_secs(100);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long the raising of the rest is followed, and how often it is looked at.
const RAISING: Duration = Duration::from_secs(42);
const COUNT_EVERY: Duration = Duration::from_secs(3);

/// What was measured, from the leader's end on.
#[derive(Default)]
struct Taken {
    leads: Series,
    commits: Series,
    /// After the last of them.
    raised: Option<Raised>,
}

/// How many groups carried the successor's epoch in the end.
struct Raised {
    groups: usize,
    of: usize,
    after: Duration,
}

/// Measures both.
pub async fn run(table: &mut Table) {
    let fleet = in_fleet::run().await;
    let beside = in_process::run().await;
    match &fleet {
        Some((server, taken)) => report(table, &format!("fleet on {server}: {WHAT}"), taken, &beside),
        None => fleet::absent(table, &format!("fleet: {WHAT}")),
    }
    if fleet.is_none() {
        report(table, WHAT, &beside, &beside);
    }
}

/// How long after the end a commit of a later epoch than `before` is stored; `None` when nobody waits that long.
async fn commits(store: &dyn Store, group: GroupId, before: Epoch, ended: Instant) -> Option<Duration> {
    while ended.elapsed() < PATIENCE {
        let read = store.group(group).await.expect("the store answers");
        if read.is_some_and(|group| group.value.epoch > before) {
            return Some(ended.elapsed());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    None
}

async fn epoch(store: &dyn Store) -> Epoch {
    let lease = store.lease().await.expect("the lease can be read");
    lease.expect("somebody leads").epoch
}

/// Follows the raising: `count` tells how many carry the epoch.
async fn raised(of: usize, ended: Instant, count: impl AsyncFn() -> usize) -> Raised {
    loop {
        let groups = count().await;
        let after = ended.elapsed();
        if groups >= of || after > RAISING {
            return Raised { groups, of, after };
        }
        tokio::time::sleep(COUNT_EVERY).await;
    }
}

fn report(table: &mut Table, what: &str, taken: &Taken, beside: &Taken) {
    let rows = [
        ("successor leads", &taken.leads, &beside.leads),
        ("its first commit", &taken.commits, &beside.commits),
    ];
    for (step, ours, other) in rows {
        let what = format!("{what}: {step}");
        if ours.len() == 0 {
            table.figure(
                &what,
                format!("not within {PATIENCE:?} (embedded store: {other})"),
            );
        } else {
            let ratio = times(ours.median(), other.median());
            table.ratio(&what, ours, format!("embedded store: {other}"), ratio, None);
        }
    }
    let rest = format!("{what}: the last group raised");
    let told = |taken: &Taken| taken.raised.as_ref().map_or("not seen".to_owned(), Raised::told);
    table.figure(
        &rest,
        format!("{} (embedded store: {})", told(taken), told(beside)),
    );
}

impl Raised {
    fn told(&self) -> String {
        let seconds = self.after.as_secs_f64();
        if self.groups >= self.of {
            return format!("after {seconds:.0} s");
        }
        // Counts of thousands.
        #[allow(clippy::cast_precision_loss)]
        let minutes = seconds * self.of as f64 / self.groups.max(1) as f64 / 60.0;
        format!(
            "{} of {} after {seconds:.0} s, at this pace all after {minutes:.0} min",
            self.groups, self.of
        )
    }
}
