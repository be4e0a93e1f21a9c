//! The stream of jobs and its consumers, made by whoever needs them.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::context::CreateStreamErrorKind;
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType};
use domain::HostName;

use super::core::{Core, consumer_name, finite, told, unavailable};
use crate::{Queue, Result};

impl Core {
    /// Makes the stream, or makes it as the limits say.
    pub(super) async fn ensure_stream(&self) -> Result<()> {
        let limits = self.options.limits;
        let config = stream::Config {
            name: self.options.prefix.clone(),
            subjects: vec![self.subject("jobs.>")],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            discard: DiscardPolicy::New,
            discard_new_per_subject: true,
            max_messages_per_subject: limits.jobs.into(),
            max_messages: -1,
            max_bytes: -1,
            max_age: limits.job_age,
            duplicate_window: limits.remember,
            num_replicas: limits.replicas,
            ..stream::Config::default()
        };
        let name = &self.options.prefix;
        let failed = |why: String| unavailable(format!("stream {name}{}: {why}", kept(limits.replicas)));
        if let Some(found) = self.found().await? {
            if limits.replicas > 1 && is_alone(&found) {
                return Err(failed("the server is no cluster".to_owned()));
            }
            let (kept, ours) = (found.config.num_replicas, limits.replicas);
            if kept != ours {
                tracing::warn!(
                    stream = name,
                    "the stream of jobs is kept by {kept} servers, and nats.replicas is {ours}: changing it; all processes are to agree"
                );
            }
        }
        let making = self.stream.create_or_update_stream(config);
        let made = finite(making).await?;
        made.map(drop).map_err(|error| match error.kind() {
            CreateStreamErrorKind::JetStream(said)
                if said.error_code() == ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT =>
            {
                unavailable(self.options.login.told(&told(&error)))
            }
            _ => failed(told(&error)),
        })
    }

    /// The stream as it is, if somebody answers for it.
    async fn found(&self) -> Result<Option<stream::Info>> {
        let asking = self.stream.get_stream(&self.options.prefix);
        let found = finite(asking).await?;
        Ok(found.ok().map(|stream| stream.cached_info().clone()))
    }

    /// Makes the consumer of a queue, and the stream with it.
    pub(super) async fn ensure_consumer(&self, host: &HostName, queue: Queue) -> Result<()> {
        self.connected()?;
        self.ensure_stream().await?;
        let limits = self.options.limits;
        let name = consumer_name(host, queue);
        let config = pull::Config {
            durable_name: Some(name.clone()),
            filter_subject: self.job_subject(host, queue),
            ack_policy: AckPolicy::Explicit,
            ack_wait: limits.ack_wait,
            // Receivers count: a message that the server stops to deliver would stay in the stream.
            max_deliver: -1,
            max_ack_pending: limits.jobs.into(),
            ..pull::Config::default()
        };
        let stream = &self.options.prefix;
        let made = finite(self.stream.create_consumer_on_stream(config, stream)).await?;
        made.map_err(|error| unavailable(format!("consumer {name}: {}", told(&error))))?;
        Ok(())
    }
}

/// Whether a server that is no cluster has the stream: asked for copies when it is made such a server refuses, but it takes
/// the same for one that it has (2.9), keeps none, and drops the stream at its next start.
fn is_alone(found: &stream::Info) -> bool {
    let name = found.cluster.as_ref().and_then(|cluster| cluster.name.as_deref());
    name.is_none_or(str::is_empty)
}

/// What a server that is no cluster, or one of too few, cannot do: whoever reads of it is told what to change.
fn kept(replicas: usize) -> String {
    match replicas {
        1 => String::new(),
        _ => format!(", kept by {replicas} servers (nats.replicas)"),
    }
}
