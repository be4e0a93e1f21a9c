//! A job in somebody's hands.

use std::time::Duration;

use async_nats::{RequestErrorKind, Subject};
use async_trait::async_trait;
use domain::{Job, JobKind, Message, Outcome};
use tokio::runtime::Handle;

use super::MESSAGES;
use super::core::{Core, finite, told, unavailable};
use crate::{BusError, Delivery, Result};

const ACK: &str = "+ACK";
const NAK: &str = "-NAK";
const TERM: &str = "+TERM";
const IN_PROGRESS: &str = "+WPI";

pub(super) struct Held {
    pub(super) core: Core,
    pub(super) job: Job,
    /// Where its end is told.
    pub(super) reply: Subject,
    /// How often it was delivered, this time included.
    pub(super) delivered: u64,
    pub(super) ended: bool,
}

impl Held {
    /// Whether it was delivered more often than it may be.
    pub(super) fn is_worn_out(&self) -> bool {
        self.delivered > u64::from(self.core.options.limits.deliveries)
    }

    fn is_last(&self) -> bool {
        self.delivered >= u64::from(self.core.options.limits.deliveries)
    }

    /// Tells that nobody managed this job, then takes it out of the stream: in this order, so that a process that ends
    /// in between tells it twice and not never.
    pub(super) async fn give_up(&mut self) -> Result<()> {
        self.ended = true;
        let deliveries = self.core.options.limits.deliveries;
        tracing::warn!(record = %self.job.record, deliveries, "a job is given up");
        let outcome = match self.job.kind {
            JobKind::Launch(_) => Outcome::Failed {
                reason: format!("given up after {deliveries} deliveries"),
                host_full: false,
            },
            JobKind::Stop { .. } => Outcome::NotStopped { deliveries },
        };
        let message = Message::Job {
            host: self.job.host.clone(),
            group: self.job.group,
            record: self.job.record,
            outcome,
        };
        self.core.tell(MESSAGES, &message).await?;
        settle(&self.core, self.reply.clone(), TERM.to_owned()).await
    }
}

/// Tells the end of a delivery, and waits until the server has it.
async fn settle(core: &Core, reply: Subject, verb: String) -> Result<()> {
    core.connected()?;
    match finite(core.client.request(reply, verb.into())).await? {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            RequestErrorKind::NoResponders => Err(unavailable("the consumer of the job is gone")),
            _ => Err(BusError::Unknown(told(&error))),
        },
    }
}

/// Takes a message that is no job out of the stream.
pub(super) async fn discard(core: &Core, reply: Subject) -> Result<()> {
    settle(core, reply, TERM.to_owned()).await
}

/// Gives a job back at once; lost, it comes again when the wait for its acknowledgement ends.
pub(super) fn give_back(core: &Core, reply: Subject) {
    let client = core.client.clone();
    // Without a runtime the process is about to end.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async move { client.publish(reply, NAK.into()).await });
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.ended {
            give_back(&self.core, self.reply.clone());
        }
    }
}

#[async_trait]
impl Delivery for Held {
    fn job(&self) -> &Job {
        &self.job
    }

    async fn ack(mut self: Box<Self>) -> Result<()> {
        self.ended = true;
        settle(&self.core, self.reply.clone(), ACK.to_owned()).await
    }

    async fn retry(mut self: Box<Self>, delay: Duration) -> Result<()> {
        if self.is_last() {
            return self.give_up().await;
        }
        self.ended = true;
        let verb = match i64::try_from(delay.as_nanos()) {
            Ok(0) => NAK.to_owned(),
            Ok(nanos) => format!("{NAK} {{\"delay\": {nanos}}}"),
            Err(_) => format!("{NAK} {{\"delay\": {}}}", i64::MAX),
        };
        settle(&self.core, self.reply.clone(), verb).await
    }

    async fn in_progress(&self) -> Result<()> {
        self.core.connected()?;
        let telling = self.core.client.publish(self.reply.clone(), IN_PROGRESS.into());
        finite(telling).await?.map_err(|error| unavailable(told(&error)))
    }
}
