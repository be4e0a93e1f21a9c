//! What a group's load was, minute by minute: what forecasts are made from, and policies are tried on.

use serde::{Deserialize, Serialize};

use crate::{GroupId, Timestamp};

/// A minute of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollup {
    /// The group.
    pub group: GroupId,
    /// When the minute began: a multiple of [`Rollup::MINUTE_MS`].
    pub at: Timestamp,
    /// Desired capacity at its end.
    pub desired: u32,
    /// Instances in service and warmed up at its end: those that the figures are of.
    pub in_service: u32,
    /// What was measured; a metric of which nothing was heard is not there.
    pub figures: Vec<Rolled>,
}

impl Rollup {
    /// A minute, in milliseconds.
    pub const MINUTE_MS: i64 = 60_000;

    /// The beginning of the minute that a time is in.
    #[must_use]
    pub fn minute_of(at: Timestamp) -> Timestamp {
        Timestamp::from_millis(at.millis().div_euclid(Self::MINUTE_MS) * Self::MINUTE_MS)
    }

    /// What was measured of a metric of a source.
    #[must_use]
    pub fn of(&self, source: &str, metric: &str) -> Option<&Rolled> {
        let mut figures = self.figures.iter();
        figures.find(|figure| figure.source == source && figure.metric == metric)
    }
}

/// A metric in a minute. What is of a group as a whole has the same sum as average.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rolled {
    /// Where it comes from, as policies name it: [`crate::policy::AGENT`] or a declared source.
    pub source: String,
    /// The metric, as [`crate::policy::Metric`] shows it or as the policies of the source name it.
    pub metric: String,
    /// Instances that told something.
    pub reported: u32,
    /// The mean of the instances' means.
    pub average: f64,
    /// The highest sample.
    pub maximum: f64,
    /// The lowest sample.
    pub minimum: f64,
    /// The sum of the instances' means: the load of the whole group.
    pub sum: f64,
}
