//! The bus as one life of a component sees it: what it carries may vanish, come twice, late or overtaken.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bus::{Beacon, Bus, BusError, Jobs, MemoryBus, Nudge, Queue, Result, Subscription};
use domain::{HostName, Job, Message};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::check::Checks;
use super::dice::Dice;
use super::faults::Weather;
use super::life::Life;
use super::trace::Trace;

mod receive;

use receive::{SimJobs, SimSubscription};

/// The one bus of a schedule.
pub struct Wire(Mutex<Laid>);

#[derive(Clone)]
struct Laid {
    bus: Arc<MemoryBus>,
    torn: CancellationToken,
}

impl Default for Wire {
    fn default() -> Self {
        Self(Mutex::new(Laid::new()))
    }
}

impl Laid {
    fn new() -> Self {
        Self {
            bus: Arc::new(MemoryBus::new()),
            torn: CancellationToken::new(),
        }
    }
}

impl Wire {
    /// All that the bus holds is lost, and every subscription ends.
    pub fn tear(&self) {
        let mut laid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        laid.torn.cancel();
        *laid = Laid::new();
    }

    fn laid(&self) -> Laid {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A component's way to the bus.
#[derive(Clone)]
pub struct SimBus {
    /// The bus itself.
    pub wire: Arc<Wire>,
    /// Whose way.
    pub life: Arc<Life>,
    /// What goes wrong.
    pub weather: Arc<Weather>,
    /// When.
    pub dice: Dice,
    /// Who counts jobs.
    pub checks: Arc<Checks>,
    /// What happened.
    pub trace: Trace,
}

/// How often what is sent goes astray, in a thousand.
struct Odds {
    lost: u32,
    twice: u32,
    late: u32,
}

fn refused() -> BusError {
    BusError::Unavailable("it does not answer".to_owned())
}

impl SimBus {
    /// Whether the bus answers.
    async fn answers(&self) -> Result<()> {
        self.life.step().await;
        if self.weather.bus_down.is_on() || self.dice.chance(self.weather.rates().bus_refuses) {
            sleep(Duration::from_millis(1)).await;
            return Err(refused());
        }
        Ok(())
    }

    /// The end of a call: its answer may be lost.
    async fn answered(&self) -> Result<()> {
        self.life.step().await;
        if self.dice.chance(self.weather.rates().bus_loses_answer) {
            return Err(BusError::Unknown("no answer".to_owned()));
        }
        Ok(())
    }

    /// After which delays something arrives: once at once, if nothing goes wrong.
    fn arrivals(&self, odds: &Odds) -> Vec<Duration> {
        let mut arrivals = Vec::with_capacity(1);
        if !self.dice.chance(odds.lost) {
            let late = self.dice.chance(odds.late);
            arrivals.push(if late { self.delay() } else { Duration::ZERO });
        }
        if self.dice.chance(odds.twice) {
            arrivals.push(self.delay());
        }
        arrivals
    }

    fn delay(&self) -> Duration {
        if self.dice.chance(850) {
            self.dice.millis(1..2_000)
        } else {
            self.dice.millis(2_000..60_000)
        }
    }

    /// Gives something to the bus now or later.
    async fn carry(&self, item: Item, odds: &Odds) -> Result<()> {
        let arrivals = self.arrivals(odds);
        if arrivals != [Duration::ZERO] {
            self.trace.say(&self.life.name, || {
                format!("bus: {item} arrives after {arrivals:?}")
            });
        }
        let bus = self.wire.laid().bus;
        for (copy, delay) in arrivals.into_iter().enumerate() {
            let item = item.copied(copy);
            if delay.is_zero() {
                item.heard(&self.checks);
                item.put(&bus).await?;
            } else {
                let (bus, checks) = (Arc::clone(&bus), Arc::clone(&self.checks));
                tokio::spawn(async move {
                    sleep(delay).await;
                    item.heard(&checks);
                    // A full queue is one more way of losing it.
                    let _ = item.put(&bus).await;
                });
            }
        }
        Ok(())
    }
}

/// What the bus carries.
#[derive(Clone)]
enum Item {
    Job(Job),
    Message(Message),
    Nudge(Nudge),
}

impl Item {
    /// The same once more. The bus drops a message id that it knows; a copy is to arrive.
    fn copied(&self, copy: usize) -> Self {
        match self {
            Self::Job(job) if copy > 0 => Self::Job(Job {
                attempt: job.attempt.saturating_add(1_000),
                ..job.clone()
            }),
            other => other.clone(),
        }
    }

    /// Reports and events end a silence.
    fn heard(&self, checks: &Checks) {
        match self {
            Self::Message(Message::Host { stamp, body }) => match body {
                domain::FromHost::Report { .. } | domain::FromHost::Event(_) => checks.heard(&stamp.host),
                domain::FromHost::Samples { .. } => {}
            },
            Self::Message(Message::Job { .. } | Message::Engine { .. } | Message::Figure { .. })
            | Self::Job(_)
            | Self::Nudge(_) => {}
        }
    }

    async fn put(&self, bus: &MemoryBus) -> Result<()> {
        match self {
            Self::Job(job) => bus.send(job).await,
            Self::Message(message) => bus.publish(message).await,
            Self::Nudge(nudge) => bus.nudge(*nudge).await,
        }
    }
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Job(job) => write!(f, "job {}", job.message_id()),
            Self::Nudge(nudge) => write!(f, "{nudge:?}"),
            Self::Message(Message::Job { record, outcome, .. }) => {
                write!(f, "outcome {outcome:?} of {record}")
            }
            Self::Message(Message::Figure {
                source,
                metric,
                value,
                ..
            }) => {
                write!(f, "{metric} of {source} is {value}")
            }
            Self::Message(Message::Engine { host, .. }) => write!(f, "the engine of {host} answers"),
            Self::Message(Message::Host { stamp, body }) => {
                write!(f, "{}#{} {}", stamp.host, stamp.sequence, told(body))
            }
        }
    }
}

