//! The suite; where there is no server it is shown as skipped.

use store::MongoStore;
use store::conformance::Subject;
use test_servers::Mongo;

async fn make() -> Option<Subject> {
    let mongo = Mongo::start()?;
    let store = MongoStore::connect(&super::options(&mongo)).await.unwrap();
    Some(Subject::new(store, mongo))
}

store::store_conformance!(make);
