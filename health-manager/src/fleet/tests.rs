#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Operators' words, silence and what of a host is forgotten, under a paused clock.

use std::time::Duration;

use domain::{EngineId, Host, HostName, HostState, Incarnation, Stamp};
use tokio::time::advance;
use uuid::Uuid;

use super::{Fleet, Hearing};

const STALE: Duration = Duration::from_secs(15);
const GRACE: Duration = Duration::from_secs(30);

fn host(name: &str) -> Host {
    let name = HostName::parse(name).unwrap();
    Host {
        engine: EngineId::new(name.as_str()),
        cpus: 2,
        memory_mib: 4_096,
        state: HostState::Active,
        zones: Vec::new(),
        capacity: domain::Capacity::default(),
        labels: Default::default(),
        control: false,
        name,
    }
}

fn stored(name: &str, state: HostState) -> Host {
    Host { state, ..host(name) }
}

fn name(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

fn speak(fleet: &mut Fleet, host: &str) -> Hearing {
    fleet.listened();
    fleet.hear(&Stamp {
        host: name(host),
        engine: EngineId::new(host),
        incarnation: Incarnation(Uuid::from_u128(1)),
        sequence: 1,
    })
}

/// Three hosts that all spoke, and of which only the named ones go on speaking for so long.
async fn after(seconds: u64, speaking: &[&str]) -> Fleet {
    let mut fleet = Fleet::new(["a", "b", "c"].map(host).to_vec(), STALE, GRACE);
    for host in ["a", "b", "c"] {
        assert_eq!(speak(&mut fleet, host), Hearing::Accepted);
    }
    for _ in 0..seconds {
        advance(Duration::from_secs(1)).await;
        for host in speaking {
            speak(&mut fleet, host);
        }
        fleet.listened();
    }
    fleet
}

fn all(states: [HostState; 3]) -> Vec<Host> {
    let named = ["a", "b", "c"].into_iter().zip(states);
    named.map(|(name, state)| stored(name, state)).collect()
}

use HostState::{Active, Cordoned, Draining, Removed};

#[tokio::test(start_paused = true)]
async fn a_removed_host_counts_neither_among_all_nor_among_the_silent() {
    let mut fleet = after(20, &["a"]).await;
    assert!(fleet.frozen(), "two of three are silent");
    assert_eq!(
        fleet.heed(all([Active, Active, Removed]), Vec::new()),
        [name("c")]
    );
    assert!(!fleet.frozen(), "one of two is silent");
    fleet.heed(all([Removed, Active, Removed]), Vec::new());
    assert!(fleet.frozen(), "the only one is silent");
}

#[tokio::test(start_paused = true)]
async fn a_removed_host_is_given_up_when_it_is_silent_though_all_are() {
    let mut fleet = after(14, &[]).await;
    fleet.heed(all([Active, Active, Removed]), Vec::new());
    assert!(!fleet.is_lost(&name("c")));
    advance(Duration::from_millis(1_100)).await;
    assert!(!fleet.is_lost(&name("c")), "nobody listened meanwhile");
    fleet.listened();
    assert!(fleet.frozen());
    assert!(fleet.is_lost(&name("c")));
    assert!(!fleet.is_lost(&name("b")));
    assert_eq!(fleet.newly_lost(), [name("c")]);
}

#[tokio::test(start_paused = true)]
async fn a_removed_host_that_speaks_or_whose_engine_answers_is_not_given_up() {
    let mut fleet = after(60, &["a", "c"]).await;
    fleet.heed(all([Active, Active, Removed]), Vec::new());
    assert!(!fleet.is_lost(&name("c")));
    advance(STALE * 2).await;
    fleet.listened();
    fleet.note_pulse(&name("c"), &EngineId::new("c"));
    assert!(!fleet.is_lost(&name("c")));
    assert!(fleet.is_silent(&name("c")));
}

#[tokio::test(start_paused = true)]
async fn no_report_changes_the_operators_word() {
    let mut fleet = after(1, &["a"]).await;
    fleet.heed(all([Draining, Cordoned, Removed]), Vec::new());
    assert!(!fleet.register(&host("a")), "it says what is known");
    let grown = |name: &str| Host {
        cpus: 64,
        ..host(name)
    };
    assert!(fleet.register(&grown("a")) && fleet.register(&grown("b")));
    assert!(!fleet.register(&grown("c")), "until it is forgotten");
    let states: Vec<_> = fleet.views().iter().map(|view| view.host.state).collect();
    assert_eq!(states, [Draining, Cordoned, Removed]);
    assert!(fleet.is_left(&name("a")) && !fleet.is_left(&name("b")) && fleet.is_left(&name("c")));
    assert!(!fleet.may_adopt(&name("c")) && fleet.may_adopt(&name("a")));
    fleet.forget(&name("c"));
    assert_eq!(speak(&mut fleet, "c"), Hearing::Unknown);
    assert!(fleet.register(&grown("c")), "it is a new one");
    assert!(!fleet.is_left(&name("c")));
}

#[tokio::test(start_paused = true)]
async fn who_is_not_stored_any_more_registers_again_or_is_not_waited_for() {
    let mut fleet = after(20, &["a", "b"]).await;
    let changed = fleet.heed(vec![stored("a", Active)], vec![name("a")]);
    assert_eq!(changed, []);
    assert!(fleet.register(&host("b")), "it was dropped, and speaks");
    assert_eq!(speak(&mut fleet, "c"), Hearing::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_record_on_a_host_that_nobody_knows_ends_with_the_host() {
    let mut fleet = after(20, &["a", "b", "c"]).await;
    let records = vec![name("a"), name("gone")];
    let changed = fleet.heed(all([Active; 3]), records);
    assert_eq!(changed, [name("gone")]);
    assert_eq!(fleet.removed().collect::<Vec<_>>(), [&name("gone")]);
    assert!(fleet.is_lost(&name("gone")));
}
