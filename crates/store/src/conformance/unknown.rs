//! Lost answers, through [`FaultyStore`].

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use domain::group::REMEMBERED_COMMITS;
use domain::{CommitId, Epoch, Group, GroupId, GroupState, Ids, Kind, SystemIds};
use tokio::runtime::Handle;

use super::fixtures::{account, configuration, group};
use crate::faulty::{Fault, FaultyStore};
use crate::update::{self, UpdateError, Verdict};
use crate::{Store, StoreError, Versioned};

/// The faults of a method's calls, in order; none after the last.
fn scripted(store: &Arc<dyn Store>, script: &[(&'static str, &[Fault])]) -> FaultyStore {
    let script: BTreeMap<&str, Vec<Fault>> = script
        .iter()
        .map(|(method, faults)| (*method, faults.to_vec()))
        .collect();
    let left = Mutex::new(script);
    let hook = move |method: &'static str| {
        let mut left = left.lock().unwrap();
        let faults = left.get_mut(method).filter(|faults| !faults.is_empty());
        faults.map_or(Fault::None, |faults| faults.remove(0))
    };
    FaultyStore::new(Arc::clone(store), Arc::new(hook))
}

async fn stored(store: &Arc<dyn Store>, id: GroupId) -> Versioned<Group> {
    store.group(id).await.unwrap().unwrap()
}

/// Starts a group as users do: a second start is refused.
async fn start(store: &dyn Store, id: GroupId) -> Result<Versioned<Group>, UpdateError<&'static str>> {
    update::group(store, id, &SystemIds, |group| {
        if group.state == GroupState::Started {
            return Err("it is started already");
        }
        group.state = GroupState::Started;
        group.generation = group.generation.next();
        Ok(Verdict::Commit)
    })
    .await
}

async fn started_once_despite(store: &Arc<dyn Store>, faults: &[Fault]) {
    let made = group("anna", "web");
    store.create_group(&made).await.unwrap();
    let faulty = scripted(store, &[("replace_group", faults)]);
    let done = start(&faulty, made.id).await.unwrap();
    assert_eq!(done, stored(store, made.id).await);
    assert_eq!(done.value.state, GroupState::Started);
    assert_eq!(done.value.generation, made.generation.next());
}

/// It is not made a second time.
pub async fn a_lost_answer_is_found_by_its_commit(store: &Arc<dyn Store>) {
    started_once_despite(store, &[Fault::LostAnswer]).await;
}

/// As often as it is lost.
pub async fn a_lost_request_is_made_again(store: &Arc<dyn Store>) {
    started_once_despite(store, &[Fault::NotDone, Fault::NotDone]).await;
}

/// It arrives just before the second attempt, which must recognise it as its own.
pub async fn a_late_request_is_not_made_twice(store: &Arc<dyn Store>) {
    started_once_despite(store, &[Fault::Late]).await;
}

/// Loses the answer of a commit on which `others` wrote before it is looked for; what the commit answered.
async fn overtaken(
    store: &Arc<dyn Store>,
    others: usize,
) -> (CommitId, Result<Versioned<Group>, StoreError>) {
    let made = group("anna", "web");
    let revision = store.create_group(&made).await.unwrap();
    let inner = Arc::clone(store);
    let hook = move |method: &'static str| {
        if method == "group" {
            let others = async {
                for _ in 0..others {
                    add_one(&*inner, made.id).await;
                }
            };
            tokio::task::block_in_place(|| Handle::current().block_on(others));
        }
        if method == "replace_group" {
            Fault::LostAnswer
        } else {
            Fault::None
        }
    };
    let faulty = FaultyStore::new(Arc::clone(store), Arc::new(hook));
    let commit = CommitId(SystemIds.fresh());
    let mut next = Group {
        state: GroupState::Started,
        ..group("anna", "web")
    };
    next.id = made.id;
    (commit, update::commit(&faulty, &mut next, revision, commit).await)
}

pub(super) async fn add_one(store: &dyn Store, id: GroupId) {
    let added = update::group(store, id, &SystemIds, |group| {
        group.spec.desired_capacity += 1;
        Ok::<_, Infallible>(Verdict::Commit)
    });
    added.await.unwrap();
}

/// With its revision: a later compare-and-set from it must not undo what they wrote.
pub async fn what_others_wrote_on_top_is_returned(store: &Arc<dyn Store>) {
    let (commit, answer) = overtaken(store, 3).await;
    let answer = answer.unwrap();
    assert_eq!(answer, stored(store, answer.value.id).await);
    assert!(answer.value.commits.contains(&commit));
    assert_eq!(
        (answer.value.state, answer.value.spec.desired_capacity),
        (GroupState::Started, 3)
    );
}

/// One fewer than the group remembers is found; more leave it open, never guessed.
pub async fn what_may_be_forgotten_stays_unknown(store: &Arc<dyn Store>) {
    let (_, last) = overtaken(store, REMEMBERED_COMMITS - 1).await;
    let id = last.unwrap().value.id;
    let revision = super::groups::delete(store, id).await;
    store.purge_group(id, revision).await.unwrap();
    let (_, forgotten) = overtaken(store, REMEMBERED_COMMITS).await;
    assert!(matches!(forgotten, Err(StoreError::Unknown(_))), "{forgotten:?}");
}

