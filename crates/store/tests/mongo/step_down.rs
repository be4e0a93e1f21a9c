//! A primary that steps down, as a relay before a lone server plays it: what is refused is tried again, what may have
//! been made is found, and nothing is made twice.

use std::time::{Duration, Instant};

use domain::{ActivityStatus, CommitId, Group, HostState, Ids, Revision, SystemIds, Timestamp};
use store::conformance::fixtures::{account, activity, configuration, decision, group, host, rollup};
use store::{Lease, MongoStore, Store, StoreError, Token, update};
use test_servers::Mongo;

use super::relay::{Fault, Relay, Told};
use super::writers::Writers;

const NOT_PRIMARY: Told = (10_107, "NotWritablePrimary");
const NOT_FOR_READS: Told = (13_435, "NotPrimaryNoSecondaryOk");
const STEPPED_DOWN: Told = (189, "PrimarySteppedDown");
const INTERRUPTED: Told = (11_602, "InterruptedDueToReplStateChange");
const ENDS: Told = (91, "ShutdownInProgress");
const ENDED: Told = (11_600, "InterruptedAtShutdown");
const FOR_EVER: usize = usize::MAX;

/// A store that comes through a relay to a server.
struct Scene {
    store: MongoStore,
    relay: Relay,
    mongo: Mongo,
}

impl Scene {
    async fn set() -> Option<Self> {
        let mongo = Mongo::start()?;
        let relay = Relay::before(&mongo).await?;
        let store = MongoStore::connect(&relay.options()).await.unwrap();
        Some(Self { store, relay, mongo })
    }

    /// Makes a call whose first command of a name meets a fault.
    async fn despite<T>(
        &self,
        (command, fault): (&str, Fault),
        call: impl Future<Output = store::Result<T>>,
    ) -> store::Result<T> {
        self.relay.plan(command, 1, fault);
        let done = call.await;
        assert!(self.relay.is_over(), "no {command} came by");
        done
    }
}

/// A group as its next revision is to be.
fn changed(made: &Group) -> (Group, CommitId) {
    let (mut next, commit) = (made.clone(), CommitId(SystemIds.fresh()));
    next.deleted = true;
    next.remember(commit);
    (next, commit)
}

fn lease(renewals: u64) -> Lease {
    Lease {
        holder: "holder".to_owned(),
        epoch: domain::Epoch(1),
        renewals,
    }
}

fn token() -> Token {
    Token {
        hash: "hash".to_owned(),
        account: account("anna"),
        key_fingerprint: "key".to_owned(),
        expires: Timestamp::from_millis(5),
    }
}

/// Every way of a step-down, again and again, on commits and on the reads that resolve them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_meet_step_downs_and_every_change_of_theirs_is_made_once() {
    let Some(Scene { store, relay, mongo }) = Scene::set().await else {
        return;
    };
    let writers = Writers::start(store).await;
    let ways = [
        Fault::Refused(NOT_PRIMARY),
        Fault::Interrupted(INTERRUPTED),
        Fault::Refused(INTERRUPTED),
        Fault::Unconfirmed(STEPPED_DOWN),
        Fault::Interrupted(ENDED),
        Fault::Refused(ENDS),
    ];
    for way in ways {
        relay.plan("update", 6, way);
        relay.plan("find", 3, Fault::Refused(NOT_FOR_READS));
        while !relay.is_over() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        writers.acknowledged(20).await;
    }
    let ended = writers.judged().await;
    assert_eq!(ended.refused, vec![]);
    // A busy machine may keep a change beyond a call's time, which is then truly told as unknown.
    assert!(ended.unknown.len() <= 1, "{:?}", ended.unknown);
    drop(mongo);
}

#[tokio::test]
async fn what_no_primary_took_is_made_by_the_next() {
    let Some(scene) = Scene::set().await else { return };
    let store = &scene.store;
    let [insert, update, delete] =
        ["insert", "update", "delete"].map(|name| (name, Fault::Refused(NOT_PRIMARY)));

    let made = group("anna", "web");
    let created = scene.despite(insert, store.create_group(&made)).await.unwrap();
    let read = ("find", Fault::Refused(NOT_FOR_READS));
    let stored = scene.despite(read, store.group(made.id)).await.unwrap().unwrap();
    assert_eq!((stored.value, stored.revision), (made.clone(), created));
    let (next, commit) = changed(&made);
    let replace = store.replace_group(&next, created, commit);
    assert_eq!(scene.despite(update, replace).await.unwrap(), Revision(2));
    let purge = store.purge_group(made.id, Revision(2));
    scene.despite(delete, purge).await.unwrap();
    assert_eq!(store.group(made.id).await.unwrap(), None);

    let document = configuration("anna", "web");
    let created = scene
        .despite(insert, store.create_document(&document))
        .await
        .unwrap();
    let replace = store.replace_document(&document, created);
    let replaced = scene.despite(update, replace).await.unwrap();
    let drop = store.delete_document(document.body.kind(), &document.account, "web", replaced);
    scene.despite(delete, drop).await.unwrap();

    let (first, second) = (lease(0), lease(1));
    let take = store.replace_lease(&first, None);
    scene.despite(insert, take).await.unwrap();
    let renew = store.replace_lease(&second, Some(&first));
    scene.despite(update, renew).await.unwrap();
    assert_eq!(store.lease().await.unwrap(), Some(second));
}

