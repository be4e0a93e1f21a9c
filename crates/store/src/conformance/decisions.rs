//! The decisions about the groups' capacities.

use std::sync::Arc;

use domain::{Clamp, ClampKind, Decision, DecisionId, GroupId, Ids, PolicyName, SystemIds, Timestamp, Wish};
use uuid::Uuid;

use super::fixtures::decision;
use crate::Store;

fn numbered(group: GroupId, number: u128, at: i64) -> Decision {
    let id = DecisionId(Uuid::from_u128(number));
    Decision {
        id,
        ..decision(group, at)
    }
}

async fn last(store: &Arc<dyn Store>, group: GroupId, limit: usize) -> Vec<u128> {
    let found = store.decisions(group, limit).await.unwrap();
    found.iter().map(|decision| decision.id.0.as_u128()).collect()
}

fn wish(number: usize, value: Option<f64>) -> Wish {
    Wish {
        policy: PolicyName::parse(&format!("policy{number}")).unwrap(),
        policy_type: "target_tracking".to_owned(),
        shadow: number.is_multiple_of(2),
        source: "traffic".to_owned(),
        metric: "AVG \"CPU\" über 60 s\n".to_owned(),
        value,
        reported: u32::MAX,
        capacity: value.is_some().then_some(7),
        reason: "121.48791951161945 % > 80 %".to_owned(),
    }
}

fn clamp(by: ClampKind) -> Clamp {
    Clamp {
        by,
        from: 7,
        to: 5,
        reason: by.as_str().to_owned(),
    }
}

/// Among them figures that a reader in a hurry rounds, and the ends of what a figure can be.
pub async fn a_decision_is_read_to_the_last_digit(store: &Arc<dyn Store>) {
    let figures = [
        31.245_270_191_439_438,
        121.487_919_511_619_45,
        0.1 + 0.2,
        -0.0,
        1.0 / 3.0,
        100.0,
        f64::MIN_POSITIVE,
        f64::MAX,
        5e-324,
    ];
    let values = figures.into_iter().map(Some).chain([None]);
    let written = Decision {
        wishes: values.enumerate().map(|(n, value)| wish(n, value)).collect(),
        clamps: [
            ClampKind::MissingData,
            ClampKind::Stabilization,
            ClampKind::Rate,
            ClampKind::Cooldown,
            ClampKind::Bounds,
            ClampKind::Schedule,
            ClampKind::Suspended,
            ClampKind::Frozen,
        ]
        .map(clamp)
        .to_vec(),
        ..decision(GroupId(SystemIds.fresh()), -1)
    };
    let empty = decision(written.group, -2);
    store
        .put_decisions(&[written.clone(), empty.clone()])
        .await
        .unwrap();
    let read = store.decisions(written.group, 10).await.unwrap();
    let bits = |decision: &Decision| -> Vec<Option<u64>> {
        let values = decision.wishes.iter().map(|wish| wish.value);
        values.map(|value| value.map(f64::to_bits)).collect()
    };
    assert_eq!(read.first().map(bits), Some(bits(&written)));
    assert_eq!(read, [written, empty]);
}

/// Of the group's own alone; of one time in an order that stays.
pub async fn the_newest_come_first_up_to_the_limit(store: &Arc<dyn Store>) {
    let (mine, other) = (GroupId(SystemIds.fresh()), GroupId(SystemIds.fresh()));
    let order = [(2, 50), (9, 50), (5, 50), (1, 70), (3, -10), (4, 60)];
    let made: Vec<Decision> = order
        .iter()
        .map(|(number, at)| numbered(mine, *number, *at))
        .collect();
    let (some, rest) = made.split_at(3);
    store.put_decisions(some).await.unwrap();
    store.put_decisions(&[numbered(other, 7, 55)]).await.unwrap();
    store.put_decisions(rest).await.unwrap();
    store.put_decisions(&[]).await.unwrap();

    assert_eq!(last(store, mine, 100).await, [1, 4, 9, 5, 2, 3]);
    assert_eq!(last(store, mine, usize::MAX).await, [1, 4, 9, 5, 2, 3]);
    assert_eq!(last(store, mine, 4).await, [1, 4, 9, 5]);
    assert_eq!(last(store, mine, 0).await, []);
    assert_eq!(last(store, other, 100).await, [7]);
    assert_eq!(last(store, GroupId(SystemIds.fresh()), 100).await, []);
}

/// Also in time, and within one call; what it replaces is gone whole.
pub async fn a_decision_takes_the_place_of_the_one_of_its_id(store: &Arc<dyn Store>) {
    let group = GroupId(SystemIds.fresh());
    let idle = |at, outcome: &str| Decision {
        id: DecisionId::of_idle(group),
        outcome: outcome.to_owned(),
        ..decision(group, at)
    };
    let change = numbered(group, 1, 15);
    let first = Decision {
        wishes: vec![wish(1, Some(0.5))],
        ..idle(10, "nothing is breached")
    };
    store
        .put_decisions(&[first.clone(), change.clone()])
        .await
        .unwrap();
    assert_eq!(store.decisions(group, 10).await.unwrap(), [change.clone(), first]);
    // A known one beside a new one, and twice in one call.
    let (second, third) = (idle(20, "it cools down"), idle(30, "nothing reports"));
    let next = numbered(group, 2, 25);
    store
        .put_decisions(&[second, next.clone(), third.clone()])
        .await
        .unwrap();
    let expected = [third, next.clone(), change.clone()];
    assert_eq!(store.decisions(group, 10).await.unwrap(), expected);
    // One that a slow writer brings late replaces all the same: what counts is the order of the calls.
    let late = idle(5, "late");
    store.put_decisions(std::slice::from_ref(&late)).await.unwrap();
    assert_eq!(store.decisions(group, 10).await.unwrap(), [next, change, late]);
}

/// Of every group, by time; what is of that time stays, and so do activities.
pub async fn old_decisions_are_forgotten(store: &Arc<dyn Store>) {
    let (mine, other) = (GroupId(SystemIds.fresh()), GroupId(SystemIds.fresh()));
    let made = [
        numbered(mine, 1, 10),
        numbered(mine, 2, 20),
        numbered(mine, 3, 30),
        numbered(other, 4, 19),
    ];
    store.put_decisions(&made).await.unwrap();
    let activity = super::fixtures::activity(mine, 1, domain::ActivityStatus::Successful);
    store
        .put_activities(std::slice::from_ref(&activity))
        .await
        .unwrap();
    let before = Timestamp::from_millis(20);
    assert_eq!(store.forget_decisions(before).await.unwrap(), 2);
    assert_eq!(last(store, mine, 10).await, [3, 2]);
    assert_eq!(last(store, other, 10).await, []);
    assert_eq!(store.forget_decisions(before).await.unwrap(), 0);
    assert_eq!(store.activities(mine, 0, 10).await.unwrap(), [activity]);
    assert_eq!(store.forget_activities(before).await.unwrap(), 1);
    assert_eq!(last(store, mine, 10).await, [3, 2]);
}
