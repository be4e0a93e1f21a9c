//! One pass over all groups, past a relay that breaks it off or holds it up.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use domain::GroupId;
use futures_util::future::join_all;
use store::conformance::fixtures::group;
use store::{MongoStore, Store, StoreError};
use test_servers::Mongo;

use super::relay::{Fault, Relay};

/// More than two pieces.
const GROUPS: usize = 600;

/// A store with groups that comes through a relay, with what it stands on.
async fn filled() -> Option<(MongoStore, Relay, Mongo, BTreeSet<GroupId>)> {
    let mongo = Mongo::start()?;
    let relay = Relay::before(&mongo).await?;
    let store = MongoStore::connect(&relay.options()).await.unwrap();
    let groups: Vec<_> = (0..GROUPS).map(|n| group("anna", &format!("g-{n}"))).collect();
    for some in groups.chunks(10) {
        for made in join_all(some.iter().map(|group| store.create_group(group))).await {
            made.unwrap();
        }
    }
    let ids = groups.into_iter().map(|group| group.id).collect();
    Some((store, relay, mongo, ids))
}

async fn told(store: &MongoStore) -> Vec<GroupId> {
    let found = store.every_group().await.unwrap();
    found.into_iter().map(|group| group.value.id).collect()
}

#[tokio::test]
async fn what_breaks_off_is_no_shorter_list() {
    let Some((store, relay, _mongo, ids)) = filled().await else {
        return;
    };
    let broken = [
        Fault::Broken,
        Fault::Refused((43, "CursorNotFound")),
        Fault::Refused((11_602, "InterruptedDueToReplStateChange")),
    ];
    for fault in broken {
        relay.plan("getMore", 1, fault);
        let cut = store.every_group().await;
        assert!(relay.is_over(), "it took more than one piece");
        assert!(
            matches!(cut, Err(StoreError::Unavailable(_))),
            "{fault:?}: {cut:?}"
        );
        let all = told(&store).await;
        assert_eq!(all.len(), GROUPS, "none twice");
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), ids);
    }
}

/// More time for all than one call has: each piece has that of its own.
#[tokio::test]
async fn a_slow_server_is_waited_for_piece_by_piece() {
    let Some((store, relay, _mongo, _)) = filled().await else {
        return;
    };
    let late = Fault::Late(Duration::from_secs(6));
    relay.plan("find", 1, late);
    relay.plan("getMore", 1, late);
    let begun = Instant::now();
    assert_eq!(told(&store).await.len(), GROUPS);
    assert!(begun.elapsed() > Duration::from_secs(11), "{:?}", begun.elapsed());
}