/// Whatever the way, and whether it was made before or not.
#[tokio::test]
async fn what_may_be_made_twice_is_made_again() {
    let Some(scene) = Scene::set().await else { return };
    let store = &scene.store;
    let (id, web) = (group("anna", "web").id, host("docker01"));
    let (done, mark, minute) = (
        activity(id, 1, ActivityStatus::Successful),
        decision(id, 2),
        rollup(id, 0),
    );
    for way in [
        Fault::Refused(NOT_PRIMARY),
        Fault::Interrupted(INTERRUPTED),
        Fault::Unconfirmed(STEPPED_DOWN),
    ] {
        let [insert, update, delete] = ["insert", "update", "delete"].map(|name| (name, way));
        scene.despite(update, store.put_host(&web)).await.unwrap();
        let cordon = store.set_host_state(&web.name, HostState::Cordoned);
        assert_eq!(
            scene.despite(update, cordon).await.unwrap(),
            Some(HostState::Cordoned)
        );
        scene.despite(update, store.put_token(&token())).await.unwrap();
        let activities = [done.clone()];
        scene
            .despite(insert, store.put_activities(&activities))
            .await
            .unwrap();
        let decisions = [mark.clone()];
        scene
            .despite(update, store.put_decisions(&decisions))
            .await
            .unwrap();
        let rollups = [minute.clone()];
        scene.despite(update, store.put_rollups(&rollups)).await.unwrap();
        assert_eq!(store.activities(id, 0, 9).await.unwrap(), activities);
        assert_eq!(store.decisions(id, 9).await.unwrap(), decisions);
        let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(60_000));
        assert_eq!(store.rollups(id, from, to).await.unwrap(), rollups);
        assert_eq!(store.token("hash").await.unwrap(), Some(token()));
        scene.despite(delete, store.remove_host(&web.name)).await.unwrap();
        assert_eq!(store.hosts().await.unwrap(), []);
    }
}

/// A change that rests on what is stored is asked for once, made or not; its commit tells.
#[tokio::test]
async fn what_must_not_be_made_twice_is_unknown_and_then_found() {
    let Some(scene) = Scene::set().await else { return };
    let store = &scene.store;
    let ways = [
        (Fault::Interrupted(INTERRUPTED), true),
        (Fault::Unconfirmed(STEPPED_DOWN), true),
        // A code that says "not begun", said of the others that did not confirm it.
        (Fault::Unconfirmed(NOT_PRIMARY), true),
        (Fault::Refused(ENDS), false),
    ];
    for (n, (way, happens)) in ways.into_iter().enumerate() {
        let made = group("anna", &format!("web-{n}"));
        let create = update::create(store, &made);
        let created = scene.despite(("insert", way), create).await;
        assert_eq!(created.is_ok(), happens, "{way:?}: {created:?}");
        if !happens {
            assert!(
                matches!(created, Err(StoreError::Unknown(_))),
                "{way:?}: {created:?}"
            );
            store.create_group(&made).await.unwrap();
        }
        let ((next, commit), before) = (changed(&made), scene.relay.seen("update"));
        let replace = store.replace_group(&next, Revision(1), commit);
        let replaced = scene.despite(("update", way), replace).await;
        assert!(
            matches!(replaced, Err(StoreError::Unknown(_))),
            "{way:?}: {replaced:?}"
        );
        assert_eq!(scene.relay.seen("update"), before + 1, "{way:?}: asked for once");
        let stored = store.group(made.id).await.unwrap().unwrap();
        let (revision, found) = (stored.revision, stored.value.commits.contains(&commit));
        let expected = if happens {
            (Revision(2), true)
        } else {
            (Revision(1), false)
        };
        assert_eq!((revision, found), expected, "{way:?}");
    }
}

/// The limit of a call is 10 s; past it, what was never taken is known not to have happened.
#[tokio::test]
async fn a_step_down_longer_than_a_call_ends_as_what_it_is() {
    let Some(scene) = Scene::set().await else { return };
    let (store, relay) = (&scene.store, &scene.relay);
    let made = group("anna", "web");
    store.create_group(&made).await.unwrap();
    let (next, commit) = changed(&made);
    relay.plan("update", FOR_EVER, Fault::Refused(NOT_PRIMARY));
    relay.plan("find", FOR_EVER, Fault::Refused(NOT_FOR_READS));
    relay.plan("delete", FOR_EVER, Fault::Interrupted(INTERRUPTED));
    let commands = ["update", "find", "delete"];
    let before = commands.map(|command| relay.seen(command));
    let begun = Instant::now();
    let name = host("docker01").name;
    let (replaced, read, removed) = tokio::join!(
        store.replace_group(&next, Revision(1), commit),
        store.group(made.id),
        store.remove_host(&name),
    );
    let took = begun.elapsed();
    for refused in [replaced.map(|_| ()), read.map(|_| ())] {
        let Err(StoreError::Unavailable(said)) = refused else {
            panic!("{refused:?}")
        };
        assert!(
            said.contains("NotWritablePrimary") || said.contains("NoSecondaryOk"),
            "{said}"
        );
    }
    assert!(matches!(removed, Err(StoreError::Unknown(_))), "{removed:?}");
    assert!(
        took > Duration::from_secs(5) && took < Duration::from_secs(20),
        "{took:?}"
    );
    for (command, before) in commands.into_iter().zip(before) {
        let tries = relay.seen(command) - before;
        assert!((5..200).contains(&tries), "{tries} of {command}");
    }
    relay.calm();
    let stored = store.group(made.id).await.unwrap().unwrap();
    assert_eq!((stored.value, stored.revision), (made, Revision(1)));
}