/// Whether it happened or not.
pub async fn without_a_read_it_stays_unknown(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    store.create_group(&made).await.unwrap();
    for (fault, happened) in [(Fault::NotDone, false), (Fault::LostAnswer, true)] {
        let reads: &[Fault] = &[Fault::None, Fault::Unavailable];
        let faulty = scripted(store, &[("replace_group", &[fault]), ("group", reads)]);
        let answer = start(&faulty, made.id).await;
        assert!(
            matches!(answer, Err(UpdateError::Store(StoreError::Unknown(_)))),
            "{answer:?}"
        );
        assert_eq!(
            stored(store, made.id).await.value.state == GroupState::Started,
            happened
        );
    }
    // Looked for in time and not there, then the store goes away: it may still arrive.
    let second = group("anna", "second");
    store.create_group(&second).await.unwrap();
    for later in ["group", "replace_group"] {
        let writes: &[Fault] = &[Fault::Late, Fault::Unavailable];
        let reads: &[Fault] = if later == "group" {
            &[Fault::None, Fault::None, Fault::Unavailable]
        } else {
            &[]
        };
        let faulty = scripted(store, &[("replace_group", writes), ("group", reads)]);
        let answer = update::group(&faulty, second.id, &SystemIds, |group| {
            group.spec.desired_capacity += 1;
            Ok::<_, Infallible>(Verdict::Commit)
        });
        let answer = answer.await;
        assert!(
            matches!(answer, Err(UpdateError::Store(StoreError::Unknown(_)))),
            "{later}: {answer:?}"
        );
    }
}

/// For writes and reads alike.
pub async fn unavailable_means_nothing_happened(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    store.create_group(&made).await.unwrap();
    let before = stored(store, made.id).await;
    for method in ["group", "replace_group"] {
        let faulty = scripted(store, &[(method, &[Fault::Unavailable])]);
        let answer = start(&faulty, made.id).await;
        assert!(
            matches!(answer, Err(UpdateError::Store(StoreError::Unavailable(_)))),
            "{answer:?}"
        );
    }
    assert_eq!(stored(store, made.id).await, before);
}

/// Their request is decided again under the new epoch, which it keeps.
pub async fn a_newer_leader_does_not_refuse_users(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    let revision = store.create_group(&made).await.unwrap();
    let raised = Group {
        epoch: Epoch(7),
        ..made.clone()
    };
    let (inner, first) = (Arc::clone(store), Mutex::new(true));
    let hook = move |method: &'static str| {
        if method == "replace_group" && std::mem::take(&mut *first.lock().unwrap()) {
            let raising = super::groups::replace(&inner, &raised, revision);
            tokio::task::block_in_place(|| Handle::current().block_on(raising)).unwrap();
        }
        Fault::None
    };
    let faulty = FaultyStore::new(Arc::clone(store), Arc::new(hook));
    let done = start(&faulty, made.id).await.unwrap();
    assert_eq!(
        (done.value.epoch, done.value.state),
        (Epoch(7), GroupState::Started)
    );
    assert_eq!(stored(store, made.id).await, done);
}

/// One that is not there may yet come.
pub async fn a_lost_creation_is_found_by_its_id(store: &Arc<dyn Store>) {
    let made = group("anna", "web");
    let faulty = scripted(store, &[("create_group", &[Fault::LostAnswer])]);
    let revision = update::create(&faulty, &made).await.unwrap();
    assert_eq!(
        stored(store, made.id).await,
        Versioned {
            revision,
            value: made
        }
    );

    let second = group("anna", "second");
    let faulty = scripted(store, &[("create_group", &[Fault::NotDone])]);
    let open = update::create(&faulty, &second).await;
    assert!(matches!(open, Err(StoreError::Unknown(_))), "{open:?}");
    let taken = update::create(&faulty, &group("anna", "web")).await;
    assert!(matches!(taken, Err(StoreError::Exists(_))), "{taken:?}");
}

/// One that is not there may yet come; another of its name is somebody else's.
pub async fn a_lost_new_document_is_found_by_its_content(store: &Arc<dyn Store>) {
    let made = configuration("anna", "made");
    let faulty = scripted(store, &[("create_document", &[Fault::LostAnswer])]);
    update::create_document(&faulty, &made).await.unwrap();

    let second = configuration("anna", "second");
    let faulty = scripted(
        store,
        &[("create_document", &[Fault::NotDone, Fault::LostAnswer])],
    );
    let open = update::create_document(&faulty, &second).await;
    assert!(matches!(open, Err(StoreError::Unknown(_))), "{open:?}");
    let mut other = made.clone();
    other.generation = other.generation.next();
    let taken = update::create_document(&faulty, &other).await;
    assert!(matches!(taken, Err(StoreError::Exists(_))), "{taken:?}");
}

/// Or made again when it is not there.
pub async fn a_lost_document_is_found_by_its_content(store: &Arc<dyn Store>) {
    let owner = account("anna");
    for (name, fault) in [("one", Fault::LostAnswer), ("two", Fault::NotDone)] {
        let made = configuration("anna", name);
        store.create_document(&made).await.unwrap();
        let faulty = scripted(store, &[("replace_document", &[fault])]);
        let key = (Kind::LaunchConfiguration, &owner, name);
        let done = update::document(&faulty, key, |document| {
            document.generation = document.generation.next();
            Ok::<_, Infallible>(Verdict::Commit)
        });
        let done = done.await.unwrap();
        assert_eq!(done.value.generation, made.generation.next());
        let read = store
            .document(Kind::LaunchConfiguration, &owner, name)
            .await
            .unwrap();
        assert_eq!(read, Some(done));
    }
}
