//! The suite, for each back end.

use store::conformance::Subject;
use store::{EmbeddedStore, MemoryStore};

mod memory {
    async fn make() -> super::Subject {
        super::Subject::new(super::MemoryStore::new(), ())
    }
    store::store_conformance!(make);
}

mod embedded {
    async fn make() -> super::Subject {
        let directory = tempfile::tempdir().unwrap();
        let store = super::EmbeddedStore::open(&directory.path().join("store.db")).unwrap();
        super::Subject::new(store, directory)
    }
    store::store_conformance!(make);
}
