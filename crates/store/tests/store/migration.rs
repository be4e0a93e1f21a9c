//! A file of an older schema is brought to ours, and keeps what it had.

use std::path::Path;

use domain::policy::Rule;
use domain::{Decision, GroupId, Kind, Timestamp};
use rusqlite::Connection;
use store::conformance::fixtures::{account, decision, rollup};
use store::{EmbeddedStore, Store};
use uuid::Uuid;

/// As the first schema's microscaler left it: what it wrote of a group and a policy had none of the later fields.
fn first_version(path: &Path) {
    let db = Connection::open(path).unwrap();
    db.execute_batch(include_str!("../../src/embedded/schema-1.sql"))
        .unwrap();
    db.execute(
        "INSERT INTO groups (id, account, name, deleted, epoch, revision, body)
         VALUES ('00000000-0000-7000-8000-000000000001', 'anna', 'web', 0, 0, 7, ?1)",
        [include_str!("../version-1/group.json")],
    )
    .unwrap();
    db.execute(
        "INSERT INTO documents (kind, account, name, users, revision, body)
         VALUES ('policy', 'anna', 'policy1', 0, 3, ?1)",
        [include_str!("../version-1/policy.json")],
    )
    .unwrap();
    db.execute_batch(
        "PRAGMA application_id = 0x6d73636c; PRAGMA user_version = 1; PRAGMA journal_mode = wal",
    )
    .unwrap();
}

/// As the second schema's left it, which brought the decisions.
fn second_version(path: &Path, decided: &Decision) {
    first_version(path);
    let db = Connection::open(path).unwrap();
    db.execute_batch(include_str!("../../src/embedded/schema-2.sql"))
        .unwrap();
    let (id, group) = (decided.id.0.to_string(), decided.group.to_string());
    let body = serde_json::to_string(decided).unwrap();
    db.execute(
        "INSERT INTO decisions (id, group_id, at, body) VALUES (?1, ?2, ?3, ?4)",
        (id, group, decided.at.millis(), body),
    )
    .unwrap();
    db.execute_batch("PRAGMA user_version = 2").unwrap();
}

fn version(path: &Path) -> i64 {
    let db = Connection::open(path).unwrap();
    db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_file_of_version_1_keeps_what_it_had_and_takes_decisions() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    first_version(&path);
    assert_eq!(version(&path), 1);
    let id = GroupId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
    let made = decision(id, 50);
    // The second time there is nothing to migrate.
    for _ in 0..2 {
        let store = EmbeddedStore::open(&path).unwrap();
        let group = store.group(id).await.unwrap().unwrap();
        assert_eq!(group.revision.0, 7);
        assert_eq!(group.value.instances.len(), 1);
        assert!(group.value.decisions.is_empty() && group.value.suspended.is_empty());
        let policies = store
            .documents(Kind::Policy, Some(&account("anna")))
            .await
            .unwrap();
        let [policy] = policies.as_slice() else {
            panic!("{policies:?}")
        };
        let domain::Body::Policy(policy) = &policy.value.body else {
            panic!("{policy:?}")
        };
        assert!(matches!(&policy.rule, Rule::Threshold(rule) if rule.scale_out_step == 2));
        store.put_decisions(std::slice::from_ref(&made)).await.unwrap();
        assert_eq!(
            store.decisions(id, 10).await.unwrap(),
            std::slice::from_ref(&made)
        );
        drop(store);
        assert_eq!(version(&path), 3);
    }
}

#[tokio::test]
async fn a_file_of_version_2_keeps_its_decisions_and_takes_rollups() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let id = GroupId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
    let made = decision(id, 50);
    second_version(&path, &made);
    assert_eq!(version(&path), 2);
    let minute = rollup(id, 60_000);
    for _ in 0..2 {
        let store = EmbeddedStore::open(&path).unwrap();
        assert_eq!(
            store.decisions(id, 10).await.unwrap(),
            std::slice::from_ref(&made)
        );
        store.put_rollups(std::slice::from_ref(&minute)).await.unwrap();
        let read = store.rollups(id, Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
        assert_eq!(read.await.unwrap(), std::slice::from_ref(&minute));
        drop(store);
        assert_eq!(version(&path), 3);
    }
}
