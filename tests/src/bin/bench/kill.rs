//! One of three is killed: how long until its replacement runs, by the engine's own event stream.

use std::time::{Duration, Instant};

use scenarios::harness::{DEADLINE, Engine, Image, Service, Setup, within};

use super::events::Events;
use super::figures::{Goal, Series, Table, times};
use super::fleet::{self, Measured};
use super::raw::Raw;
use super::subject::{Subject, Timed};
use super::swarm::Swarm;

const WHAT: &str = "kill to replacement running";
/// Of four that take turns, each follows each of the others equally often, and none the noise that another leaves behind.
const ORDER: [usize; 4] = [0, 1, 3, 2];
const ROUNDS: usize = 16;
/// Between two measurements.
const QUIET: Duration = Duration::from_millis(700);
/// Younger containers that end are failed launches, whose replacement waits.
const ESTABLISHED: Duration = Duration::from_secs(11);

/// Measures all four in turns.
pub async fn run(engine: &Engine, table: &mut Table) {
    let service = Service::start(Setup::new()).await;
    let measured = Measured::start().await;
    let mut us = ready(Subject::embedded(&service).await).await;
    let mut fleet = match &measured {
        Some(measured) => Some(ready(Subject::fleet(&measured.fleet).await).await),
        None => None,
    };
    let mut raw = ByHand::start(engine).await;
    let swarm = Swarm::start(engine, 1).await;
    let mut of_swarm = match &swarm {
        Some(swarm) => Some(Events::listen(engine, &swarm.label()).await),
        None => None,
    };
    let mut by_swarm = Series::default();
    for round in 0..ROUNDS {
        for turn in ORDER {
            match ((turn + round) % ORDER.len(), &mut fleet, &swarm, &mut of_swarm) {
                (0, ..) => replaced(&mut us).await,
                (1, ..) => raw.replaced().await,
                (2, Some(fleet), ..) => replaced(fleet).await,
                (3, _, Some(swarm), Some(events)) => by_swarm.push(swarm.replace(events).await),
                _ => continue,
            }
            tokio::time::sleep(QUIET).await;
        }
    }
    report(table, &us.took, &raw.took, swarm.map(|_| &by_swarm));
    match fleet {
        Some(fleet) => report_fleet(table, &fleet.took, &us.took, &raw.took),
        None => fleet::absent(table, &format!("fleet: {WHAT}")),
    }
}

async fn ready(subject: Subject) -> Timed {
    subject.rest.launch("web", Image::Stays, 3).await;
    subject.rest.in_service("web", 3).await;
    subject.timed().await
}

/// The least that anybody has to do.
struct ByHand {
    engine: Engine,
    raw: Raw,
    events: Events,
    lone: String,
    took: Series,
}

impl ByHand {
    async fn start(engine: &Engine) -> Self {
        let raw = Raw::new(engine);
        Self {
            engine: engine.clone(),
            events: Events::listen(engine, &raw.label()).await,
            lone: raw.launch().await,
            raw,
            took: Series::default(),
        }
    }

    async fn replaced(&mut self) {
        let (took, next) = self.raw.replace(&self.lone, &mut self.events).await;
        self.took.push(took);
        self.engine.remove(&self.lone).await;
        self.lone = next;
    }
}

async fn replaced(timed: &mut Timed) {
    let Subject { rest, engine, .. } = &timed.subject;
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
    timed.events.clear();
    let begun = Instant::now();
    engine.kill(&victim, "SIGKILL").await;
    let (running, _) = timed.events.start().await;
    timed.took.push(running - begun);
    rest.in_service("web", 3).await;
}

fn report(table: &mut Table, by_us: &Series, by_hand: &Series, by_swarm: Option<&Series>) {
    let ratio = times(by_us.median(), by_hand.median());
    let beside = format!("die event + create + start: {by_hand}");
    table.ratio(WHAT, by_us, beside, ratio, Some(Goal::AtMost(1.15)));
    if let Some(by_swarm) = by_swarm {
        let ratio = times(by_us.median(), by_swarm.median());
        table.ratio(WHAT, by_us, format!("Swarm: {by_swarm}"), ratio, None);
    }
}

fn report_fleet(table: &mut Table, by_fleet: &Series, by_us: &Series, by_hand: &Series) {
    let others = [("embedded", by_us), ("die event + create + start", by_hand)];
    for (name, other) in others {
        let ratio = times(by_fleet.median(), other.median());
        table.ratio(
            &format!("fleet: {WHAT}"),
            by_fleet,
            format!("{name}: {other}"),
            ratio,
            None,
        );
    }
}