fn told(body: &domain::FromHost) -> String {
    match body {
        domain::FromHost::Event(facts) => format!("event {} {:?}", facts.record, facts.state),
        domain::FromHost::Samples { .. } => "samples".to_owned(),
        domain::FromHost::Report {
            listed_from,
            containers,
            ..
        } => {
            format!("report from {listed_from} of {} containers", containers.len())
        }
    }
}

#[async_trait]
impl Bus for SimBus {
    async fn send(&self, job: &Job) -> Result<()> {
        self.answers().await?;
        self.checks.sent(job);
        self.trace
            .say(&self.life.name, || format!("sends {}", job.message_id()));
        let rates = self.weather.rates();
        let odds = Odds {
            lost: rates.job_lost,
            twice: rates.job_twice,
            late: rates.job_late,
        };
        self.carry(Item::Job(job.clone()), &odds).await?;
        self.answered().await
    }

    async fn jobs(&self, host: &HostName, queue: Queue) -> Result<Box<dyn Jobs>> {
        self.answers().await?;
        let Laid { bus, torn } = self.wire.laid();
        let inner = bus.jobs(host, queue).await?;
        Ok(Box::new(SimJobs {
            inner,
            torn,
            way: self.clone(),
        }))
    }

    async fn forget_host(&self, host: &HostName) -> Result<()> {
        self.answers().await?;
        self.wire.laid().bus.forget_host(host).await?;
        self.answered().await
    }

    async fn nudge(&self, nudge: Nudge) -> Result<()> {
        self.answers().await?;
        let rates = self.weather.rates();
        let odds = Odds {
            lost: rates.nudge_lost,
            twice: rates.message_twice,
            late: rates.message_late,
        };
        self.carry(Item::Nudge(nudge), &odds).await?;
        self.answered().await
    }

    async fn nudges(&self) -> Result<Box<dyn Subscription<Nudge>>> {
        self.answers().await?;
        let Laid { bus, torn } = self.wire.laid();
        let inner = bus.nudges().await?;
        Ok(Box::new(SimSubscription {
            inner,
            torn,
            way: self.clone(),
            told: |_, _| (),
        }))
    }

    async fn publish(&self, message: &Message) -> Result<()> {
        self.answers().await?;
        let rates = self.weather.rates();
        let mute = self.weather.hosts_mute.is_on();
        let odds = Odds {
            lost: if mute { 1000 } else { rates.message_lost },
            twice: if mute { 0 } else { rates.message_twice },
            late: rates.message_late,
        };
        self.carry(Item::Message(message.clone()), &odds).await?;
        self.answered().await
    }

    async fn messages(&self) -> Result<Box<dyn Subscription<Message>>> {
        self.answers().await?;
        let Laid { bus, torn } = self.wire.laid();
        let inner = bus.messages().await?;
        Ok(Box::new(SimSubscription {
            inner,
            torn,
            way: self.clone(),
            told: |way, message| way.checks.told(&way.life, message),
        }))
    }

    async fn beacon(&self, beacon: &Beacon) -> Result<()> {
        self.wire.laid().bus.beacon(beacon).await
    }

    async fn beacons(&self) -> Result<Box<dyn Subscription<Beacon>>> {
        self.wire.laid().bus.beacons().await
    }

    async fn ping(&self) -> Result<()> {
        self.answers().await
    }
}
