//! Jobs of one host and queue, pulled one by one: what waits in a receiver's memory would grow old there.

use std::time::Duration;

use async_nats::jetstream::message::Message as Pulled;
use async_nats::{Message, StatusCode, Subscriber};
use async_trait::async_trait;
use domain::HostName;
use futures_util::{FutureExt, StreamExt};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::core::{Core, consumer_name, finite, told, unavailable};
use super::delivery::{Held, discard, give_back};
use super::link::State;
use super::options::pause;
use crate::{Delivery, Jobs, Queue, Result};

/// How long the server keeps a request for a job. A stream that vanished without a word is noticed after it.
const PULL: Duration = Duration::from_secs(10);
/// For the server's word that a request ended.
const GRACE: Duration = Duration::from_secs(2);

/// A request for one job.
struct Request {
    /// Where the server says what becomes of it.
    reply: String,
    /// When it is certainly over.
    until: Instant,
}

/// What a wait brought.
enum Came {
    Job(Message),
    /// Nothing, and all is well.
    Nothing,
    /// The request is lost; why.
    Lost(String),
    Closed,
}

pub(super) struct Receiver {
    core: Core,
    host: HostName,
    queue: Queue,
    /// `None` only while it is dropped.
    inbox: Option<Subscriber>,
    address: String,
    link: watch::Receiver<State>,
    request: Option<Request>,
    asked: u64,
    /// Requests lost in a row.
    lost: usize,
}

impl Receiver {
    pub(super) async fn new(core: Core, host: HostName, queue: Queue) -> Result<Self> {
        let link = core.link.watch();
        core.ensure_consumer(&host, queue).await?;
        let address = core.client.new_inbox();
        let subscribing = core.client.subscribe(format!("{address}.*"));
        let inbox = finite(subscribing)
            .await?
            .map_err(|error| unavailable(told(&error)))?;
        Ok(Self {
            core,
            host,
            queue,
            inbox: Some(inbox),
            address,
            link,
            request: None,
            asked: 0,
            lost: 0,
        })
    }

    async fn ask(&mut self) -> Result<()> {
        self.core.connected()?;
        self.asked += 1;
        let reply = format!("{}.{}", self.address, self.asked);
        let stream = &self.core.options.prefix;
        let consumer = consumer_name(&self.host, self.queue);
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}");
        let terms = serde_json::json!({"batch": 1, "expires": PULL.as_nanos()}).to_string();
        let asking = self
            .core
            .client
            .publish_with_reply(subject, reply.clone(), terms.into());
        finite(asking).await?.map_err(|error| unavailable(told(&error)))?;
        let until = Instant::now() + PULL + GRACE;
        self.request = Some(Request { reply, until });
        Ok(())
    }

    /// Waits for a message. What it needs is kept in `self`, so that a wait that is given up loses nothing.
    async fn wait(&mut self) -> Came {
        let Some(inbox) = &mut self.inbox else {
            return Came::Closed;
        };
        if self.request.is_none() {
            // The answer to a request that was thought lost.
            if let Some(Some(message)) = inbox.next().now_or_never() {
                return self.sort(message);
            }
            if let Err(error) = self.ask().await {
                return Came::Lost(error.to_string());
            }
        }
        let until = self
            .request
            .as_ref()
            .map_or_else(Instant::now, |request| request.until);
        let Some(inbox) = &mut self.inbox else {
            return Came::Closed;
        };
        tokio::select! {
            biased;
            message = inbox.next() => match message {
                Some(message) => self.sort(message),
                None => Came::Closed,
            },
            changed = self.link.changed() => match changed {
                Ok(()) => self.end_request("the connection was away"),
                Err(_) => Came::Closed,
            },
            () = sleep_until(until) => self.end_request("the server is silent"),
        }
    }

    fn end_request(&mut self, why: &str) -> Came {
        self.request = None;
        Came::Lost(why.to_owned())
    }

    fn sort(&mut self, message: Message) -> Came {
        let Some(status) = message.status else {
            self.request = None;
            return Came::Job(message);
        };
        let current = |request: &Request| request.reply == message.subject.as_str();
        if !self.request.as_ref().is_some_and(current) {
            return Came::Nothing;
        }
        match status {
            StatusCode::IDLE_HEARTBEAT => Came::Nothing,
            StatusCode::NOT_FOUND | StatusCode::TIMEOUT => {
                self.request = None;
                Came::Nothing
            }
            _ => self.end_request(
                message
                    .description
                    .as_deref()
                    .unwrap_or("the consumer is missing"),
            ),
        }
    }

    /// Makes the consumer again, where it may be missing. The first time at once, then after growing pauses.
    async fn recover(&mut self, why: &str) {
        tracing::debug!(host = %self.host, queue = ?self.queue, why, "a request for jobs was lost");
        tokio::select! {
            () = sleep(pause(self.lost)) => {}
            _ = self.link.changed() => {}
        }
        self.lost = self.lost.saturating_add(1);
        if let Err(error) = self.core.ensure_consumer(&self.host, self.queue).await {
            tracing::debug!(host = %self.host, %error, "no jobs can be received yet");
        }
    }

    /// The delivery that a message is, unless it is none that anybody is to have.
    async fn judge(&mut self, message: Message) -> Option<Held> {
        let reply = message.reply.clone()?;
        let Ok(job) = serde_json::from_slice(&message.payload) else {
            tracing::warn!(host = %self.host, "a message in the stream of jobs is no job; it is removed");
            note(discard(&self.core, reply).await);
            return None;
        };
        let context = async_nats::jetstream::new(self.core.client.clone());
        let pulled = Pulled { message, context };
        let delivered = pulled
            .info()
            .map_or(1, |info| u64::try_from(info.delivered).unwrap_or(1));
        let mut held = Held {
            core: self.core.clone(),
            job,
            reply,
            delivered,
            ended: false,
        };
        if held.is_worn_out() {
            note(held.give_up().await);
            return None;
        }
        Some(held)
    }
}

/// What could not be removed comes again.
fn note(removed: Result<()>) {
    if let Err(error) = removed {
        tracing::debug!(%error, "a message could not be removed from the stream of jobs");
    }
}

#[async_trait]
impl Jobs for Receiver {
    async fn next(&mut self) -> Option<Box<dyn Delivery>> {
        loop {
            if self.core.link.is_closed() {
                return None;
            }
            match self.wait().await {
                Came::Job(message) => {
                    self.lost = 0;
                    if let Some(held) = self.judge(message).await {
                        return Some(Box::new(held));
                    }
                }
                Came::Nothing => self.lost = 0,
                Came::Lost(why) => self.recover(&why).await,
                Came::Closed => return None,
            }
        }
    }
}

impl Drop for Receiver {
    /// A job on its way to us is given back.
    fn drop(&mut self) {
        let (Some(mut inbox), Ok(runtime)) = (self.inbox.take(), Handle::try_current()) else {
            return;
        };
        let core = self.core.clone();
        runtime.spawn(async move {
            if inbox.unsubscribe().await.is_err() {
                return;
            }
            while let Some(message) = inbox.next().await {
                if let (None, Some(reply)) = (message.status, message.reply) {
                    give_back(&core, reply);
                }
            }
        });
    }
}
