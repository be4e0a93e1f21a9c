//! The connection and the stream of jobs: what senders and receivers have in common.

use std::future::Future;

use async_nats::connection::State;
use async_nats::jetstream::context::{Context, ContextBuilder, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::{Client, ConnectErrorKind, RequestErrorKind};
use domain::{HostName, Job};
use serde::Serialize;
use tokio::time::timeout;

use super::link::Link;
use super::options::{NatsOptions, PATIENCE};
use crate::{BusError, Queue, Result};

/// A connected client, cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Core {
    pub(super) client: Client,
    pub(super) link: Link,
    pub(super) options: NatsOptions,
    pub(super) stream: Context,
}

pub(super) fn unavailable(error: impl ToString) -> BusError {
    BusError::Unavailable(error.to_string())
}

fn word(queue: Queue) -> &'static str {
    match queue {
        Queue::Launch => "launch",
        Queue::Stop => "stop",
    }
}

/// A host's name as one token of a subject: it may have dots, and never has `=`.
fn token(host: &HostName) -> String {
    host.as_str().replace('.', "=")
}

/// A host's consumer of a queue; short, for the server takes 255 characters and host names have up to 253.
pub(super) fn consumer_name(host: &HostName, queue: Queue) -> String {
    let letter = match queue {
        Queue::Launch => 'l',
        Queue::Stop => 's',
    };
    format!("{}-{letter}", token(host))
}

pub(super) fn payload(item: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(item).map_err(unavailable)
}

impl Core {
    pub(super) async fn connect(options: NatsOptions) -> Result<Self> {
        let link = Link::new();
        let addresses = options.addresses()?;
        let connecting = options.for_client(&addresses, link.clone())?;
        // Those that are away may each keep us waiting, and are asked one after the other.
        let servers = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        let within = PATIENCE.saturating_mul(servers.saturating_add(1));
        let client = timeout(within, connecting.connect(addresses))
            .await
            .map_err(|_| unavailable("no NATS server answered in time"))?
            .map_err(|error| match error.kind() {
                ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                    unavailable(options.login.told(&told(&error)))
                }
                _ => unavailable(told(&error)),
            })?;
        let version = client.server_info().version;
        if !client.is_server_compatible(2, 9, 0) {
            return Err(unavailable(format!(
                "NATS server {version}: 2.9.0 or newer is needed"
            )));
        }
        let stream = ContextBuilder::new()
            .timeout(PATIENCE)
            .ack_timeout(PATIENCE)
            .build(client.clone());
        Ok(Self {
            client,
            link,
            options,
            stream,
        })
    }

    pub(super) fn subject(&self, topic: &str) -> String {
        format!("{}.{topic}", self.options.prefix)
    }

    pub(super) fn job_subject(&self, host: &HostName, queue: Queue) -> String {
        self.subject(&format!("jobs.{}.{}", token(host), word(queue)))
    }

    /// Refuses what could only wait in this process.
    pub(super) fn connected(&self) -> Result<()> {
        if self.link.is_closed() {
            return Err(unavailable("it is closed"));
        }
        match self.client.connection_state() {
            State::Connected => Ok(()),
            State::Pending | State::Disconnected => Err(unavailable("no connection to the NATS server")),
        }
    }

    /// Publishes on a core subject: a hint, nobody confirms it.
    pub(super) async fn tell(&self, topic: &str, item: &impl Serialize) -> Result<()> {
        self.connected()?;
        let telling = self.client.publish(self.subject(topic), payload(item)?.into());
        finite(telling).await?.map_err(|error| unavailable(told(&error)))
    }

    /// Returns when the server has taken all that was sent on this connection.
    pub(super) async fn round_trip(&self) -> Result<()> {
        self.connected()?;
        let subject = self.subject("round-trip");
        match finite(self.client.request(subject, "".into())).await? {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == RequestErrorKind::NoResponders => Ok(()),
            Err(error) => Err(unavailable(told(&error))),
        }
    }

    /// Puts a job into the stream, which is made where it is missing.
    pub(super) async fn put(&self, job: &Job) -> Result<()> {
        self.connected()?;
        match self.put_once(job).await? {
            Stored::Yes => Ok(()),
            Stored::NoStream => {
                self.ensure_stream().await?;
                match self.put_once(job).await? {
                    Stored::Yes => Ok(()),
                    Stored::NoStream => Err(unavailable("the stream of jobs is not ready")),
                }
            }
        }
    }

    async fn put_once(&self, job: &Job) -> Result<Stored> {
        let message = PublishMessage::build()
            .message_id(job.message_id())
            .payload(payload(job)?.into());
        let subject = self.job_subject(&job.host, Queue::of(job));
        let sending = async { self.stream.send_publish(subject, message).await?.await };
        match finite(sending).await? {
            Ok(_) => Ok(Stored::Yes),
            Err(error) => match error.kind() {
                PublishErrorKind::StreamNotFound => Ok(Stored::NoStream),
                PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => {
                    Err(BusError::Unknown(told(&error)))
                }
                // The server said no.
                _ => Err(unavailable(told(&error))),
            },
        }
    }
}

enum Stored {
    Yes,
    NoStream,
}

/// The client waits for ever where its own queue is full.
pub(super) async fn finite<T>(call: impl Future<Output = T>) -> Result<T> {
    let late = || BusError::Unknown("the NATS server did not answer in time".to_owned());
    timeout(PATIENCE * 2, call).await.map_err(|_| late())
}

/// An error and its causes, once each.
pub(super) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    // The client's own errors tell their cause already, and some nothing but their cause.
    let half = text.len().saturating_sub(2) / 2;
    if let Some((first, rest)) = text.split_at_checked(half)
        && rest.strip_prefix(": ") == Some(first)
    {
        text = first.to_owned();
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
