//! The bus of an installation of several processes, on a NATS server with JetStream, 2.9 or newer.

mod core;
mod credentials;
mod delivery;
mod forget;
mod link;
mod login;
mod options;
mod ping;
mod receiver;
mod stream;
mod topic;

use std::time::Duration;

use async_trait::async_trait;
use domain::{HostName, Job, Message};
use tokio::time::timeout;

pub use credentials::check_credentials;
pub use login::Login;
pub use options::{NatsLimits, NatsOptions, NatsTls};

use self::core::Core;
use crate::{Beacon, Bus, Jobs, Nudge, Queue, Result, Subscription};
use receiver::Receiver;

const NUDGES: &str = "nudges";
const MESSAGES: &str = "messages";
const BEACONS: &str = "beacons";

/// To send what is still in the client when the bus is closed.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// Jobs in one work-queue stream, everything else on core subjects.
///
/// A connection that is lost is made again in the background for ever; meanwhile sending is refused at once and
/// subscriptions learn of it by [`Received::Lagged`](crate::Received::Lagged) when it is back. A stream or consumer that
/// is missing is made again by whoever needs it. A job that was delivered [`NatsLimits::deliveries`] times is taken out
/// of the stream, with a message that its launch failed, or that it was not stopped.
#[derive(Debug)]
pub struct NatsBus(Core);

impl NatsBus {
    /// Connects and makes the stream of jobs.
    ///
    /// # Errors
    /// [`BusError::Unavailable`](crate::BusError::Unavailable), within ten seconds or so and five more for each further
    /// server, when none answers, the login is refused, there is no JetStream, or an option is wrong. Nothing is tried
    /// again: that is for the caller to decide.
    pub async fn connect(options: NatsOptions) -> Result<Self> {
        let core = Core::connect(options).await?;
        core.ensure_stream().await?;
        Ok(Self(core))
    }

    /// Sends what is still in the client, for two seconds at most, and ends all receivers and subscriptions.
    pub async fn close(&self) {
        // What did not leave in that time were hints.
        let _ = timeout(FLUSH_WITHIN, self.0.client.flush()).await;
        self.0.link.close();
    }
}

impl Drop for NatsBus {
    /// Receivers hold the connection; without this they would wait for ever.
    fn drop(&mut self) {
        self.0.link.close();
    }
}

#[async_trait]
impl Bus for NatsBus {
    async fn send(&self, job: &Job) -> Result<()> {
        self.0.put(job).await
    }

    async fn jobs(&self, host: &HostName, queue: Queue) -> Result<Box<dyn Jobs>> {
        let receiver = Receiver::new(self.0.clone(), host.clone(), queue).await?;
        Ok(Box::new(receiver))
    }

    async fn forget_host(&self, host: &HostName) -> Result<()> {
        self.0.forget(host).await
    }

    async fn nudge(&self, nudge: Nudge) -> Result<()> {
        self.0.tell(NUDGES, &nudge).await
    }

    async fn nudges(&self) -> Result<Box<dyn Subscription<Nudge>>> {
        topic::subscribe(&self.0, NUDGES).await
    }

    async fn publish(&self, message: &Message) -> Result<()> {
        self.0.tell(MESSAGES, message).await
    }

    async fn messages(&self) -> Result<Box<dyn Subscription<Message>>> {
        topic::subscribe(&self.0, MESSAGES).await
    }

    async fn beacon(&self, beacon: &Beacon) -> Result<()> {
        self.0.tell(BEACONS, beacon).await
    }

    async fn beacons(&self) -> Result<Box<dyn Subscription<Beacon>>> {
        topic::subscribe(&self.0, BEACONS).await
    }

    async fn ping(&self) -> Result<()> {
        self.0.ping().await
    }
}
