//! Launch configurations, load balancers and policies.

use std::sync::Arc;

use domain::policy::{OnMissing, Rule, Threshold};
use domain::{Body, Document, GroupId, Ids, Kind, Policy, PolicyName, Revision, SystemIds};

use super::fixtures::{account, balancer, configuration, group};
use crate::{MAX_DOCUMENT_BYTES, Result, Store, StoreError};

const CONFIGURATION: Kind = Kind::LaunchConfiguration;

fn policy(of: &str, name: &str) -> Document {
    let body = Policy {
        name: PolicyName::parse(name).unwrap(),
        auto_scaling_group: group(of, "web").name,
        source: "agent".to_owned(),
        metric: "CPU".to_owned(),
        statistic: "AVG".to_owned(),
        sampling_window: 60,
        breach_duration: 120,
        missing_data: OnMissing::Floor(3),
        shadow: true,
        business_hours_only: true,
        rule: Rule::Threshold(Threshold {
            scale_out_step: 2,
            scale_in_step: -1,
            upper_threshold: 0.1 + 0.2,
            lower_threshold: 1e-300,
        }),
    };
    Document {
        body: Body::Policy(body),
        ..configuration(of, "unused")
    }
}

/// Of every kind, to the last digit; also after it was replaced.
pub async fn a_document_is_read_as_it_was_stored(store: &Arc<dyn Store>) {
    for mut made in [
        configuration("anna", "x"),
        balancer("anna", "x"),
        policy("anna", "x"),
    ] {
        let kind = made.body.kind();
        let first = store.create_document(&made).await.unwrap();
        let read = store.document(kind, &made.account, "x").await.unwrap().unwrap();
        assert_eq!((read.revision, &read.value), (first, &made));

        made.used_by.insert(GroupId(SystemIds.fresh()));
        made.generation = made.generation.next();
        let second = store.replace_document(&made, first).await.unwrap();
        assert!(second > first);
        let read = store.document(kind, &made.account, "x").await.unwrap().unwrap();
        assert_eq!((read.revision, read.value), (second, made));
    }
    assert_eq!(
        store
            .document(CONFIGURATION, &account("berta"), "x")
            .await
            .unwrap(),
        None
    );
}

/// Listings name one kind, of one account or of all, by account and name.
pub async fn kinds_and_accounts_are_apart_and_in_order(store: &Arc<dyn Store>) {
    for (of, name) in [("berta", "a"), ("anna", "c"), ("anna", "b"), ("Zoe", "z")] {
        store.create_document(&configuration(of, name)).await.unwrap();
    }
    store.create_document(&balancer("anna", "b")).await.unwrap();
    let names = |found: Result<Vec<crate::Versioned<Document>>>| -> Vec<String> {
        let found = found.unwrap();
        found
            .iter()
            .map(|d| format!("{}/{}", d.value.account, d.value.body.name()))
            .collect()
    };
    let all = store.documents(CONFIGURATION, None).await;
    assert_eq!(names(all), ["Zoe/z", "anna/b", "anna/c", "berta/a"]);
    let annas = store.documents(CONFIGURATION, Some(&account("anna"))).await;
    assert_eq!(names(annas), ["anna/b", "anna/c"]);
    assert_eq!(names(store.documents(Kind::LoadBalancer, None).await), ["anna/b"]);
    assert!(names(store.documents(Kind::Policy, None).await).is_empty());
}

/// And what is stored stays.
pub async fn a_taken_document_is_refused(store: &Arc<dyn Store>) {
    let made = configuration("anna", "web");
    store.create_document(&made).await.unwrap();
    let mut again = made.clone();
    again.generation = again.generation.next();
    let refused = store.create_document(&again).await;
    assert!(
        matches!(&refused, Err(StoreError::Exists(name)) if name == "web"),
        "{refused:?}"
    );
    let read = store
        .document(CONFIGURATION, &made.account, "web")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.value, made);
}

/// For a replacement and for a deletion.
pub async fn a_moved_document_is_a_conflict(store: &Arc<dyn Store>) {
    let made = configuration("anna", "web");
    let first = store.create_document(&made).await.unwrap();
    let second = store.replace_document(&made, first).await.unwrap();
    for revision in [first, second.next()] {
        let replaced = store.replace_document(&made, revision).await;
        assert!(matches!(replaced, Err(StoreError::Conflict)), "{replaced:?}");
        let deleted = store
            .delete_document(CONFIGURATION, &made.account, "web", revision)
            .await;
        assert!(matches!(deleted, Err(StoreError::Conflict)), "{deleted:?}");
    }
    let unknown = store
        .replace_document(&configuration("anna", "none"), Revision(1))
        .await;
    assert!(matches!(unknown, Err(StoreError::Conflict)), "{unknown:?}");
    let read = store
        .document(CONFIGURATION, &made.account, "web")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.revision, second);
}

/// Until nothing uses it any more; then it is gone, and its name is free.
pub async fn what_is_used_is_not_deleted(store: &Arc<dyn Store>) {
    let mut made = configuration("anna", "web");
    made.used_by = [GroupId(SystemIds.fresh()), GroupId(SystemIds.fresh())].into();
    let used = store.create_document(&made).await.unwrap();
    let refused = store
        .delete_document(CONFIGURATION, &made.account, "web", used)
        .await;
    assert!(matches!(refused, Err(StoreError::InUse(2))), "{refused:?}");

    made.used_by.clear();
    let free = store.replace_document(&made, used).await.unwrap();
    store
        .delete_document(CONFIGURATION, &made.account, "web", free)
        .await
        .unwrap();
    assert_eq!(
        store.document(CONFIGURATION, &made.account, "web").await.unwrap(),
        None
    );
    let again = store
        .delete_document(CONFIGURATION, &made.account, "web", free)
        .await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    store.create_document(&made).await.unwrap();
}

/// At creation and afterwards.
pub async fn a_document_too_large_is_refused(store: &Arc<dyn Store>) {
    let made = configuration("anna", "web");
    let first = store.create_document(&made).await.unwrap();
    let mut large = made.clone();
    if let Body::LaunchConfiguration(body) = &mut large.body {
        body.image_id = "x".repeat(MAX_DOCUMENT_BYTES);
    }
    let refused = store.replace_document(&large, first).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    large.account = account("berta");
    let refused = store.create_document(&large).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    let all = store.documents(CONFIGURATION, None).await.unwrap();
    assert_eq!(all.len(), 1);
}
