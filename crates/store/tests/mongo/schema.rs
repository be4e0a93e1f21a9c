//! What is in the database when we come, and how it is kept.

use domain::{GroupId, Rollup};
use mongodb::Client;
use mongodb::bson::{Document, doc};
use serde_json::Value;
use store::conformance::fixtures::{decision, group, instance, rolled, rollup};
use store::{MongoStore, Store, StoreError};
use test_servers::Mongo;
use uuid::Uuid;

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let Some(mongo) = Mongo::start() else { return };
    let options = super::options(&mongo);
    let client = Client::with_uri_str(mongo.uri()).await.unwrap();
    let asg = client.database(&options.asg.database);
    let service = asg.collection::<Document>("service");
    let newer = doc! { "_id": "schema", "version": 99_i64 };
    service.insert_one(&newer).await.unwrap();
    let Err(StoreError::Corrupt { what, reason }) = MongoStore::connect(&options).await else {
        panic!("it was opened")
    };
    assert_eq!(what, "schema");
    assert!(
        reason.contains("version 99") && reason.contains("up to 3"),
        "{reason}"
    );
    assert_eq!(
        super::stored(&client, &options.asg.database, "service").await,
        [newer]
    );
    assert_eq!(asg.list_collection_names().await.unwrap(), ["service"]);
}

/// What the first schema's microscaler wrote of a group had none of the later fields.
#[tokio::test]
async fn a_database_of_version_1_keeps_what_it_had_and_takes_decisions() {
    let Some(mongo) = Mongo::start() else { return };
    let options = super::options(&mongo);
    let client = Client::with_uri_str(mongo.uri()).await.unwrap();
    let asg = client.database(&options.asg.database);
    let older = doc! { "_id": "schema", "version": 1_i64 };
    let service = asg.collection::<Document>("service");
    service.insert_one(&older).await.unwrap();
    let row = doc! {
        "_id": "00000000-0000-7000-8000-000000000001", "account": "anna", "name": "web", "gone": "",
        "deleted": false, "epoch": 0_i64, "revision": 7_i64,
        "body": include_str!("../version-1/group.json"),
    };
    asg.collection("groups").insert_one(row).await.unwrap();
    let id = GroupId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
    let made = decision(id, 50);
    // Several at once; the second time there is nothing to migrate.
    for _ in 0..2 {
        let starts = (0..2).map(|_| MongoStore::connect(&options));
        for store in futures_util::future::join_all(starts).await {
            let store = store.unwrap();
            let group = store.group(id).await.unwrap().unwrap();
            assert_eq!(group.revision.0, 7);
            assert!(group.value.decisions.is_empty() && group.value.suspended.is_empty());
            store.put_decisions(std::slice::from_ref(&made)).await.unwrap();
            assert_eq!(
                store.decisions(id, 10).await.unwrap(),
                std::slice::from_ref(&made)
            );
        }
        let schema = service.find_one(doc! { "_id": "schema" }).await.unwrap();
        assert_eq!(schema, Some(doc! { "_id": "schema", "version": 3_i64 }));
    }
    let decisions = asg.collection::<Document>("decisions");
    let indexes = decisions.list_index_names().await.unwrap();
    for index in ["group_1_at_-1__id_-1", "at_1"] {
        assert!(indexes.iter().any(|name| name == index), "{indexes:?}");
    }
}

