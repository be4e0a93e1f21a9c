//! Where policies look: the samples of a group's own instances, the figures of other sources, and
//! forecasts.

use std::time::Duration;

use domain::{Group, InstanceId, Policy, Timestamp};
use planner::forecast::Forecast;
use planner::scaling::{Look, Seen, members};

use super::forecasts::Forecasts;
use super::sources::Sources;
use crate::samples::Samples;

/// Agents sample this often at most.
const INTERVAL: Duration = Duration::from_secs(1);

/// A group's samples, and the figures that its account sees.
pub(super) struct Sampled<'a> {
    samples: &'a Samples,
    sources: &'a Sources,
    forecasts: &'a Forecasts,
    group: &'a Group,
    members: Vec<InstanceId>,
    now: Timestamp,
}

impl<'a> Sampled<'a> {
    pub(super) fn of(
        group: &'a Group,
        samples: &'a Samples,
        (sources, forecasts): (&'a Sources, &'a Forecasts),
        now: Timestamp,
    ) -> Self {
        let members = members(group, now).map(|instance| instance.id).collect();
        Self {
            samples,
            sources,
            forecasts,
            group,
            members,
            now,
        }
    }
}

impl Look for Sampled<'_> {
    fn look(&self, policy: &Policy, window: Duration, end: Timestamp) -> Result<Seen, String> {
        if !policy.is_sampled() {
            let ago = self.now.since(end);
            let value = self.sources.look(&self.group.account, policy, window, ago)?;
            // The figure is of the group as a whole, whoever of it is measured.
            let reported = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
            let whole = self.sources.covers(&self.group.account, policy, window, ago);
            return Ok(Seen {
                value,
                reported,
                whole,
            });
        }
        let metric = policy.metric.parse().map_err(|e| format!("metric {e}"))?;
        let statistic = policy.statistic.parse().map_err(|e| format!("statistic {e}"))?;
        if self.members.is_empty() {
            return Err("no instance is in service and warmed up".to_owned());
        }
        let ago = self.now.since(end);
        let members = self.members.iter().copied();
        let reading = self.samples.statistic(members, metric, statistic, window, ago);
        let reading = reading.ok_or_else(|| {
            let seconds = window.as_secs();
            let none = match self.members.len() {
                1 => "the only instance that counts reported nothing".to_owned(),
                expected => format!("none of {expected} instances reported"),
            };
            match ago.as_secs() {
                0 => format!("{none} within {seconds} s"),
                ago => format!("{none} in the {seconds} s before {ago} s ago"),
            }
        })?;
        Ok(Seen {
            value: reading.value,
            reported: u32::try_from(reading.reported).unwrap_or(u32::MAX),
            whole: self.samples.covers(&reading, window, ago),
        })
    }

    fn forecast(&self, policy: &Policy, ahead: Duration) -> Result<Forecast, String> {
        self.forecasts.look(self.group.id, policy, self.now, ahead)
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }
}
