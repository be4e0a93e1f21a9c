//! The groups' load, minute by minute.

use std::sync::Arc;

use domain::policy::AGENT;
use domain::rollup::{Rolled, Rollup};
use domain::{GroupId, Ids, SystemIds, Timestamp};

use super::fixtures::{rolled, rollup};
use crate::{MAX_ROLLUP_BYTES, Store, StoreError};

const MINUTE: i64 = Rollup::MINUTE_MS;
const DAY: i64 = 24 * 60 * MINUTE;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn fresh() -> GroupId {
    GroupId(SystemIds.fresh())
}

async fn every(store: &Arc<dyn Store>, group: GroupId) -> Vec<Rollup> {
    store.rollups(group, at(i64::MIN), at(i64::MAX)).await.unwrap()
}

async fn minutes(store: &Arc<dyn Store>, group: GroupId, from: i64, to: i64) -> Vec<i64> {
    let found = store.rollups(group, at(from), at(to)).await.unwrap();
    found.iter().map(|rollup| rollup.at.millis() / MINUTE).collect()
}

/// Among them figures that a reader in a hurry rounds, and names of every kind and length, in their order.
pub async fn a_rollup_is_read_to_the_last_digit(store: &Arc<dyn Store>) {
    let query = format!(
        "sum(rate(größe{{a=\"b.$c\",d!~'#'}}[10s])){}\n",
        " + 1".repeat(1_000)
    );
    let extreme = Rolled {
        reported: u32::MAX,
        average: 31.245_270_191_439_438,
        maximum: f64::MAX,
        minimum: -0.0,
        sum: 5e-324,
        ..rolled("traffic", &query, 0.0)
    };
    let full = Rollup {
        desired: u32::MAX,
        in_service: 0,
        figures: vec![
            rolled(AGENT, "NETWORK_OUT", 0.1 + 0.2),
            extreme.clone(),
            rolled(AGENT, "CPU", 1.0 / 3.0),
            rolled("app", "CPU", 7.0),
            rolled("CPU", "", -1.0),
            rolled(AGENT, "#not one of ours", 8.0),
        ],
        ..rollup(fresh(), 5 * DAY + 7 * MINUTE)
    };
    let next = Rollup {
        figures: vec![Rolled { sum: 6.0, ..extreme }],
        ..rollup(full.group, full.at.millis() + MINUTE)
    };
    let empty = rollup(full.group, full.at.millis() + DAY);
    store
        .put_rollups(&[full.clone(), next.clone(), empty.clone()])
        .await
        .unwrap();
    assert_eq!(every(store, full.group).await, [full, next, empty]);
}

/// Of the group's own alone, over the ends of days.
pub async fn minutes_come_oldest_first_within_their_bounds(store: &Arc<dyn Store>) {
    let (mine, other) = (fresh(), fresh());
    let made = [1_441, 2, 1_439, -1, 10, 1_440, 0].map(|minute| rollup(mine, minute * MINUTE));
    let (some, rest) = made.split_at(3);
    store.put_rollups(some).await.unwrap();
    store.put_rollups(&[rollup(other, 3 * MINUTE)]).await.unwrap();
    store.put_rollups(rest).await.unwrap();
    store.put_rollups(&[]).await.unwrap();

    let all = [-1, 0, 2, 10, 1_439, 1_440, 1_441];
    assert_eq!(minutes(store, mine, i64::MIN, i64::MAX).await, all);
    assert_eq!(minutes(store, mine, 0, DAY).await, [0, 2, 10, 1_439]);
    assert_eq!(minutes(store, mine, 1, DAY + 1).await, [2, 10, 1_439, 1_440]);
    assert_eq!(minutes(store, mine, 2 * MINUTE, 10 * MINUTE).await, [2]);
    assert_eq!(minutes(store, mine, 3 * MINUTE, 10 * MINUTE).await, [0_i64; 0]);
    assert_eq!(minutes(store, mine, 10 * MINUTE, 10 * MINUTE).await, [0_i64; 0]);
    assert_eq!(minutes(store, mine, DAY, 0).await, [0_i64; 0]);
    assert_eq!(minutes(store, other, 0, DAY).await, [3]);
    assert_eq!(every(store, fresh()).await, []);
}

