#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! What one leader did binds the next.

use std::sync::Arc;
use std::time::Duration;

use domain::policy::{Rule, Threshold};
use domain::report::Load;
use domain::{Body, Clock, Epoch, Group, Rate, Sample};
use store::{MemoryStore, Store};
use tokio::time::advance;

use crate::Deps;
use crate::manager::Manager;
use crate::rig::{Wall, clock, deps, document, policy, started};

/// Four instances, of which policies may add or remove one in ten minutes.
async fn stored() -> Arc<dyn Store> {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut group = started(4);
    let rate = Some(Rate {
        instances: Some(1),
        percent: None,
        period: 600,
    });
    group.spec.min_size = 1;
    (group.spec.scale_out_cooldown, group.spec.scale_in_cooldown) = (0, 0);
    (
        group.spec.scaling.scale_out_rate,
        group.spec.scaling.scale_in_rate,
    ) = (rate, rate);
    store.create_group(&group).await.unwrap();
    let band = Threshold {
        scale_out_step: 1,
        scale_in_step: -1,
        upper_threshold: 80.0,
        lower_threshold: 20.0,
    };
    let band = document(Body::Policy(policy("band", Rule::Threshold(band))));
    store.create_document(&band).await.unwrap();
    store
}

/// Leads, and hears for longer than a sampling window how busy every instance is.
async fn lead(store: &Arc<dyn Store>, clock: &Arc<Wall>, epoch: u64, cpu: f64) -> Manager {
    let clock: Arc<dyn Clock> = Arc::<Wall>::clone(clock);
    let deps = Deps {
        clock,
        ..deps(Arc::clone(store))
    };
    let mut manager = Manager::start(deps, Epoch(epoch)).await.unwrap();
    hear(&mut manager, cpu).await;
    manager
}

async fn hear(manager: &mut Manager, cpu: f64) {
    let group = group(manager);
    for _ in 0..4 {
        advance(Duration::from_secs(5)).await;
        let load = Load {
            cpu,
            memory: 50.0,
            network_in: None,
            network_out: None,
        };
        let samples = group.instances.iter().map(|instance| Sample {
            group: group.id,
            record: instance.id,
            load,
        });
        manager.samples.hear(samples);
    }
}

fn group(manager: &Manager) -> Group {
    let id = manager.cache.ids()[0];
    manager.cache.get(id).unwrap().value.clone()
}

/// What it decides now, and what holds it.
fn decided(manager: &mut Manager) -> (u32, Vec<String>) {
    let (group, now) = (group(manager), manager.deps.clock.now());
    let decided = manager.scaling.decide(&group, &manager.samples, false, now);
    let decision = decided.unwrap().decision;
    let clamps = decision.clamps.iter();
    let clamps = clamps.map(|clamp| format!("{}: {}", clamp.by.as_str(), clamp.reason));
    (decision.after, clamps.collect())
}

#[tokio::test(start_paused = true)]
async fn a_jump_of_the_clock_ends_no_period_early() {
    for (jumped, cpu, first, second) in [(3_600, 5.0, 3, 2), (3_600, 95.0, 5, 6), (-3_600, 5.0, 3, 2)] {
        let (store, clock) = (stored().await, clock());
        let mut manager = lead(&store, &clock, 1, cpu).await;
        manager.weigh();
        manager.round().await.unwrap();
        clock.jump_to(jumped);
        manager.weigh();
        hear(&mut manager, cpu).await;
        let (after, held) = decided(&mut manager);
        assert_eq!(
            (after, held.len()),
            (first, 1),
            "{jumped} s, at {cpu} %: {held:?}"
        );
        advance(Duration::from_secs(570)).await;
        hear(&mut manager, cpu).await;
        assert_eq!(decided(&mut manager), (second, vec![]), "{jumped} s, at {cpu} %");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_leader_keeps_to_the_rates_of_the_one_before_it() {
    for (cpu, first, second, did) in [(5.0, 3, 2, "removed"), (95.0, 5, 6, "added")] {
        let held = format!("rate: at most 1 instance within 600 s, in which policies {did} 1");
        let (store, clock) = (stored().await, clock());
        let mut old = lead(&store, &clock, 1, cpu).await;
        old.weigh();
        old.round().await.unwrap();
        assert_eq!(group(&old).spec.desired_capacity, first);
        drop(old);

        let mut new = lead(&store, &clock, 2, cpu).await;
        assert_eq!(decided(&mut new), (first, vec![held]), "at {cpu} %");
        advance(Duration::from_secs(570)).await;
        hear(&mut new, cpu).await;
        assert_eq!(decided(&mut new), (second, vec![]), "at {cpu} %");
    }
}
