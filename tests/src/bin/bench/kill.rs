//! One of three is killed: how long until its replacement runs, by the engine's own event stream.

use std::time::{Duration, Instant};

use domain::job::label;
use scenarios::harness::{DEADLINE, Engine, Image, Service, Setup, within};

use super::events::Events;
use super::figures::{Goal, Series, Table, times};
use super::raw::Raw;
use super::swarm::Swarm;

const ROUNDS: usize = 15;
/// Between two measurements.
const QUIET: Duration = Duration::from_millis(700);
/// Younger containers that end are failed launches, whose replacement waits.
const ESTABLISHED: Duration = Duration::from_secs(11);

/// Measures all three in turns.
pub async fn run(engine: &Engine, table: &mut Table) {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 3).await;
    rest.in_service("web", 3).await;
    let mut ours = Events::listen(
        engine,
        &format!("{}={}", label::INSTALLATION, service.installation),
    )
    .await;
    let raw = Raw::new(engine);
    let mut of_raw = Events::listen(engine, &raw.label()).await;
    let mut lone = raw.launch().await;
    let swarm = Swarm::start(engine, 1).await;
    let mut of_swarm = match &swarm {
        Some(swarm) => Some(Events::listen(engine, &swarm.label()).await),
        None => None,
    };
    let [mut by_us, mut by_hand, mut by_swarm] = [(); 3].map(|()| Series::default());
    for turn in 0..3 * ROUNDS {
        // Each follows each of the others equally often, and none the noise that another leaves behind.
        match (turn / 3 + turn) % 3 {
            0 => by_us.push(replaced(&service, &rest, &mut ours).await),
            1 => {
                let (took, next) = raw.replace(&lone, &mut of_raw).await;
                by_hand.push(took);
                engine.remove(&lone).await;
                lone = next;
            }
            _ => {
                if let (Some(swarm), Some(events)) = (&swarm, &mut of_swarm) {
                    by_swarm.push(swarm.replace(events).await);
                }
            }
        }
        tokio::time::sleep(QUIET).await;
    }
    let ratio = times(by_us.median(), by_hand.median());
    let beside = format!("die event + create + start: {by_hand}");
    table.ratio(
        "kill to replacement running",
        &by_us,
        beside,
        ratio,
        Some(Goal::AtMost(1.15)),
    );
    if swarm.is_some() {
        let ratio = times(by_us.median(), by_swarm.median());
        table.ratio(
            "kill to replacement running",
            &by_us,
            format!("Swarm: {by_swarm}"),
            ratio,
            None,
        );
    }
}

async fn replaced(service: &Service, rest: &scenarios::harness::Rest, events: &mut Events) -> Duration {
    let victim = within(DEADLINE, "three are established", async || {
        let now = domain::Timestamp::seconds(domain::Clock::now(&domain::SystemClock));
        let mut instances = rest.instances("web").await;
        instances.sort_by_key(|i| i.timestamp);
        let quiet = instances.len() == 3 && instances.iter().all(|i| i.status == "RUNNING");
        let oldest = instances.into_iter().next()?;
        let age = now.saturating_sub(oldest.timestamp);
        (quiet && age > i64::try_from(ESTABLISHED.as_secs()).ok()? + 1).then_some(oldest.instance_id)
    })
    .await;
    events.clear();
    let begun = Instant::now();
    service.engine.kill(&victim, "SIGKILL").await;
    let (running, _) = events.start().await;
    let took = running - begun;
    rest.in_service("web", 3).await;
    took
}