/// Whole, also within one call; whenever in its minute it says to be.
pub async fn a_later_word_of_a_minute_takes_its_place(store: &Arc<dyn Store>) {
    let group = fresh();
    let told = |metric: &str, since: i64| Rollup {
        at: at(3 * MINUTE + since),
        figures: vec![rolled(AGENT, metric, 1.0)],
        ..rollup(group, 0)
    };
    let neighbour = rollup(group, 2 * MINUTE);
    store
        .put_rollups(&[told("CPU", 0), neighbour.clone()])
        .await
        .unwrap();
    store
        .put_rollups(&[told("MEM", 1), told("a longer name than most", MINUTE - 1)])
        .await
        .unwrap();
    let expected = [neighbour.clone(), told("a longer name than most", 0)];
    assert_eq!(every(store, group).await, expected);
    let bare = rollup(group, 3 * MINUTE);
    store.put_rollups(std::slice::from_ref(&bare)).await.unwrap();
    assert_eq!(every(store, group).await, [neighbour, bare]);
}

/// A minute must stay readable whatever was measured in it.
pub async fn what_is_no_number_is_left_out(store: &Arc<dyn Store>) {
    let whole = Rollup {
        figures: vec![rolled(AGENT, "CPU", 1.0)],
        ..rollup(fresh(), 0)
    };
    let mut told = whole.clone();
    for figure in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        told.figures.insert(0, rolled(AGENT, "MEM", figure));
        let one = rolled("app", "jobs", 1.0);
        told.figures.push(Rolled { sum: figure, ..one });
    }
    store.put_rollups(&[told]).await.unwrap();
    assert_eq!(every(store, whole.group).await, [whole]);
}

/// None of the call is kept; what has room for 32 figures of any digits has it under any name.
pub async fn a_rollup_too_large_is_refused_and_nothing_changes(store: &Arc<dyn Store>) {
    let group = fresh();
    let name = |number: u32| format!("{number}{}", "x".repeat(4_000));
    let figure = |number| Rolled {
        reported: u32::MAX,
        maximum: -1.234_567_890_123_456_7e-300,
        minimum: -1.234_567_890_123_456_7e-300,
        sum: -1.234_567_890_123_456_7e-300,
        ..rolled("app", &name(number), -1.234_567_890_123_456_7e-300)
    };
    let of = |count: u32| Rollup {
        figures: (0..count).map(figure).collect(),
        ..rollup(group, 2 * MINUTE)
    };
    let first = rollup(group, MINUTE);
    store.put_rollups(std::slice::from_ref(&first)).await.unwrap();
    let refused = store.put_rollups(&[rollup(group, 0), of(64)]).await;
    assert!(
        matches!(refused, Err(StoreError::TooLarge { size, max }) if size > max && max == MAX_ROLLUP_BYTES),
        "{refused:?}"
    );
    assert_eq!(every(store, group).await, std::slice::from_ref(&first));
    store.put_rollups(&[of(32)]).await.unwrap();
    assert_eq!(every(store, group).await, [first, of(32)]);
}

/// What is of that time stays, and so do decisions.
pub async fn days_of_all_groups_are_forgotten(store: &Arc<dyn Store>) {
    let (mine, other) = (fresh(), fresh());
    let queried = |group, minute| Rollup {
        figures: vec![rolled("traffic", "sum(rate(requests_total[1m]))", 1.0)],
        ..rollup(group, minute * MINUTE)
    };
    let made = [
        queried(mine, 0),
        queried(mine, 1_439),
        queried(mine, 1_440),
        queried(mine, 1_450),
        queried(other, -1),
        queried(other, 5),
    ];
    store.put_rollups(&made).await.unwrap();
    let decision = super::fixtures::decision(mine, 0);
    store
        .put_decisions(std::slice::from_ref(&decision))
        .await
        .unwrap();
    assert!(store.forget_rollups(at(DAY)).await.unwrap() > 0);
    assert_eq!(
        every(store, mine).await,
        [queried(mine, 1_440), queried(mine, 1_450)]
    );
    assert_eq!(every(store, other).await, []);
    assert_eq!(store.forget_rollups(at(DAY)).await.unwrap(), 0);
    assert_eq!(store.decisions(mine, 10).await.unwrap(), [decision]);
    // Within a day: what is of that time stays in any case.
    store.forget_rollups(at(DAY + 10 * MINUTE)).await.unwrap();
    let last = every(store, mine).await.pop();
    assert_eq!(last, Some(queried(mine, 1_450)));
    assert!(store.forget_rollups(at(9 * DAY)).await.unwrap() > 0);
    assert_eq!(every(store, mine).await, []);
}
