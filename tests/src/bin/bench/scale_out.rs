//! From 1 to 40 containers in service.

use std::time::{Duration, Instant};

use scenarios::harness::{DEADLINE, Engine, Image, Service, Setup, within};

use super::events::Events;
use super::figures::{Goal, Series, Table, times};
use super::fleet::{self, Measured};
use super::raw::Raw;
use super::subject::{Subject, Timed};
use super::swarm::Swarm;

const WHAT: &str = "1 to 40 in service";
const ROUNDS: usize = 3;
const FROM: usize = 1;
const TO: usize = 40;
/// Where engines are at their best; more gains nothing.
const AT_ONCE: [usize; 2] = [4, 8];

/// Measures all in turns.
pub async fn run(engine: &Engine, table: &mut Table) {
    let service = Service::start(Setup::new()).await;
    let measured = Measured::start().await;
    let mut us = ready(Subject::embedded(&service).await).await;
    let mut fleet = match &measured {
        Some(measured) => Some(ready(Subject::fleet(&measured.fleet).await).await),
        None => None,
    };
    let swarm = Swarm::start(engine, FROM).await;
    let mut of_swarm = match &swarm {
        Some(swarm) => Some(Events::listen(engine, &swarm.label()).await),
        None => None,
    };
    let mut by_swarm = Series::default();
    let mut by_hand = AT_ONCE.map(|_| Series::default());
    for _ in 0..ROUNDS {
        grown(&mut us).await;
        shrunk(&us.subject).await;
        if let Some(fleet) = &mut fleet {
            grown(fleet).await;
            shrunk(&fleet.subject).await;
        }
        for (at_once, series) in AT_ONCE.iter().zip(&mut by_hand) {
            let raw = Raw::new(engine);
            series.push(raw.launch_many(TO - FROM, *at_once).await);
            raw.clear().await;
        }
        if let (Some(swarm), Some(events)) = (&swarm, &mut of_swarm) {
            by_swarm.push(swarm.grow(FROM, TO, events).await);
            swarm.shrink(FROM).await;
        }
    }
    report(table, &us.took, &by_hand, swarm.map(|_| &by_swarm));
    match fleet {
        Some(fleet) => report_fleet(table, &fleet.took, &us.took, &by_hand),
        None => fleet::absent(table, &format!("fleet: {WHAT}")),
    }
}

async fn ready(subject: Subject) -> Timed {
    let rest = &subject.rest;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["docker01"], 1, 40).await;
    rest.start("web").await;
    rest.in_service("web", FROM).await;
    subject.timed().await
}

/// From the request to the service's word that all are in service.
async fn grown(timed: &mut Timed) {
    timed.events.clear();
    let begun = Instant::now();
    timed.subject.rest.desire("web", 40).await;
    // Until the engine has started them all, asking the service would only slow it.
    timed.events.starts(TO - FROM).await;
    timed.subject.rest.in_service("web", TO).await;
    timed.took.push(begun.elapsed());
}

async fn shrunk(subject: &Subject) {
    subject.rest.desire("web", 1).await;
    within(DEADLINE, "the group shrinks", async || {
        (subject.engine.containers(subject.installation).await.len() == FROM).then_some(())
    })
    .await;
}

fn rate(series: &Series) -> String {
    let seconds = series.median().as_secs_f64();
    // A small count.
    #[allow(clippy::cast_precision_loss)]
    let count = (TO - FROM) as f64;
    format!("{:.1}/s ({:.1} s)", count / seconds, seconds)
}

fn median(series: &&Series) -> Duration {
    series.median()
}

fn report(table: &mut Table, by_us: &Series, by_hand: &[Series; 2], by_swarm: Option<&Series>) {
    let ours = rate(by_us);
    let best = by_hand.iter().min_by_key(median);
    for (at_once, series) in AT_ONCE.iter().zip(by_hand) {
        let goal = best
            .is_some_and(|best| std::ptr::eq(best, series))
            .then_some(Goal::AtLeast(0.95));
        let beside = format!("raw API, {at_once} at once: {}", rate(series));
        table.ratio(WHAT, &ours, beside, times(series.median(), by_us.median()), goal);
    }
    if let Some(series) = by_swarm {
        let ratio = times(series.median(), by_us.median());
        let beside = format!("Swarm: {}", rate(series));
        table.ratio(WHAT, &ours, beside, ratio, Some(Goal::AtLeast(1.5)));
    }
}

fn report_fleet(table: &mut Table, by_fleet: &Series, by_us: &Series, by_hand: &[Series; 2]) {
    let best = by_hand.iter().min_by_key(median).unwrap_or(by_us);
    for (name, other) in [("embedded", by_us), ("raw API at its best", best)] {
        let ratio = times(other.median(), by_fleet.median());
        let beside = format!("{name}: {}", rate(other));
        table.ratio(&format!("fleet: {WHAT}"), rate(by_fleet), beside, ratio, None);
    }
}
