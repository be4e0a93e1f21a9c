//! A server that is down, silent, or killed at work.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use store::conformance::fixtures::{group, host};
use store::{Lease, MongoStore, Store, StoreError};
use test_servers::{Mongo, free_port};

use super::relay::{Fault, Relay};
use super::writers::Writers;

#[tokio::test]
async fn a_start_without_a_server_or_with_a_silent_one_ends() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [free_port(), silent.local_addr().unwrap().port()] {
        let begun = Instant::now();
        super::unavailable(&super::impatient(port)).await;
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}

#[tokio::test]
async fn a_store_whose_server_is_down_says_so_and_comes_back_with_it() {
    let Some(mut mongo) = own() else {
        return;
    };
    let options = super::impatient(mongo.port());
    let store = MongoStore::connect(&options).await.unwrap();
    let made = group("anna", "web");
    store.create_group(&made).await.unwrap();
    mongo.kill();
    // The connections that were open may break in the middle of a call; the next calls find none.
    while let Err(StoreError::Unknown(_)) = store.create_group(&group("anna", "late")).await {}
    let refused = store.create_group(&group("anna", "late")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let refused = store.ping().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    mongo.restart();
    while store.ping().await.is_err() {}
    assert_eq!(store.group(made.id).await.unwrap().unwrap().value, made);
    let late = group("anna", "late");
    let free = store.group_named(&late.account, &late.name).await.unwrap();
    assert_eq!(free, None, "what was refused did not happen");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_at_work_loses_nothing_acknowledged_and_invents_nothing() {
    let Some(mut mongo) = own() else {
        return;
    };
    let mut options = super::impatient(mongo.port());
    options.pool_size = 20;
    options.pool_timeout = Duration::from_secs(1);
    let writers = Writers::start(MongoStore::connect(&options).await.unwrap()).await;
    for _ in 0..3 {
        writers.acknowledged(40).await;
        mongo.kill();
        // Away until somebody noticed.
        writers.failed(1).await;
        mongo.restart();
    }
    writers.acknowledged(40).await;
    writers.judged().await;
}

/// A server that may be killed.
fn own() -> Option<Mongo> {
    let mongo = Mongo::start()?;
    if !mongo.is_ours() {
        test_servers::skipped("it kills the MongoDB server, which has to be one of its own");
        return None;
    }
    Some(mongo)
}

/// Calls that wait for the server have taken every turn: the leader renews its lease all the same.
#[tokio::test]
async fn the_lease_does_not_wait_for_calls_of_others() {
    let Some(mongo) = own() else { return };
    let Some(relay) = Relay::before(&mongo).await else {
        return;
    };
    let mut options = relay.options();
    options.pool_size = 2;
    let store = MongoStore::connect(&options).await.unwrap();
    relay.plan("delete", 2, Fault::Late(Duration::from_secs(4)));
    let name = host("docker01").name;
    let slow = async { tokio::join!(store.remove_host(&name), store.remove_host(&name)) };
    let lease = Lease {
        holder: "holder".to_owned(),
        epoch: domain::Epoch(1),
        renewals: 0,
    };
    let renewed = async {
        while !relay.is_over() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let begun = Instant::now();
        store.replace_lease(&lease, None).await.unwrap();
        assert_eq!(store.lease().await.unwrap().as_ref(), Some(&lease));
        begun.elapsed()
    };
    let (removed, took) = tokio::join!(slow, renewed);
    assert!(removed.0.is_ok() && removed.1.is_ok(), "{removed:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
}
