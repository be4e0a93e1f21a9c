//! The store on a real MongoDB server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod certificates;
mod conformance;
mod encryption;
mod faults;
mod relay;
mod replica_set;
mod scan;
mod schema;
mod step_down;
mod users;
mod writers;

use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use store::{Login, MongoOptions, MongoStore, StoreError};
use test_servers::Mongo;

/// The options for databases of a test's own, without users.
fn options(mongo: &Mongo) -> MongoOptions {
    let login = |stem: &str| Login {
        database: mongo.database(stem),
        user: None,
        password: None,
    };
    MongoOptions {
        uri: Some(mongo.uri().to_owned()),
        pool_size: 20,
        auth: login("auth"),
        asg: login("asg"),
        ..MongoOptions::default()
    }
}

/// The options for a server of our own by its address, where a start in vain does not take long.
fn impatient(port: u16) -> MongoOptions {
    MongoOptions {
        address: "127.0.0.1".to_owned(),
        port,
        pool_timeout: Duration::from_millis(500),
        ..MongoOptions::default()
    }
}

/// Why a store that must not start did not.
async fn unavailable(options: &MongoOptions) -> String {
    match MongoStore::connect(options).await {
        Ok(_) => panic!("it started"),
        Err(StoreError::Unavailable(said)) => said,
        Err(other) => panic!("{other:?}"),
    }
}

/// Everything in a collection, past the store.
async fn stored(client: &Client, database: &str, collection: &str) -> Vec<Document> {
    let collection = client.database(database).collection::<Document>(collection);
    let mut cursor = collection.find(doc! {}).await.unwrap();
    let mut found = Vec::new();
    while cursor.advance().await.unwrap() {
        found.push(cursor.deserialize_current().unwrap());
    }
    found
}
