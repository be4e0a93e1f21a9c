//! One group at a time.

use std::sync::Arc;

use domain::{CommitId, Epoch, Group, GroupId, GroupState, Ids, Revision, SystemIds};

use super::fixtures::{full_group, group, instance};
use crate::{GroupQuery, MAX_DOCUMENT_BYTES, Result, Store, StoreError};

/// Replaces a group under a fresh commit.
pub(super) async fn replace(store: &Arc<dyn Store>, group: &Group, expected: Revision) -> Result<Revision> {
    let commit = CommitId(SystemIds.fresh());
    let mut next = group.clone();
    next.remember(commit);
    store.replace_group(&next, expected, commit).await
}

/// Marks a group deleted and returns its new revision.
pub(super) async fn delete(store: &Arc<dyn Store>, id: GroupId) -> Revision {
    let mut stored = store.group(id).await.unwrap().unwrap();
    stored.value.deleted = true;
    replace(store, &stored.value, stored.revision).await.unwrap()
}

/// Also after it was replaced; under its id and under its name.
pub async fn a_group_is_read_as_it_was_stored(store: &Arc<dyn Store>) {
    let mut made = full_group("anna", "web");
    let first = store.create_group(&made).await.unwrap();
    let read = store.group(made.id).await.unwrap().unwrap();
    assert_eq!((read.revision, &read.value), (first, &made));

    made.state = GroupState::Started;
    made.instances.pop();
    let commit = CommitId(SystemIds.fresh());
    made.remember(commit);
    let second = store.replace_group(&made, first, commit).await.unwrap();
    assert!(second > first);
    let read = store
        .group_named(&made.account, &made.name)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((read.revision, read.value), (second, made));

    assert_eq!(store.group(GroupId(SystemIds.fresh())).await.unwrap(), None);
    let other = group("anna", "Web");
    assert_eq!(
        store.group_named(&other.account, &other.name).await.unwrap(),
        None
    );
}

/// In its account; a name is another's in another account, and in other letters.
pub async fn a_taken_name_or_id_is_refused(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    store.create_group(&made).await.unwrap();
    let again = store.create_group(&group("anna", "web")).await;
    assert!(
        matches!(&again, Err(StoreError::Exists(name)) if name == "web"),
        "{again:?}"
    );

    let mut same_id = group("anna", "other");
    same_id.id = made.id;
    let again = store.create_group(&same_id).await;
    assert!(matches!(again, Err(StoreError::Exists(_))), "{again:?}");
    assert_eq!(store.group(made.id).await.unwrap().unwrap().value, made);

    store.create_group(&group("berta", "web")).await.unwrap();
    store.create_group(&group("anna", "WEB")).await.unwrap();
}

/// Whether it moved on, was not reached yet, or never was.
pub async fn a_moved_revision_is_a_conflict(store: &Arc<dyn Store>) {
    let mut made = group("anna", "web");
    let first = store.create_group(&made).await.unwrap();
    made.spec.desired_capacity = 1;
    let second = replace(store, &made, first).await.unwrap();
    let stored = store.group(made.id).await.unwrap();
    for revision in [first, second.next(), Revision(0)] {
        let late = replace(store, &made, revision).await;
        assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    }
    assert_eq!(store.group(made.id).await.unwrap(), stored);
    let unknown = replace(store, &group("anna", "none"), first).await;
    assert!(matches!(unknown, Err(StoreError::Conflict)), "{unknown:?}");
}

/// An old leader learns that it is one even where it would have lost anyway.
pub async fn a_newer_epoch_fences_whatever_the_revision(store: &Arc<dyn Store>) {
    let mut made = group("anna", "web");
    let first = store.create_group(&made).await.unwrap();
    made.epoch = Epoch(5);
    let raised = replace(store, &made, first).await.unwrap();
    let equal = replace(store, &made, raised).await.unwrap();
    made.epoch = Epoch(4);
    for revision in [equal, first] {
        let old = replace(store, &made, revision).await;
        assert!(matches!(old, Err(StoreError::Fenced(Epoch(5)))), "{old:?}");
    }
    made.epoch = Epoch(6);
    let stale = replace(store, &made, first).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
    assert_eq!(store.group(made.id).await.unwrap().unwrap().revision, equal);
}

/// While the old group still ends, under its id, beside the new one.
pub async fn a_deleted_groups_name_is_free_at_once(store: &Arc<dyn Store>) {
    let mut old = group("anna", "web");
    store.create_group(&old).await.unwrap();
    let revision = delete(store, old.id).await;
    assert_eq!(store.group_named(&old.account, &old.name).await.unwrap(), None);

    let new = group("anna", "web");
    store.create_group(&new).await.unwrap();
    old.deleted = true;
    replace(store, &old, revision).await.unwrap();
    let named = store.group_named(&new.account, &new.name).await.unwrap().unwrap();
    assert_eq!(named.value.id, new.id);

    let mut query = GroupQuery {
        limit: 10,
        ..GroupQuery::default()
    };
    assert_eq!(store.groups(&query).await.unwrap().len(), 1);
    query.deleted = true;
    assert_eq!(store.groups(&query).await.unwrap().len(), 2);
}

/// A caller that tries has a defect, and two groups must never have one name.
pub async fn identity_and_deletion_cannot_be_taken_back(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    let first = store.create_group(&made).await.unwrap();
    for other in [group("anna", "other"), group("berta", "web")] {
        let renamed = Group { id: made.id, ..other };
        let refused = replace(store, &renamed, first).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    let revision = delete(store, made.id).await;
    let undone = replace(store, &made, revision).await;
    assert!(matches!(undone, Err(StoreError::Conflict)), "{undone:?}");
}

/// Then it can be neither read nor replaced, and its name serves others.
pub async fn only_a_deleted_group_is_purged_and_then_it_is_gone(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    let first = store.create_group(&made).await.unwrap();
    let refused = store.purge_group(made.id, first).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    let revision = delete(store, made.id).await;
    let refused = store.purge_group(made.id, first).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");

    store.purge_group(made.id, revision).await.unwrap();
    assert_eq!(store.group(made.id).await.unwrap(), None);
    let late = replace(store, &made, revision).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    let again = store.purge_group(made.id, revision).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    let all = GroupQuery {
        deleted: true,
        limit: 10,
        ..GroupQuery::default()
    };
    assert_eq!(store.groups(&all).await.unwrap(), []);
    store.create_group(&group("anna", "web")).await.unwrap();
}

/// At creation and afterwards; almost as much is taken.
pub async fn a_group_too_large_is_refused_and_nothing_changes(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    let first = store.create_group(&made).await.unwrap();
    let mut large = made.clone();
    large
        .instances
        .push(instance(&made, 0, &"x".repeat(MAX_DOCUMENT_BYTES)));
    let refused = replace(store, &large, first).await;
    let limit = |size: usize, max: usize| size > max && max == MAX_DOCUMENT_BYTES;
    assert!(matches!(refused, Err(StoreError::TooLarge { size, max }) if limit(size, max)));
    large.id = GroupId(SystemIds.fresh());
    large.name = group("anna", "large").name;
    let refused = store.create_group(&large).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    assert_eq!(store.group(made.id).await.unwrap().unwrap().value, made);
    assert_eq!(store.group(large.id).await.unwrap(), None);

    large.instances = vec![instance(&made, 0, &"x".repeat(MAX_DOCUMENT_BYTES - 10_000))];
    store.create_group(&large).await.unwrap();
    assert_eq!(store.group(large.id).await.unwrap().unwrap().value, large);
}
