//! The store on a real MongoDB server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conformance;

use store::{Login, MongoOptions};
use test_servers::Mongo;

/// The options for databases of a test's own.
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
