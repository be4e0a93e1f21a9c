//! From 1 to 40 containers in service.

use std::time::{Duration, Instant};

use domain::job::label;
use scenarios::harness::{DEADLINE, Engine, Image, Rest, Service, Setup};

use super::events::Events;
use super::figures::{Goal, Series, Table, times};
use super::raw::Raw;
use super::swarm::Swarm;

const ROUNDS: usize = 3;
const FROM: usize = 1;
const TO: usize = 40;
/// Where engines are at their best; more gains nothing.
const AT_ONCE: [usize; 2] = [4, 8];

/// Measures all in turns.
pub async fn run(engine: &Engine, table: &mut Table) {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["docker01"], 1, 40).await;
    rest.start("web").await;
    rest.in_service("web", FROM).await;
    let mut ours = Events::listen(
        engine,
        &format!("{}={}", label::INSTALLATION, service.installation),
    )
    .await;
    let swarm = Swarm::start(engine, FROM).await;
    let mut of_swarm = match &swarm {
        Some(swarm) => Some(Events::listen(engine, &swarm.label()).await),
        None => None,
    };
    let (mut by_us, mut by_swarm) = (Series::default(), Series::default());
    let mut by_hand = AT_ONCE.map(|_| Series::default());
    for _ in 0..ROUNDS {
        by_us.push(grown(&rest, &mut ours).await);
        shrunk(&service, &rest).await;
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
    report(table, &by_us, &by_hand, swarm.map(|_| &by_swarm));
}

/// From the request to the service's word that all are in service.
async fn grown(rest: &Rest, events: &mut Events) -> Duration {
    events.clear();
    let begun = Instant::now();
    rest.desire("web", 40).await;
    // Until the engine has started them all, asking the service would only slow it.
    events.starts(TO - FROM).await;
    rest.in_service("web", TO).await;
    begun.elapsed()
}

async fn shrunk(service: &Service, rest: &Rest) {
    rest.desire("web", 1).await;
    scenarios::harness::within(DEADLINE, "the group shrinks", async || {
        (service.engine.containers(service.installation).await.len() == FROM).then_some(())
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

fn report(table: &mut Table, by_us: &Series, by_hand: &[Series; 2], by_swarm: Option<&Series>) {
    let ours = rate(by_us);
    let best = by_hand.iter().min_by_key(|series| series.median());
    for (at_once, series) in AT_ONCE.iter().zip(by_hand) {
        let goal = best
            .is_some_and(|best| std::ptr::eq(best, series))
            .then_some(Goal::AtLeast(0.95));
        let ratio = times(series.median(), by_us.median());
        table.ratio(
            "1 to 40 in service",
            &ours,
            format!("raw API, {at_once} at once: {}", rate(series)),
            ratio,
            goal,
        );
    }
    if let Some(series) = by_swarm {
        let ratio = times(series.median(), by_us.median());
        table.ratio(
            "1 to 40 in service",
            &ours,
            format!("Swarm: {}", rate(series)),
            ratio,
            Some(Goal::AtLeast(1.5)),
        );
    }
}
