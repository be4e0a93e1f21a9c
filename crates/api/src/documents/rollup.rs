//! What a group's load was, minute by minute.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A minute of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rollup {
    /// When it began, in Unix seconds.
    pub at: i64,
    /// Desired capacity at its end.
    pub desired: u32,
    /// Instances in service and warmed up at its end.
    pub in_service: u32,
    /// What was measured; a metric of which nothing was heard is not there.
    pub figures: Vec<Rolled>,
}

/// A metric in a minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rolled {
    /// Where it comes from: `agent`, or a source that the configuration declares.
    #[schema(example = "agent")]
    pub source: String,
    /// The metric: of `agent` `CPU` and `MEM` in per cent, `NETWORK_IN` and `NETWORK_OUT` in bytes a second.
    #[schema(example = "CPU")]
    pub metric: String,
    /// Instances that told something.
    pub reported: u32,
    /// The mean of the instances' means.
    pub average: f64,
    /// The highest sample.
    pub maximum: f64,
    /// The lowest sample.
    pub minimum: f64,
    /// The load of the whole group: the sum of the instances' means; of a figure that is the group's, its mean.
    pub sum: f64,
}

impl From<&domain::Rollup> for Rollup {
    fn from(minute: &domain::Rollup) -> Self {
        Self {
            at: minute.at.seconds(),
            desired: minute.desired,
            in_service: minute.in_service,
            figures: minute.figures.iter().map(Rolled::from).collect(),
        }
    }
}

impl From<&domain::Rolled> for Rolled {
    fn from(figure: &domain::Rolled) -> Self {
        Self {
            source: figure.source.clone(),
            metric: figure.metric.clone(),
            reported: figure.reported,
            average: figure.average,
            maximum: figure.maximum,
            minimum: figure.minimum,
            sum: figure.sum,
        }
    }
}
