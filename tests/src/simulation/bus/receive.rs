//! What a life of a component receives: jobs and their ends, reports and nudges, some of them lost on the last step.

use std::time::Duration;

use async_trait::async_trait;
use bus::{BusError, Delivery, Jobs, Received, Result, Subscription};
use domain::Job;
use tokio_util::sync::CancellationToken;

use super::SimBus;

pub(super) struct SimSubscription<T> {
    pub(super) inner: Box<dyn Subscription<T>>,
    pub(super) torn: CancellationToken,
    pub(super) way: SimBus,
    /// What is noted of an item that arrives.
    pub(super) told: fn(&SimBus, &T),
}

#[async_trait]
impl<T: Send + 'static> Subscription<T> for SimSubscription<T> {
    async fn next(&mut self) -> Option<Received<T>> {
        let next = tokio::select! {
            biased;
            () = self.torn.cancelled() => return None,
            next = self.inner.next() => next,
        };
        if self.way.dice.chance(self.way.weather.rates().lags) {
            return next.map(|_| Received::Lagged);
        }
        if let Some(Received::Item(item)) = &next {
            (self.told)(&self.way, item);
        }
        next
    }
}

pub(super) struct SimJobs {
    pub(super) inner: Box<dyn Jobs>,
    pub(super) torn: CancellationToken,
    pub(super) way: SimBus,
}

#[async_trait]
impl Jobs for SimJobs {
    async fn next(&mut self) -> Option<Box<dyn Delivery>> {
        let inner = tokio::select! {
            biased;
            () = self.torn.cancelled() => return None,
            next = self.inner.next() => next?,
        };
        let way = self.way.clone();
        way.trace
            .say(&way.life.name, || format!("takes {}", inner.job().message_id()));
        Some(Box::new(SimDelivery {
            job: inner.job().clone(),
            inner: tokio::sync::Mutex::new(inner),
            way,
        }))
    }
}

struct SimDelivery {
    job: Job,
    inner: tokio::sync::Mutex<Box<dyn Delivery>>,
    way: SimBus,
}

#[async_trait]
impl Delivery for SimDelivery {
    fn job(&self) -> &Job {
        &self.job
    }

    async fn ack(self: Box<Self>) -> Result<()> {
        self.way.answers().await?;
        if self.way.dice.chance(self.way.weather.rates().ack_lost) {
            return Err(BusError::Unknown("no answer".to_owned()));
        }
        self.inner.into_inner().ack().await
    }

    async fn retry(self: Box<Self>, delay: Duration) -> Result<()> {
        self.way.answers().await?;
        self.inner.into_inner().retry(delay).await
    }

    async fn in_progress(&self) -> Result<()> {
        self.way.answers().await?;
        self.inner.lock().await.in_progress().await
    }
}
