//! Whether jobs can be sent and taken.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use serde_json::Value;
use tokio::time::timeout;

use super::core::{Core, finite, told, unavailable};
use crate::{BusError, Result};

/// For whoever leads the stream to answer: those who ask wait for 2 s, and are to hear what is wrong.
const STREAM_WITHIN: Duration = Duration::from_millis(1_500);

impl Core {
    /// Asks for the stream, which is made where it is missing. Its leader answers, and nobody does where that is away: then
    /// the account is asked for, so that it is known whom we wait for.
    pub(super) async fn ping(&self) -> Result<()> {
        self.connected()?;
        let asking = self.asked(format!("$JS.API.STREAM.INFO.{}", self.options.prefix));
        let Ok(answer) = timeout(STREAM_WITHIN, asking).await else {
            let account = self.asked("$JS.API.INFO".to_owned()).await?;
            return Err(refusal(&account).unwrap_or_else(|| self.leaderless()));
        };
        let answer = answer?;
        let code = answer.pointer("/error/err_code").and_then(Value::as_u64);
        if code == Some(ErrorCode::STREAM_NOT_FOUND.0) {
            return self.ensure_stream().await;
        }
        match refusal(&answer) {
            Some(error) => Err(error),
            None if is_led(&answer) => Ok(()),
            None => Err(self.leaderless()),
        }
    }

    /// The answer to a question without a text, raw: its form differs between servers.
    async fn asked(&self, subject: String) -> Result<Value> {
        let asking = self.client.request(subject, "".into());
        let answer = finite(asking).await?.map_err(|error| unavailable(told(&error)))?;
        serde_json::from_slice(&answer.payload).map_err(unavailable)
    }

    fn leaderless(&self) -> BusError {
        let why = match self.options.limits.replicas {
            1 => "the server that keeps it is away",
            _ => "too many of the servers that keep it are away, or they choose one",
        };
        let name = &self.options.prefix;
        unavailable(format!("stream {name} has no leader: {why} (nats.replicas)"))
    }
}

fn refusal(answer: &Value) -> Option<BusError> {
    let error = answer.get("error")?;
    Some(unavailable(format!("JetStream: {error}")))
}

/// Whether the stream has a leader; one of a server that is no cluster needs none.
fn is_led(answer: &Value) -> bool {
    let said = |pointer| answer.pointer(pointer).and_then(Value::as_str);
    let filled = |text: &&str| !text.is_empty();
    let clustered = said("/cluster/name").filter(filled).is_some();
    !clustered || said("/cluster/leader").filter(filled).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stream_of_a_cluster_needs_a_leader() {
        for (answer, led) in [
            (json!({"config": {}}), true),
            (json!({"cluster": {"leader": "n1"}}), true),
            (json!({"cluster": {}}), true),
            (json!({"cluster": {"name": "", "replicas": []}}), true),
            (json!({"cluster": {"name": "c", "leader": "n1"}}), true),
            (json!({"cluster": {"name": "c", "leader": ""}}), false),
            (json!({"cluster": {"name": "c", "replicas": []}}), false),
        ] {
            assert_eq!(is_led(&answer), led, "{answer}");
        }
    }
}
