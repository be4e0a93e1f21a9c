//! Reading histories, one group after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, GroupId, Rollup, Timestamp};
use planner::forecast::{HISTORY, Measure, Outlook, Series};
use store::Store;
use tokio::sync::mpsc;

use super::Told;

/// Read at a time: a store that keeps days as one has all of it in two.
const PIECE: Duration = Duration::from_secs(24 * 3_600);
/// Between two pieces: the store has other things to do.
const BETWEEN: Duration = Duration::from_millis(10);
/// Pieces begin with a whole one of these, of which means are whole.
const HOUR: i64 = 3_600_000;

/// A group's history, to be read on.
pub(super) struct Due {
    pub(super) group: GroupId,
    pub(super) histories: BTreeMap<Measure, Series>,
}

/// Reads all, until nobody listens.
pub(super) async fn run(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    due: Vec<Due>,
    tell: mpsc::Sender<Told>,
) {
    for Due { group, mut histories } in due {
        let now = clock.now();
        let read = read(&*store, group, &mut histories, now).await;
        let outlooks = match read {
            Ok(()) => {
                let each = histories.iter();
                let outlook =
                    |(measure, series): (&Measure, &Series)| (measure.clone(), Outlook::of(series, now));
                Some(each.map(outlook).collect())
            }
            Err(error) => {
                tracing::warn!(%group, %error, "a group's history was not read; the last forecast goes on");
                None
            }
        };
        let told = Told {
            group,
            histories,
            outlooks,
        };
        if tell.send(told).await.is_err() {
            return;
        }
    }
}

/// Reads on from where the shortest of the histories ends. What was read before an error is kept.
async fn read(
    store: &dyn Store,
    group: GroupId,
    histories: &mut BTreeMap<Measure, Series>,
    now: Timestamp,
) -> store::Result<()> {
    let oldest = whole_hour(now - HISTORY);
    let resume = histories.values().map(|series| series.resume().unwrap_or(oldest));
    let mut from = resume.min().unwrap_or(oldest).max(oldest);
    while from < now {
        let to = (from + PIECE).min(now);
        let minutes: Vec<Rollup> = store.rollups(group, from, to).await?;
        for (measure, series) in histories.iter_mut() {
            series.take(from, minutes.iter().filter_map(|minute| measure.load(minute)));
        }
        from = to;
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(())
}

fn whole_hour(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis().div_euclid(HOUR) * HOUR)
}
