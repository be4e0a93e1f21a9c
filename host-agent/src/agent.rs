//! The agent's loop: events, listings and samples, side by side in one task.
//!
//! A listing and a sampling are futures polled beside the events, so that neither holds an event up.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use bus::{Nudge, Received};
use domain::report::Load;
use domain::{ContainerFacts, ContainerId, FromHost, Host, HostState, Incarnation};
use engine::{ContainerEngine, EngineEvent, EngineInfo, Usage};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::load::{Loads, runs};
use crate::outbox::Outbox;
use crate::{AgentDeps, AgentError};

/// A burst of reasons to list becomes one listing.
const LIST_EVERY: Duration = Duration::from_millis(200);
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// A listing under way: the sequence number when it began, and what it shows.
type Listing = BoxFuture<'static, (u64, engine::Result<Vec<ContainerFacts>>)>;
/// A sampling under way.
type Sampling = BoxFuture<'static, engine::Result<(Load, Vec<(ContainerId, Usage)>)>>;

/// Tells of its host until `shutdown`.
///
/// # Errors
/// [`AgentError`] when the bus cannot be subscribed to or ends. An engine that is down is waited for.
pub async fn run(deps: AgentDeps, shutdown: CancellationToken) -> Result<(), AgentError> {
    tokio::select! {
        biased;
        () = shutdown.cancelled() => Ok(()),
        ended = serve(deps) => ended,
    }
}

