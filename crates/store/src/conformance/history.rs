//! The groups' activities.

use std::sync::Arc;

use domain::{Activity, ActivityId, ActivityStatus, GroupId, Ids, SystemIds, Timestamp};
use uuid::Uuid;

use super::fixtures::activity;
use crate::Store;

fn numbered(group: GroupId, number: u128, start: i64) -> Activity {
    let id = ActivityId(Uuid::from_u128(number));
    Activity {
        id,
        ..activity(group, start, ActivityStatus::Successful)
    }
}

async fn page(store: &Arc<dyn Store>, group: GroupId, skip: usize, limit: usize) -> Vec<u128> {
    let found = store.activities(group, skip, limit).await.unwrap();
    found.iter().map(|activity| activity.id.0.as_u128()).collect()
}

/// Pages of one group's history fit together; another group's is apart.
pub async fn the_newest_start_comes_first_and_ties_keep_their_order(store: &Arc<dyn Store>) {
    let (mine, other) = (GroupId(SystemIds.fresh()), GroupId(SystemIds.fresh()));
    let order = [(2, 50), (9, 50), (5, 50), (1, 70), (3, -10), (4, 60)];
    let made: Vec<Activity> = order
        .iter()
        .map(|(number, start)| numbered(mine, *number, *start))
        .collect();
    let (some, rest) = made.split_at(3);
    store.put_activities(some).await.unwrap();
    store.put_activities(&[numbered(other, 7, 55)]).await.unwrap();
    store.put_activities(rest).await.unwrap();

    assert_eq!(page(store, mine, 0, 100).await, [1, 4, 9, 5, 2, 3]);
    let mut paged = page(store, mine, 0, 4).await;
    paged.extend(page(store, mine, 4, 4).await);
    assert_eq!(paged, [1, 4, 9, 5, 2, 3]);
    assert_eq!(page(store, mine, 6, 4).await, []);
    assert_eq!(page(store, mine, 0, 0).await, []);
    assert_eq!(page(store, other, 0, 100).await, [7]);
    let read = store.activities(mine, 0, 1).await.unwrap();
    assert_eq!(read, [made[3].clone()]);
}

/// What is written again replaces what was there, but nothing takes an end back.
pub async fn a_final_state_stays(store: &Arc<dyn Store>) {
    let begun = activity(GroupId(SystemIds.fresh()), 50, ActivityStatus::InProgress);
    let later = Activity {
        progress: 40,
        message: "pulling".to_owned(),
        ..begun.clone()
    };
    let done = Activity {
        status: ActivityStatus::Successful,
        progress: 100,
        ..begun.clone()
    };
    let corrected = Activity {
        status: ActivityStatus::Failed,
        ..done.clone()
    };
    for (written, read) in [
        (&begun, &begun),
        (&later, &later),
        (&done, &done),
        (&begun, &done),
        (&corrected, &corrected),
        (&later, &corrected),
    ] {
        store.put_activities(std::slice::from_ref(written)).await.unwrap();
        assert_eq!(
            store.activities(begun.group, 0, 10).await.unwrap(),
            std::slice::from_ref(read)
        );
    }
    let mut next = begun.clone();
    next.id = ActivityId(SystemIds.fresh());
    let both = [
        Activity {
            status: ActivityStatus::InProgress,
            ..next.clone()
        },
        Activity {
            status: ActivityStatus::Failed,
            ..next
        },
    ];
    store.put_activities(&both).await.unwrap();
    let read = store.activities(begun.group, 0, 10).await.unwrap();
    assert_eq!(read.len(), 2, "one of the two in a single call");
    assert!(read.contains(&both[1]));
    // A known one does not keep a new one behind it out.
    let third = activity(begun.group, 60, ActivityStatus::InProgress);
    let mixed = [both[0].clone(), third.clone()];
    store.put_activities(&mixed).await.unwrap();
    let read = store.activities(begun.group, 0, 10).await.unwrap();
    assert_eq!(read.len(), 3);
    assert!(read.contains(&both[1]) && read.contains(&third));
}

/// Of every group, by start; what starts at that time stays.
pub async fn old_history_is_forgotten(store: &Arc<dyn Store>) {
    let (mine, other) = (GroupId(SystemIds.fresh()), GroupId(SystemIds.fresh()));
    let made = [
        numbered(mine, 1, 10),
        numbered(mine, 2, 20),
        numbered(mine, 3, 30),
        numbered(other, 4, 19),
    ];
    store.put_activities(&made).await.unwrap();
    let before = Timestamp::from_millis(20);
    assert_eq!(store.forget_activities(before).await.unwrap(), 2);
    assert_eq!(page(store, mine, 0, 10).await, [3, 2]);
    assert_eq!(page(store, other, 0, 10).await, []);
    assert_eq!(store.forget_activities(before).await.unwrap(), 0);
}
