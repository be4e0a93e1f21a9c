//! What is kept of a window once it is over.

use std::time::Duration;

use domain::{InstanceId, Timestamp};

use crate::figure::part;
use crate::{Metric, Windows};

/// A metric of a group over a window, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Instances that have a sample in the window.
    pub reported: usize,
    /// The mean of the instances' means.
    pub average: f64,
    /// The highest sample.
    pub maximum: f64,
    /// The lowest sample.
    pub minimum: f64,
    /// The sum of the instances' means.
    pub sum: f64,
}

impl Summary {
    /// With an instance's samples; `self` is of those before it.
    fn with(so_far: Option<Self>, own: &[f64]) -> Option<Self> {
        let highest = own.iter().copied().reduce(f64::max);
        let lowest = own.iter().copied().reduce(f64::min);
        let (Some(highest), Some(lowest)) = (highest, lowest) else {
            return so_far;
        };
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        let (reported, sum, maximum, minimum) = match so_far {
            Some(s) => (s.reported, s.sum, s.maximum, s.minimum),
            None => (0, 0.0, highest, lowest),
        };
        let (reported, sum) = (reported + 1, sum + mean);
        Some(Self {
            reported,
            average: sum / reported as f64,
            maximum: maximum.max(highest),
            minimum: minimum.min(lowest),
            sum,
        })
    }
}

impl Windows {
    /// A metric of a group over the `window` that ended at `end`, as [`Windows::statistic`] has its figures.
    #[must_use]
    pub fn summary(
        &self,
        members: impl IntoIterator<Item = InstanceId>,
        metric: Metric,
        window: Duration,
        end: Timestamp,
    ) -> Option<Summary> {
        let (mut own, mut all) = (Vec::new(), None);
        for record in members {
            own.clear();
            own.extend(
                self.within(record, window, end)
                    .filter_map(|point| part(metric, point)),
            );
            all = Summary::with(all, &own);
        }
        all
    }
}
