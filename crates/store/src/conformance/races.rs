//! Many at once.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use domain::{Epoch, GroupId, Host, HostState, Ids, Kind, Rollup, SystemIds, Timestamp};

use super::fixtures::{account, configuration, group, host, rollup};
use crate::update::{self, UpdateError, Verdict};
use crate::{Lease, Store, StoreError};

const WRITERS: u32 = 16;
const INCREMENTS: u32 = 10;

/// Runs one task per writer and collects what they return.
async fn all<T, F>(store: &Arc<dyn Store>, work: impl Fn(Arc<dyn Store>, u32) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(work(Arc::clone(store), writer)))
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

async fn increment(store: &dyn Store, id: GroupId) {
    loop {
        let done = update::group(store, id, &SystemIds, |group| {
            group.spec.desired_capacity += 1;
            Ok::<_, Infallible>(Verdict::Commit)
        });
        match done.await {
            Ok(_) => return,
            Err(UpdateError::Store(StoreError::Conflict)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// The group's count ends at the number of acknowledged increments.
pub async fn sixteen_writers_lose_no_increment(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    let first = store.create_group(&made).await.unwrap();
    all(store, |store, _| async move {
        for _ in 0..INCREMENTS {
            increment(&*store, made.id).await;
        }
    })
    .await;
    let read = store.group(made.id).await.unwrap().unwrap();
    assert_eq!(read.value.spec.desired_capacity, WRITERS * INCREMENTS);
    assert_eq!(read.revision.0, first.0 + u64::from(WRITERS * INCREMENTS));
}

/// The others are told that the name is taken.
pub async fn one_of_sixteen_creators_wins(store: &Arc<dyn Store>) {
    let results = all(store, |store, _| async move {
        let made = group("anna", "web");
        (made.id, store.create_group(&made).await)
    })
    .await;
    let made: Vec<_> = results.iter().filter(|(_, result)| result.is_ok()).collect();
    assert_eq!(made.len(), 1, "{results:?}");
    let refused = results
        .iter()
        .filter(|(_, result)| matches!(result, Err(StoreError::Exists(_))));
    assert_eq!(refused.count(), 15, "{results:?}");
    let name = group("anna", "web").name;
    let read = store.group_named(&account("anna"), &name).await.unwrap().unwrap();
    assert_eq!(read.value.id, made[0].0);
}

/// No group that starts at the same time is dropped from what it rests on.
pub async fn sixteen_users_of_a_document_are_all_kept(store: &Arc<dyn Store>) {
    store
        .create_document(&configuration("anna", "web"))
        .await
        .unwrap();
    let users = all(store, |store, _| async move {
        let user = GroupId(SystemIds.fresh());
        let account = account("anna");
        let key = (Kind::LaunchConfiguration, &account, "web");
        let added = update::document(&*store, key, |document| {
            document.used_by.insert(user);
            Ok::<_, Infallible>(Verdict::Commit)
        });
        assert!(added.await.unwrap().value.used_by.contains(&user));
        user
    })
    .await;
    let read = store
        .document(Kind::LaunchConfiguration, &account("anna"), "web")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.value.used_by, users.into_iter().collect());
}

/// And the others lose.
pub async fn one_of_sixteen_challengers_gets_the_lease(store: &Arc<dyn Store>) {
    let mut expected: Option<Lease> = None;
    for epoch in 1..=5 {
        let results = all(store, |store, writer| {
            let expected = expected.clone();
            async move {
                let lease = Lease {
                    holder: writer.to_string(),
                    epoch: Epoch(epoch),
                    renewals: 0,
                };
                let result = store.replace_lease(&lease, expected.as_ref()).await;
                (lease, result)
            }
        })
        .await;
        let won: Vec<&Lease> = results
            .iter()
            .filter(|(_, result)| result.is_ok())
            .map(|(lease, _)| lease)
            .collect();
        assert_eq!(won.len(), 1, "{results:?}");
        let lost = results
            .iter()
            .filter(|(_, result)| matches!(result, Err(StoreError::Conflict)));
        assert_eq!(lost.count(), 15, "{results:?}");
        expected = store.lease().await.unwrap();
        assert_eq!(expected.as_ref(), Some(won[0]));
    }
}

/// Agents register while an operator speaks; no word of his is lost, nor any registration refused.
pub async fn sixteen_registrations_keep_the_operators_word(store: &Arc<dyn Store>) {
    let name = host("a").name;
    all(store, |store, writer| {
        let name = name.clone();
        async move {
            // The operator's host registers once, so that he speaks while the others' do.
            let first = if writer > 0 { 0 } else { INCREMENTS - 1 };
            for cpus in first..INCREMENTS {
                let said = Host { cpus, ..host("a") };
                store.put_host(&said).await.unwrap();
            }
            if writer > 0 {
                return;
            }
            for state in [HostState::Cordoned, HostState::Active, HostState::Draining].repeat(3) {
                let set = store.set_host_state(&name, state).await.unwrap();
                assert_eq!(set, Some(state));
            }
        }
    })
    .await;
    let known = Host {
        cpus: INCREMENTS - 1,
        state: HostState::Draining,
        ..host("a")
    };
    assert_eq!(store.hosts().await.unwrap(), [known]);
}

/// Each writer reads back what it was told is written, while all others write.
pub async fn a_read_sees_every_write_acknowledged_before(store: &Arc<dyn Store>) {
    all(store, |store, writer| async move {
        for number in 0..INCREMENTS {
            let made = group("anna", &format!("group-{writer}-{number}"));
            store.create_group(&made).await.unwrap();
            let read = store.group(made.id).await.unwrap();
            assert_eq!(read.map(|read| read.value), Some(made));
        }
    })
    .await;
}

/// Of the first minutes of a day, each writer has its own.
pub async fn sixteen_writers_of_one_day_lose_no_minute(store: &Arc<dyn Store>) {
    let id = GroupId(SystemIds.fresh());
    let of = move |number: i64| rollup(id, number * Rollup::MINUTE_MS);
    all(store, |store, writer| async move {
        let numbers = (0..4).map(|nth| i64::from(writer) + nth * i64::from(WRITERS));
        let own: Vec<Rollup> = numbers.map(of).collect();
        store.put_rollups(&own).await.unwrap();
    })
    .await;
    let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
    let expected: Vec<Rollup> = (0..4 * i64::from(WRITERS)).map(of).collect();
    assert_eq!(store.rollups(id, from, to).await.unwrap(), expected);
}
