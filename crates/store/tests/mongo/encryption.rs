//! TLS with client certificates.

use store::conformance::fixtures::group;
use store::{MongoOptions, MongoStore, Store, Tls};
use test_servers::{Certificates, Mongo};

fn with(mongo: &Mongo, tls: Option<Tls>) -> MongoOptions {
    MongoOptions {
        tls,
        ..super::impatient(mongo.port())
    }
}

fn files(trusted: &Certificates, ours: &Certificates) -> Tls {
    Tls {
        ca: Some(trusted.ca.clone()),
        cert: Some(ours.cert.clone()),
        key: Some(ours.key.clone()),
    }
}

#[tokio::test]
async fn both_sides_show_certificates_of_the_others_authority() {
    let directory = tempfile::tempdir().unwrap();
    let good = super::certificates::make(directory.path(), "good");
    let other = super::certificates::make(directory.path(), "other");
    let Some(mongo) = Mongo::with_tls(&good) else {
        return;
    };
    let joined = Tls {
        cert: Some(good.joined.clone()),
        key: None,
        ..files(&good, &good)
    };
    for tls in [files(&good, &good), joined] {
        let store = MongoStore::connect(&with(&mongo, Some(tls))).await.unwrap();
        let made = group("anna", "web");
        store.create_group(&made).await.unwrap();
        let revision = super::conformance::delete(&store, &made).await;
        store.purge_group(made.id, revision).await.unwrap();
    }
    let without = Tls {
        cert: None,
        key: None,
        ..files(&good, &good)
    };
    let wrong = [
        Some(files(&other, &good)),
        Some(files(&good, &other)),
        Some(without),
        None,
    ];
    for tls in wrong {
        super::unavailable(&with(&mongo, tls)).await;
    }
    let missing = Tls {
        key: Some("/nowhere/key.pem".into()),
        ..files(&good, &good)
    };
    let said = super::unavailable(&with(&mongo, Some(missing))).await;
    assert!(said.contains("/nowhere/key.pem"), "{said}");
}
