//! A bus that misbehaves on command: what a network, a restart or a slow broker does to hints.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{HostName, Job, Message};

use crate::{Beacon, Bus, BusError, Delivery, Jobs, Nudge, Queue, Result, Subscription};

/// Where the hook is asked.
pub mod point {
    /// A job is sent.
    pub const SEND: &str = "send";
    /// A message is published.
    pub const PUBLISH: &str = "publish";
    /// A nudge is published.
    pub const NUDGE: &str = "nudge";
}

/// What becomes of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It arrives.
    Deliver,
    /// It is accepted and never arrives.
    Lose,
    /// It arrives twice; a job is handed out twice at once, as when an acknowledgement was lost.
    Duplicate,
    /// It arrives later, behind items that were sent after it.
    Delay(Duration),
    /// It does not arrive, and the sender is told: [`BusError::Unavailable`].
    Refuse,
    /// It arrives, but the sender is told that this is not known: [`BusError::Unknown`].
    Unconfirmed,
}

/// Decides about each item; its argument is one of [`point`].
pub type Hook = Arc<dyn Fn(&'static str) -> Fault + Send + Sync>;

/// Passes everything to another bus, except where its hook decides otherwise. Duplicated jobs are seen by
/// receivers made through this bus.
pub struct FaultyBus {
    inner: Arc<dyn Bus>,
    hook: Hook,
    /// Message ids of jobs that are still to be handed out twice.
    twice: Twice,
}

type Twice = Arc<Mutex<BTreeSet<String>>>;

impl FaultyBus {
    /// Wraps `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn Bus>, hook: Hook) -> Self {
        let twice = Twice::default();
        Self { inner, hook, twice }
    }

    /// Hands `item` over with `deliver` as the hook decides, except for what duplicates.
    async fn decide<F>(&self, fault: Fault, deliver: impl Fn(Arc<dyn Bus>) -> F) -> Result<()>
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        match fault {
            Fault::Deliver | Fault::Duplicate => deliver(Arc::clone(&self.inner)).await,
            Fault::Lose => Ok(()),
            Fault::Delay(delay) => {
                let delivery = deliver(Arc::clone(&self.inner));
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    // A hint that was accepted and then could not be delivered is a lost one.
                    let _ = delivery.await;
                });
                Ok(())
            }
            Fault::Refuse => Err(BusError::Unavailable("a fault was injected".to_owned())),
            Fault::Unconfirmed => {
                deliver(Arc::clone(&self.inner)).await?;
                Err(BusError::Unknown("a fault was injected".to_owned()))
            }
        }
    }
}

#[async_trait]
impl Bus for FaultyBus {
    async fn send(&self, job: &Job) -> Result<()> {
        let fault = (self.hook)(point::SEND);
        if fault == Fault::Duplicate {
            let mut twice = self.twice.lock().unwrap_or_else(PoisonError::into_inner);
            twice.insert(job.message_id());
        }
        let job = Arc::new(job.clone());
        self.decide(fault, move |bus| {
            let job = Arc::clone(&job);
            async move { bus.send(&job).await }
        })
        .await
    }

    async fn jobs(&self, host: &HostName, queue: Queue) -> Result<Box<dyn Jobs>> {
        Ok(Box::new(FaultyJobs {
            inner: self.inner.jobs(host, queue).await?,
            twice: Arc::clone(&self.twice),
            echo: None,
        }))
    }

    async fn forget_host(&self, host: &HostName) -> Result<()> {
        self.inner.forget_host(host).await
    }

    async fn nudge(&self, nudge: Nudge) -> Result<()> {
        let fault = (self.hook)(point::NUDGE);
        if fault == Fault::Duplicate {
            self.inner.nudge(nudge).await?;
        }
        self.decide(fault, move |bus| async move { bus.nudge(nudge).await })
            .await
    }

    async fn nudges(&self) -> Result<Box<dyn Subscription<Nudge>>> {
        self.inner.nudges().await
    }

    async fn publish(&self, message: &Message) -> Result<()> {
        let fault = (self.hook)(point::PUBLISH);
        if fault == Fault::Duplicate {
            self.inner.publish(message).await?;
        }
        let message = Arc::new(message.clone());
        self.decide(fault, move |bus| {
            let message = Arc::clone(&message);
            async move { bus.publish(&message).await }
        })
        .await
    }

    async fn messages(&self) -> Result<Box<dyn Subscription<Message>>> {
        self.inner.messages().await
    }

    async fn beacon(&self, beacon: &Beacon) -> Result<()> {
        self.inner.beacon(beacon).await
    }

    async fn beacons(&self) -> Result<Box<dyn Subscription<Beacon>>> {
        self.inner.beacons().await
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }
}

struct FaultyJobs {
    inner: Box<dyn Jobs>,
    twice: Twice,
    echo: Option<Echo>,
}

#[async_trait]
impl Jobs for FaultyJobs {
    async fn next(&mut self) -> Option<Box<dyn Delivery>> {
        if let Some(echo) = self.echo.take() {
            return Some(Box::new(echo));
        }
        let delivery = self.inner.next().await?;
        let mut twice = self.twice.lock().unwrap_or_else(PoisonError::into_inner);
        if !twice.is_empty() && twice.remove(&delivery.job().message_id()) {
            self.echo = Some(Echo(delivery.job().clone()));
        }
        Some(delivery)
    }
}

/// A second delivery of a job whose first decides what becomes of it: no verb has an effect.
struct Echo(Job);

#[async_trait]
impl Delivery for Echo {
    fn job(&self) -> &Job {
        &self.0
    }
    async fn ack(self: Box<Self>) -> Result<()> {
        Ok(())
    }
    async fn retry(self: Box<Self>, _delay: Duration) -> Result<()> {
        Ok(())
    }
    async fn in_progress(&self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