async fn serve(deps: AgentDeps) -> Result<(), AgentError> {
    let mut nudges = deps.bus.nudges().await?;
    let incarnation = Incarnation(deps.ids.fresh());
    // Listening before the first listing: what happens during it is told by an event.
    let (info, mut events) = reach(&deps).await;
    let mut agent = Agent::new(deps, info, incarnation);
    let mut poll = ticks(agent.deps.poller_interval);
    let mut sample = ticks(agent.deps.sample_interval);
    loop {
        let list_at = agent.list_at.filter(|_| agent.listing.is_none());
        tokio::select! {
            biased;
            event = events.recv() => match event {
                Some(event) => agent.event(event).await,
                None => (_, events) = { let again = reach(&agent.deps).await; agent.list_soon(); again },
            },
            listed = under_way(&mut agent.listing) => agent.listed(listed).await,
            sampled = under_way(&mut agent.sampling) => agent.sampled(sampled).await,
            nudge = nudges.next() => match nudge {
                Some(Received::Item(Nudge::Report) | Received::Lagged) => agent.list_soon(),
                Some(Received::Item(Nudge::Group(_) | Nudge::Hosts | Nudge::Policies)) => {}
                None => return Err(AgentError::BusClosed),
            },
            () = due(list_at) => agent.list(),
            _ = poll.tick() => agent.list_soon(),
            _ = sample.tick() => agent.sample(),
        }
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn under_way<T>(work: &mut Option<BoxFuture<'static, T>>) -> T {
    match work {
        Some(work) => work.await,
        None => pending().await,
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

/// Waits for the engine; says once that it is down and once that it is back.
async fn reach(deps: &AgentDeps) -> (EngineInfo, mpsc::Receiver<EngineEvent>) {
    let mut retry = FIRST_RETRY;
    loop {
        match listen(deps).await {
            Ok(reached) => {
                if retry > FIRST_RETRY {
                    tracing::info!(host = %deps.identity.name, "the engine answers again");
                }
                deps.note_engine(None);
                return reached;
            }
            Err(error) => {
                if retry == FIRST_RETRY {
                    tracing::error!(host = %deps.identity.name, %error, "the engine does not answer; waiting for it");
                }
                deps.note_engine(Some(&error));
            }
        }
        sleep(retry).await;
        retry = (retry * 2).min(LONGEST_RETRY);
    }
}

async fn listen(deps: &AgentDeps) -> engine::Result<(EngineInfo, mpsc::Receiver<EngineEvent>)> {
    let info = deps.engine.info().await?;
    Ok((info, deps.engine.events(deps.installation).await?))
}

struct Agent {
    deps: AgentDeps,
    info: EngineInfo,
    outbox: Outbox,
    running: BTreeMap<ContainerId, ContainerFacts>,
    loads: Loads,
    listing: Option<Listing>,
    sampling: Option<Sampling>,
    list_at: Option<Instant>,
    listed_last: Option<Instant>,
    engine_down: bool,
}

impl Agent {
    fn new(deps: AgentDeps, info: EngineInfo, incarnation: Incarnation) -> Self {
        let (bus, name) = (deps.bus.clone(), deps.identity.name.clone());
        Self {
            outbox: Outbox::new(bus, name, info.id.clone(), incarnation),
            deps,
            info,
            running: BTreeMap::new(),
            loads: Loads::default(),
            listing: None,
            sampling: None,
            list_at: None,
            listed_last: None,
            engine_down: false,
        }
    }

    async fn tell(&mut self, body: FromHost) {
        if self.outbox.tell(body).await {
            self.list_soon();
        }
    }

    async fn event(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Resumed => self.list_soon(),
            EngineEvent::Container(facts) => {
                self.keep(&facts);
                self.tell(FromHost::Event(facts)).await;
            }
        }
    }

    fn keep(&mut self, facts: &ContainerFacts) {
        if runs(facts) {
            self.running.insert(facts.id.clone(), facts.clone());
        } else {
            self.running.remove(&facts.id);
        }
    }

    /// Lists at once, or as soon as the last listing is old enough.
    fn list_soon(&mut self) {
        let now = Instant::now();
        let earliest = self.listed_last.map_or(now, |last| now.max(last + LIST_EVERY));
        self.list_at.get_or_insert(earliest);
    }

    fn list(&mut self) {
        self.list_at = None;
        self.listed_last = Some(Instant::now());
        let (engine, installation) = (self.deps.engine.clone(), self.deps.installation);
        let from = self.outbox.sequence();
        self.listing = Some(async move { (from, engine.list(installation).await) }.boxed());
    }

    async fn listed(&mut self, (listed_from, listed): (u64, engine::Result<Vec<ContainerFacts>>)) {
        self.listing = None;
        self.note_engine(listed.as_ref().err());
        let Ok(containers) = listed else { return };
        // An event that crossed the listing knows better; only a quiet one may replace what we keep.
        if self.outbox.sequence() == listed_from {
            self.running.clear();
            containers.iter().for_each(|facts| self.keep(facts));
        } else {
            self.list_soon();
        }
        let host = Box::new(self.host());
        self.tell(FromHost::Report {
            host,
            listed_from,
            containers,
        })
        .await;
    }

    fn note_engine(&mut self, error: Option<&engine::EngineError>) {
        let was_down = std::mem::replace(&mut self.engine_down, error.is_some());
        self.deps.note_engine(error);
        match error {
            Some(error) if !was_down => tracing::error!(%error, "the engine does not list its containers"),
            None if was_down => tracing::info!("the engine lists its containers again"),
            Some(_) | None => {}
        }
    }

    fn host(&self) -> Host {
        let identity = self.deps.identity.clone();
        Host {
            name: identity.name,
            zones: identity.zones,
            engine: self.info.id.clone(),
            capacity: identity.capacity,
            labels: identity.labels,
            control: identity.control,
            cpus: self.info.cpus,
            memory_mib: self.info.memory_mib,
            state: HostState::Active,
        }
    }

    fn sample(&mut self) {
        if self.sampling.is_some() {
            return;
        }
        let ids: Vec<_> = self.running.keys().cloned().collect();
        let engine = self.deps.engine.clone();
        self.sampling = Some(async move { read_loads(&*engine, &ids).await }.boxed());
    }

    async fn sampled(&mut self, sampled: engine::Result<(Load, Vec<(ContainerId, Usage)>)>) {
        self.sampling = None;
        match sampled {
            Ok((host, usage)) => {
                let instances = self
                    .loads
                    .samples(&self.running, &usage, Instant::now(), self.info.cpus);
                self.tell(FromHost::Samples { host, instances }).await;
            }
            Err(error) => tracing::debug!(%error, "no samples this time"),
        }
    }
}

async fn read_loads(
    engine: &dyn ContainerEngine,
    ids: &[ContainerId],
) -> engine::Result<(Load, Vec<(ContainerId, Usage)>)> {
    Ok((engine.host_load().await?, engine.usage(ids).await?))
}
