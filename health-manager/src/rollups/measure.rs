//! What a minute of a group was.

use domain::policy::{AGENT, Metric};
use domain::{Group, InstanceId, Rolled, Rollup, Timestamp};
use planner::scaling::members;

use super::MINUTE;
use crate::manager::Manager;

/// Metrics of which a minute is kept, the agents' own included: all of them stay below what the store takes.
const MOST: usize = 32;
/// Digits that are kept of a figure: as many as samples have, and fewer than half of what a reader would have to keep.
const DIGITS: i32 = 6;

impl Manager {
    /// A group's minute, measured at `now`, when it is over.
    pub(super) fn measure(&self, group: &Group, minute: Timestamp, now: Timestamp) -> Rollup {
        let members: Vec<InstanceId> = members(group, now).map(|instance| instance.id).collect();
        let (ago, in_service) = (now.since(minute + MINUTE), count(members.len()));
        let sampled = Metric::ALL.into_iter().filter_map(|metric| {
            let summary = self
                .samples
                .summary(members.iter().copied(), metric, MINUTE, ago)?;
            Some(Rolled {
                source: AGENT.to_owned(),
                metric: metric.to_string(),
                reported: count(summary.reported),
                average: short(summary.average),
                maximum: short(summary.maximum),
                minimum: short(summary.minimum),
                sum: short(summary.sum),
            })
        });
        let told = self
            .scaling
            .told(group, MINUTE, ago)
            .map(|(policy, told)| Rolled {
                source: policy.source.clone(),
                metric: policy.metric.clone(),
                reported: in_service,
                average: short(told.average),
                maximum: short(told.maximum),
                minimum: short(told.minimum),
                sum: short(told.average),
            });
        Rollup {
            group: group.id,
            at: minute,
            desired: group.spec.desired_capacity,
            in_service,
            figures: sampled.chain(told).take(MOST).collect(),
        }
    }
}

fn count(instances: usize) -> u32 {
    u32::try_from(instances).unwrap_or(u32::MAX)
}

/// A figure to its first digits: it is written short then.
pub(super) fn short(figure: f64) -> f64 {
    if figure == 0.0 || !figure.is_finite() {
        return figure;
    }
    let places = DIGITS - 1 - figure.abs().log10().floor() as i32;
    let scale = 10_f64.powi(places.abs());
    let shortened = match places >= 0 {
        true => (figure * scale).round() / scale,
        false => (figure / scale).round() * scale,
    };
    // Where the scale is beyond what a number can be.
    match shortened.is_finite() {
        true => shortened,
        false => figure,
    }
}
