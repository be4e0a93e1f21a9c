//! Listings of groups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Group, GroupId, Revision};
use futures_util::future::join_all;
use uuid::Uuid;

use super::fixtures::{account, full_group, group};
use super::groups::delete;
use crate::{GroupQuery, Store, Versioned};

/// More than a store on a server tells in two pieces.
const MANY: u128 = 600;

fn numbered(number: u128, of: &str) -> Group {
    let id = GroupId(Uuid::from_u128(number));
    Group {
        id,
        ..group(of, &format!("group-{number}"))
    }
}

async fn page(store: &Arc<dyn Store>, query: &GroupQuery) -> Vec<u128> {
    let found = store.groups(query).await.unwrap();
    found.iter().map(|group| group.value.id.0.as_u128()).collect()
}

/// A page goes on after the last id seen, whether that group still exists or not.
pub async fn pages_are_in_id_order_by_account_and_state(store: &Arc<dyn Store>) {
    for number in [30, 10, 20, 40] {
        store.create_group(&numbered(number, "anna")).await.unwrap();
    }
    store.create_group(&numbered(15, "berta")).await.unwrap();
    delete(store, numbered(20, "anna").id).await;

    let mut query = GroupQuery {
        limit: 3,
        ..GroupQuery::default()
    };
    assert_eq!(page(store, &query).await, [10, 15, 30]);
    query.deleted = true;
    assert_eq!(page(store, &query).await, [10, 15, 20]);
    query.account = Some(account("anna"));
    assert_eq!(page(store, &query).await, [10, 20, 30]);
    query.deleted = false;
    assert_eq!(page(store, &query).await, [10, 30, 40]);
    query.after = Some(GroupId(Uuid::from_u128(20)));
    assert_eq!(page(store, &query).await, [30, 40]);
    query.after = Some(GroupId(Uuid::from_u128(40)));
    assert_eq!(page(store, &query).await, []);
    query = GroupQuery {
        account: Some(account("nobody")),
        limit: 3,
        ..GroupQuery::default()
    };
    assert_eq!(page(store, &query).await, []);
    query = GroupQuery::default();
    assert_eq!(page(store, &query).await, [], "a limit of 0");
}

/// Groups that exist throughout, while others come and go before and behind the reader.
pub async fn paging_under_changes_neither_misses_nor_repeats(store: &Arc<dyn Store>) {
    let steady: Vec<u128> = (1..=50).map(|n| n * 100).collect();
    for number in &steady {
        store.create_group(&numbered(*number, "anna")).await.unwrap();
    }
    let mut query = GroupQuery {
        limit: 7,
        ..GroupQuery::default()
    };
    let (mut seen, mut passing) = (Vec::new(), BTreeSet::new());
    loop {
        let found = page(store, &query).await;
        let Some(last) = found.last().copied() else { break };
        seen.extend(found);
        query.after = Some(GroupId(Uuid::from_u128(last)));
        for gone in std::mem::take(&mut passing) {
            let id = GroupId(Uuid::from_u128(gone));
            let revision = delete(store, id).await;
            store.purge_group(id, revision).await.unwrap();
        }
        if last >= 5_000 {
            continue;
        }
        // Just behind and just ahead of the reader, and far ahead.
        for new in [last - 1, last + 1, last + 333] {
            store.create_group(&numbered(new, "anna")).await.unwrap();
            passing.insert(new);
        }
    }
    assert!(seen.is_sorted_by(|a, b| a < b), "in order, none twice: {seen:?}");
    seen.retain(|number| steady.contains(number));
    assert_eq!(seen, steady);
}

async fn make(store: &Arc<dyn Store>, groups: &[Group]) {
    for some in groups.chunks(16) {
        for made in join_all(some.iter().map(|group| store.create_group(group))).await {
            made.unwrap();
        }
    }
}

/// Every group by its id; none is told twice.
async fn pass(store: &Arc<dyn Store>) -> BTreeMap<GroupId, Versioned<Group>> {
    let told = store.every_group().await.unwrap();
    let number = told.len();
    let by_id: BTreeMap<_, _> = told.into_iter().map(|group| (group.value.id, group)).collect();
    assert_eq!(by_id.len(), number, "none twice");
    by_id
}

/// Of all accounts, deleted ones too, whole, and with their revisions.
pub async fn every_group_is_told_once(store: &Arc<dyn Store>) {
    assert_eq!(pass(store).await, BTreeMap::new());
    let mut groups: Vec<Group> = (1..MANY).map(|n| numbered(n, "anna")).collect();
    groups.push(full_group("berta", "full"));
    make(store, &groups).await;
    let gone = groups[7].id;
    delete(store, gone).await;
    let told = pass(store).await;
    assert_eq!(told.len(), groups.len());
    for made in &groups {
        let found = told[&made.id].clone();
        if made.id == gone {
            assert_eq!((found.revision, found.value.deleted), (Revision(2), true));
        } else {
            assert_eq!((found.revision, &found.value), (Revision(1), made));
        }
    }
}

/// Groups that are there throughout, while they change and others come and go.
pub async fn a_pass_under_changes_neither_misses_nor_repeats(store: &Arc<dyn Store>) {
    let steady: Vec<Group> = (1..=MANY).map(|n| numbered(n * 100, "anna")).collect();
    make(store, &steady).await;
    let over = Arc::new(AtomicBool::new(false));
    let (changed, stop) = (Arc::clone(store), Arc::clone(&over));
    let changes = tokio::spawn(async move {
        // At least once, however fast the passes are.
        for n in 0_u128.. {
            // Both ends of the order of ids, and of that in which they were made.
            let (first, last) = (n % MANY + 1, MANY - n % MANY);
            for number in [first * 100, last * 100] {
                super::unknown::add_one(&*changed, numbered(number, "anna").id).await;
            }
            let passing = numbered(first * 100 + 1, "anna");
            changed.create_group(&passing).await.unwrap();
            let revision = delete(&changed, passing.id).await;
            changed.purge_group(passing.id, revision).await.unwrap();
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
    });
    for _ in 0..5 {
        let told = pass(store).await;
        let missing = steady.iter().find(|group| !told.contains_key(&group.id));
        assert_eq!(missing, None);
    }
    over.store(true, Ordering::Relaxed);
    changes.await.unwrap();
}
