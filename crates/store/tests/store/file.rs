//! The file: whose it is, and what is said when it cannot be used.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use store::conformance::fixtures::{group, instance};
use store::{EmbeddedStore, Store, StoreError};

fn refusal(path: &Path) -> String {
    match EmbeddedStore::open(path) {
        Ok(_) => panic!("it was opened"),
        Err(error @ StoreError::Corrupt { .. }) => error.to_string(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    drop(EmbeddedStore::open(&path).unwrap());
    let newer = Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(newer);
    let before = std::fs::read(&path).unwrap();
    let said = refusal(&path);
    assert!(said.contains("version 99") && said.contains("store.db"), "{said}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn another_programs_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x)")
        .unwrap();
    assert!(refusal(&path).contains("another program"));
}

#[test]
fn what_is_no_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    std::fs::write(&path, "this is no database ".repeat(1_000)).unwrap();
    let said = refusal(&path);
    assert!(
        said.contains("not a database") && said.contains("store.db"),
        "{said}"
    );
}

#[tokio::test]
async fn damage_inside_is_told_where_it_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let (good, bad) = (group("anna", "good"), group("anna", "bad"));
    let store = EmbeddedStore::open(&path).unwrap();
    store.create_group(&good).await.unwrap();
    store.create_group(&bad).await.unwrap();
    let outside = Connection::open(&path).unwrap();
    let sql = "UPDATE groups SET body = substr(body, 1, 50) WHERE name = 'bad'";
    assert_eq!(outside.execute(sql, []).unwrap(), 1);
    let read = store.group(bad.id).await;
    assert!(
        matches!(&read, Err(StoreError::Corrupt { what, .. }) if what == "group"),
        "{read:?}"
    );
    assert_eq!(store.group(good.id).await.unwrap().unwrap().value, good);
}

#[test]
fn a_place_that_does_not_exist_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("none").join("store.db");
    let Err(StoreError::Unavailable(said)) = EmbeddedStore::open(&path) else {
        panic!("it was opened")
    };
    assert!(said.contains("none/store.db"), "{said}");
}

#[tokio::test]
async fn only_its_owner_can_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = EmbeddedStore::open(&path).unwrap();
    store.create_group(&group("anna", "web")).await.unwrap();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

/// A request may nest as deep as its JSON reader allows (128); stored, it is nested some levels deeper.
#[tokio::test]
async fn what_a_request_could_nest_stays_readable() {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(&directory.path().join("store.db")).unwrap();
    let mut made = group("anna", "web");
    let mut nested = instance(&made, 0, "");
    let deep = (0..127).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    nested.template.metadata.insert("deep".to_owned(), deep);
    made.instances.push(nested);
    store.create_group(&made).await.unwrap();
    assert_eq!(store.group(made.id).await.unwrap().unwrap().value, made);
}
