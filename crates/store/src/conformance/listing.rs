//! Listings of groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{Group, GroupId};
use uuid::Uuid;

use super::fixtures::{account, group};
use super::groups::delete;
use crate::{GroupQuery, Store};

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
