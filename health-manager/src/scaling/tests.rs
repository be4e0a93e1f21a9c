#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! What a leader knows of business hours.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::policy::{OnMissing, Rule, Threshold};
use domain::schedule::{BusinessHours, Day, Hours, Rule as When, Sizes, TimeOfDay};
use domain::{Body, Decision, Epoch, Group, Policy, Revision, Schedule, Timestamp};
use store::faulty::{Fault, FaultyStore};
use store::{MemoryStore, Store, Versioned};

use crate::manager::Manager;
use crate::rig::{deps, document, policy, started};

/// It adds one, for it sees nothing, in business hours.
fn only() -> Policy {
    let rule = Threshold {
        scale_out_step: 1,
        scale_in_step: -1,
        upper_threshold: 80.0,
        lower_threshold: 20.0,
    };
    Policy {
        missing_data: OnMissing::ScaleOut,
        business_hours_only: true,
        ..policy("p", Rule::Threshold(rule))
    }
}

/// Every hour of every day.
fn always(zone: &str) -> Schedule {
    let midnight: TimeOfDay = "00:00".parse().unwrap();
    let hours = BusinessHours {
        hours: Hours {
            start: midnight,
            end: midnight,
        },
        days: [
            Day::Mon,
            Day::Tue,
            Day::Wed,
            Day::Thu,
            Day::Fri,
            Day::Sat,
            Day::Sun,
        ]
        .into(),
        exceptions: BTreeSet::new(),
        inside: Sizes::default(),
        outside: Sizes::default(),
    };
    Schedule {
        name: "day".parse().unwrap(),
        auto_scaling_group: "web".parse().unwrap(),
        time_zone: zone.to_owned(),
        changed: Timestamp::from_millis(1_000),
        rule: When::Hours(hours),
    }
}

async fn stored(bodies: Vec<Body>) -> (Arc<dyn Store>, Group) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let group = started(4);
    store.create_group(&group).await.unwrap();
    for body in bodies {
        store.create_document(&document(body)).await.unwrap();
    }
    (store, group)
}

fn decision(manager: &mut Manager, group: &Group) -> Decision {
    let now = manager.deps.clock.now();
    let decided = manager.scaling.decide(group, &manager.samples, false, now);
    decided.unwrap().decision
}

#[tokio::test]
async fn while_the_schedules_were_not_read_no_hour_is_a_business_hour() {
    let (store, group) = stored(vec![Body::Policy(only()), Body::Schedule(always("UTC"))]).await;
    let away = Arc::new(AtomicBool::new(true));
    let first = Arc::clone(&away);
    // The schedules are read first.
    let faulty = FaultyStore::new(
        store,
        Arc::new(move |method| match method {
            "documents" if first.swap(false, Ordering::SeqCst) => Fault::Unavailable,
            _ => Fault::None,
        }),
    );
    let mut manager = Manager::start(deps(Arc::new(faulty)), Epoch(1)).await.unwrap();
    let held = decision(&mut manager, &group);
    let reason = &held.wishes[0].reason;
    assert_eq!(held.after, 4, "{held:#?}");
    assert!(reason.contains("the schedules were not read yet"), "{reason}");
    manager.heed_policies().await;
    assert_eq!(decision(&mut manager, &group).after, 5);
}

#[tokio::test]
async fn hours_in_a_zone_that_the_machine_does_not_know_are_no_business_hours() {
    let (store, group) = stored(vec![
        Body::Policy(only()),
        Body::Schedule(always("Atlantis/Capital")),
    ])
    .await;
    let mut manager = Manager::start(deps(Arc::clone(&store)), Epoch(1)).await.unwrap();
    let held = decision(&mut manager, &group);
    let reason = &held.wishes[0].reason;
    assert_eq!(held.after, 4, "{held:#?}");
    let why = "schedule day: time_zone: \"Atlantis/Capital\" is no IANA time zone";
    assert!(reason.contains(why), "{reason}");
    // Others that are known to be open open the group.
    let open = Schedule {
        name: "other".parse().unwrap(),
        ..always("UTC")
    };
    store
        .create_document(&document(Body::Schedule(open)))
        .await
        .unwrap();
    manager.heed_policies().await;
    assert_eq!(decision(&mut manager, &group).after, 5);
}

#[tokio::test]
async fn without_a_schedule_that_declares_some_there_are_no_business_hours() {
    let (store, group) = stored(vec![Body::Policy(only())]).await;
    let mut manager = Manager::start(deps(store), Epoch(1)).await.unwrap();
    let held = decision(&mut manager, &group);
    assert_eq!(held.after, 4, "{held:#?}");
    let why = "no schedule of the group declares any";
    assert!(held.wishes[0].reason.ends_with(why), "{held:#?}");
}

#[tokio::test]
async fn a_policy_that_sees_nothing_is_told_until_its_group_is_deleted() {
    let blind = Policy {
        missing_data: OnMissing::Hold,
        business_hours_only: false,
        ..only()
    };
    let (store, mut group) = stored(vec![Body::Policy(blind)]).await;
    let mut manager = Manager::start(deps(store), Epoch(1)).await.unwrap();
    let series = |manager: &Manager| {
        let text = manager.deps.metrics.encode();
        let told = text.lines().filter(|line| line.contains("group=\"web\""));
        told.map(str::to_owned).collect::<Vec<_>>()
    };
    manager.weigh();
    let told = "microscaler_group_policies_without_data{account=\"anna\",group=\"web\"} 1";
    manager.scaling.heard([group.id]);
    manager.weigh();
    assert!(
        series(&manager).iter().any(|line| line == told),
        "{:?}",
        series(&manager)
    );
    group.deleted = true;
    manager.note_group(&group);
    manager.cache.keep(Versioned {
        revision: Revision(9),
        value: group.clone(),
    });
    manager.scaling.heard([group.id]);
    manager.weigh();
    assert_eq!(series(&manager), [""; 0]);
}
