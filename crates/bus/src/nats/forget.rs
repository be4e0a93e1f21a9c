//! Hosts that are gone for good.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::stream::{ConsumerErrorKind, PurgeErrorKind};
use domain::HostName;

use super::core::{Core, consumer_name, finite, told, unavailable};
use crate::{Queue, Result};

impl Core {
    /// Removes a host's consumers, and the jobs that wait for it. What is not there is gone already.
    pub(super) async fn forget(&self, host: &HostName) -> Result<()> {
        self.connected()?;
        for queue in Queue::ALL {
            self.forget_consumer(host, queue).await?;
            self.forget_jobs(host, queue).await?;
        }
        Ok(())
    }

    async fn forget_consumer(&self, host: &HostName, queue: Queue) -> Result<()> {
        let name = consumer_name(host, queue);
        let removing = self
            .stream
            .delete_consumer_from_stream(&name, &self.options.prefix);
        match finite(removing).await? {
            Ok(_) => Ok(()),
            Err(error) => match error.kind() {
                ConsumerErrorKind::JetStream(said) if is_missing(said.error_code()) => Ok(()),
                _ => Err(unavailable(format!("consumer {name}: {}", told(&error)))),
            },
        }
    }

    async fn forget_jobs(&self, host: &HostName, queue: Queue) -> Result<()> {
        let subject = self.job_subject(host, queue);
        let purging = async {
            let stream = self.stream.get_stream_no_info(&self.options.prefix).await;
            let stream = stream.map_err(|error| unavailable(told(&error)))?;
            match stream.purge().filter(&subject).await {
                Ok(_) => Ok(()),
                Err(error) => match error.kind() {
                    PurgeErrorKind::JetStream(said) if is_missing(said.error_code()) => Ok(()),
                    _ => Err(unavailable(format!("jobs of {subject}: {}", told(&error)))),
                },
            }
        };
        finite(purging).await?
    }
}

fn is_missing(code: ErrorCode) -> bool {
    [ErrorCode::CONSUMER_NOT_FOUND, ErrorCode::STREAM_NOT_FOUND].contains(&code)
}
