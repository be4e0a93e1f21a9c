//! The suite; where there is no server it is shown as skipped.

use domain::{CommitId, Group, Ids, Revision, SystemIds};
use store::conformance::Subject;
use store::{MongoStore, Store};
use test_servers::Mongo;

async fn make() -> Option<Subject> {
    let mongo = Mongo::start()?;
    let store = MongoStore::connect(&super::options(&mongo)).await.unwrap();
    Some(Subject::new(store, mongo))
}

store::store_conformance!(make);

/// Marks a group deleted that nobody changed; its new revision.
pub async fn delete(store: &MongoStore, group: &Group) -> Revision {
    let commit = CommitId(SystemIds.fresh());
    let mut gone = group.clone();
    gone.deleted = true;
    gone.remember(commit);
    store.replace_group(&gone, Revision(1), commit).await.unwrap()
}
