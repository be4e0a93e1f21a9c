//! The installation, its hosts, its tokens, its leader.

use std::sync::Arc;

use domain::{Epoch, Host, HostState, Ids, InstallationId, SystemIds, Timestamp};

use super::fixtures::{account, host};
use crate::{Lease, Store, StoreError, Token};

/// Who asks first makes it; afterwards it is the same for all.
pub async fn the_installations_id_is_made_once(store: &Arc<dyn Store>) {
    let asking = (0..8).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let fresh = InstallationId(SystemIds.fresh());
            (fresh, store.installation(fresh).await.unwrap())
        })
    });
    let mut answers = Vec::new();
    for task in asking.collect::<Vec<_>>() {
        answers.push(task.await.unwrap());
    }
    let made = answers[0].1;
    assert!(answers.iter().all(|(_, answer)| *answer == made), "{answers:?}");
    assert!(answers.iter().any(|(fresh, _)| *fresh == made), "{answers:?}");
}

/// A host that registers again replaces what was known of it.
pub async fn hosts_are_kept_by_name(store: &Arc<dyn Store>) {
    assert_eq!(store.hosts().await.unwrap(), []);
    for name in ["b", "c", "a"] {
        store.put_host(&host(name)).await.unwrap();
    }
    let mut changed = host("b");
    changed.cpus = 64;
    store.put_host(&changed).await.unwrap();
    store.remove_host(&host("c").name).await.unwrap();
    store.remove_host(&host("never-known").name).await.unwrap();
    assert_eq!(store.hosts().await.unwrap(), [host("a"), changed]);
}

/// A new host takes part as it says; of one that is known, what operators said stays.
pub async fn the_operators_word_outlasts_registrations(store: &Arc<dyn Store>) {
    let (mut first, other) = (host("a"), host("b"));
    first.state = HostState::Cordoned;
    store.put_host(&first).await.unwrap();
    store.put_host(&other).await.unwrap();
    assert_eq!(store.hosts().await.unwrap(), [first.clone(), other.clone()]);
    for state in [HostState::Draining, HostState::Active, HostState::Cordoned] {
        let set = store.set_host_state(&first.name, state).await.unwrap();
        assert_eq!(set, Some(state));
        let again = Host {
            cpus: first.cpus + 1,
            state: HostState::Draining,
            ..first
        };
        store.put_host(&again).await.unwrap();
        first = Host { state, ..again };
        assert_eq!(store.hosts().await.unwrap(), [first.clone(), other.clone()]);
    }
    let unknown = host("never-known").name;
    let set = store.set_host_state(&unknown, HostState::Cordoned).await.unwrap();
    assert_eq!(set, None);
    assert_eq!(store.hosts().await.unwrap(), [first, other], "and none was made");
}

/// Neither operators nor its agent bring it back; forgotten, it is new.
pub async fn a_removed_host_stays_removed_until_it_is_forgotten(store: &Arc<dyn Store>) {
    let known = host("a");
    store.put_host(&known).await.unwrap();
    for state in [HostState::Removed, HostState::Active, HostState::Removed] {
        let set = store.set_host_state(&known.name, state).await.unwrap();
        assert_eq!(set, Some(HostState::Removed));
    }
    store.put_host(&known).await.unwrap();
    let removed = Host {
        state: HostState::Removed,
        ..known.clone()
    };
    assert_eq!(store.hosts().await.unwrap(), [removed]);
    store.remove_host(&known.name).await.unwrap();
    let set = store
        .set_host_state(&known.name, HostState::Active)
        .await
        .unwrap();
    assert_eq!(set, None);
    store.put_host(&known).await.unwrap();
    assert_eq!(store.hosts().await.unwrap(), [known]);
}

fn token(hash: &str, expires: i64) -> Token {
    Token {
        hash: hash.to_owned(),
        account: account("anna"),
        key_fingerprint: "fingerprint".to_owned(),
        expires: Timestamp::from_millis(expires),
    }
}

/// An expired token stays until it is forgotten; one that was renewed is not.
pub async fn tokens_are_renewed_and_forgotten(store: &Arc<dyn Store>) {
    for made in [token("a", 10), token("b", 10), token("c", 20)] {
        store.put_token(&made).await.unwrap();
    }
    store.put_token(&token("a", 30)).await.unwrap();
    assert_eq!(store.token("a").await.unwrap(), Some(token("a", 30)));
    assert_eq!(store.forget_tokens(Timestamp::from_millis(20)).await.unwrap(), 1);
    assert_eq!(store.token("b").await.unwrap(), None);
    assert_eq!(store.token("c").await.unwrap(), Some(token("c", 20)));
    assert_eq!(store.token("A").await.unwrap(), None);
    assert_eq!(store.forget_tokens(Timestamp::from_millis(20)).await.unwrap(), 0);
}

/// Every field counts in the comparison.
pub async fn the_lease_changes_hands_by_comparison(store: &Arc<dyn Store>) {
    let first = Lease {
        holder: "one".to_owned(),
        epoch: Epoch(1),
        renewals: 0,
    };
    assert_eq!(store.lease().await.unwrap(), None);
    let early = store.replace_lease(&first, Some(&first)).await;
    assert!(matches!(early, Err(StoreError::Conflict)), "{early:?}");
    store.replace_lease(&first, None).await.unwrap();
    assert_eq!(store.lease().await.unwrap(), Some(first.clone()));

    let renewed = Lease {
        renewals: 1,
        ..first.clone()
    };
    let others = [
        renewed.clone(),
        Lease {
            holder: "two".to_owned(),
            ..first.clone()
        },
        Lease {
            epoch: Epoch(2),
            ..first.clone()
        },
    ];
    for wrong in [None].into_iter().chain(others.iter().map(Some)) {
        let refused = store.replace_lease(&renewed, wrong).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict)),
            "{wrong:?}: {refused:?}"
        );
    }
    store.replace_lease(&renewed, Some(&first)).await.unwrap();
    assert_eq!(store.lease().await.unwrap(), Some(renewed));
}

/// So that health checks can tell.
pub async fn a_store_that_works_answers_a_ping(store: &Arc<dyn Store>) {
    store.ping().await.unwrap();
}
