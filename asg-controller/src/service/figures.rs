//! Figures that accounts tell: handed to the health manager, and kept nowhere else.

use domain::{AccountName, Message};

use super::{NUDGE_WITHIN, Service};
use crate::MetricSource;
use crate::error::{Refusal, Result};

/// Characters of a metric's name at most, as a policy may have it.
const NAME: usize = 64;

impl Service {
    /// Tells the health manager a figure of an account's own. A figure may be lost: the next one replaces it.
    pub(crate) async fn push(
        &self,
        account: AccountName,
        source: String,
        metric: String,
        value: f64,
    ) -> Result<()> {
        match self.settings().metric_sources.get(&source) {
            Some(MetricSource::Push) => {}
            Some(MetricSource::Prometheus | MetricSource::Http) => {
                let problem = format!("source {source} takes no figures: its type is not push");
                return Err(Refusal::Conflict(problem));
            }
            None => return Err(Refusal::not_found("metric source", &source)),
        }
        if metric.chars().count() > NAME || metric.chars().any(char::is_control) {
            let problem = format!("{metric:?} is not a name of at most {NAME} characters");
            return Err(Refusal::field("metric", problem));
        }
        let figure = Message::Figure {
            account,
            source,
            metric,
            value,
        };
        let sent = tokio::time::timeout(NUDGE_WITHIN, self.deps.bus.publish(&figure)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Refusal::Unavailable(format!(
                "the figure was not handed on: {error}"
            ))),
            Err(_) => Err(Refusal::Unavailable(
                "the figure was not handed on in time".to_owned(),
            )),
        }
    }
}