/// A group's day is one document, whoever adds to it: the minutes in it are short, and a long name is in it once.
#[tokio::test]
async fn the_minutes_of_a_day_are_one_document() {
    let Some(mongo) = Mongo::start() else { return };
    let options = super::options(&mongo);
    let store = MongoStore::connect(&options).await.unwrap();
    let id = GroupId(Uuid::from_u128(7));
    let query = "rate(x[1m])".repeat(300);
    let minute = |number: i64| Rollup {
        figures: vec![
            rolled("agent", "CPU", 31.25),
            rolled("agent", "NETWORK_IN", 4_096.0),
            rolled("traffic", &query, 0.5),
        ],
        ..rollup(id, number * Rollup::MINUTE_MS)
    };
    let (first, rest): (Vec<_>, Vec<_>) = (0..1_441).map(minute).partition(|r| r.at.millis() % 7 == 0);
    store.put_rollups(&first).await.unwrap();
    store.put_rollups(&rest).await.unwrap();
    let client = Client::with_uri_str(mongo.uri()).await.unwrap();
    let days = super::stored(&client, &options.asg.database, "rollups").await;
    assert_eq!(days.len(), 2);
    let whole = days.iter().find(|day| day.get_i64("day").unwrap() == 0).unwrap();
    assert_eq!(whole.get_document("minutes").unwrap().len(), 1_440);
    assert_eq!(
        whole.get_document("minutes").unwrap().get_str("m17").unwrap(),
        "{\"d\":3,\"i\":2,\"f\":[[\"CPU\",2,31.25,32.25,30.25,62.5],[\"NETWORK_IN\",2,4096.0,4097.0,4095.0,8192.0],[\"#eca27a9e9913980a\",2,0.5,1.5,-0.5,1.0]]}"
    );
    let size = mongodb::bson::serialize_to_vec(whole).unwrap().len();
    assert!(size < 300_000, "{size}");
}

#[tokio::test]
async fn a_second_start_finds_what_the_first_left_and_the_proof_leaves_nothing() {
    let Some(mongo) = Mongo::start() else { return };
    let options = super::options(&mongo);
    let made = group("anna", "web");
    let starts = (0..4).map(|_| MongoStore::connect(&options));
    for store in futures_util::future::join_all(starts).await {
        store.unwrap();
    }
    let first = MongoStore::connect(&options).await.unwrap();
    first.create_group(&made).await.unwrap();
    drop(first);
    let second = MongoStore::connect(&options).await.unwrap();
    assert_eq!(second.group(made.id).await.unwrap().unwrap().value, made);
    let client = Client::with_uri_str(mongo.uri()).await.unwrap();
    assert_eq!(super::stored(&client, &options.asg.database, "proof").await, []);
}

/// The key that keeps names apart is the server's, not only ours.
#[tokio::test]
async fn the_server_itself_refuses_a_second_group_of_a_name() {
    let Some(mongo) = Mongo::start() else { return };
    let options = super::options(&mongo);
    let store = MongoStore::connect(&options).await.unwrap();
    store.create_group(&group("anna", "web")).await.unwrap();
    let client = Client::with_uri_str(mongo.uri()).await.unwrap();
    let mut twin = super::stored(&client, &options.asg.database, "groups")
        .await
        .remove(0);
    twin.insert("_id", "another");
    let groups = client.database(&options.asg.database).collection("groups");
    let refused = groups.insert_one(twin).await.unwrap_err().to_string();
    assert!(refused.contains("11000"), "{refused}");
}

/// Deeper than a document of the server's may be nested, with names that it does not take.
#[tokio::test]
async fn what_a_request_could_say_stays_readable() {
    let Some(mongo) = Mongo::start() else { return };
    let store = MongoStore::connect(&super::options(&mongo)).await.unwrap();
    let mut made = group("anna", "web");
    let mut nested = instance(&made, 0, "");
    let deep = (0..127).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let metadata = &mut nested.template.metadata;
    metadata.insert("deep".to_owned(), deep);
    metadata.insert("$set.a..b".to_owned(), Value::from(u64::MAX));
    metadata.insert("nul\0".to_owned(), Value::from(0.1 + 0.2));
    made.instances.push(nested);
    store.create_group(&made).await.unwrap();
    assert_eq!(store.group(made.id).await.unwrap().unwrap().value, made);
}

#[tokio::test]
async fn damage_is_told_where_it_is_read() {
    let Some(mongo) = Mongo::start() else { return };
    let options = super::options(&mongo);
    let store = MongoStore::connect(&options).await.unwrap();
    let made = group("anna", "bad");
    store.create_group(&made).await.unwrap();
    let client = Client::with_uri_str(mongo.uri()).await.unwrap();
    let groups = client
        .database(&options.asg.database)
        .collection::<Document>("groups");
    let damage = doc! { "$set": { "body": "{\"id\":" } };
    groups.update_one(doc! {}, damage).await.unwrap();
    let read = store.group(made.id).await;
    assert!(
        matches!(&read, Err(StoreError::Corrupt { what, .. }) if what == "group"),
        "{read:?}"
    );
}
