//! What is forecast, and where a minute tells it.

use domain::policy::Metric;
use domain::rollup::Rollup;
use domain::{Policy, Timestamp};

/// A metric of a source, as minutes name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    source: String,
    metric: String,
    /// Of instances, not of the group as a whole.
    sampled: bool,
}

impl Measure {
    /// What a policy looks at.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let sampled = policy.is_sampled();
        let known = policy.metric.parse::<Metric>().ok().filter(|_| sampled);
        Self {
            source: policy.source.clone(),
            metric: known.map_or_else(|| policy.metric.clone(), |metric| metric.to_string()),
            sampled,
        }
    }

    /// Its source, as policies name it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its name.
    #[must_use]
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// Whether it is of instances, not of the group as a whole.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// The load of the whole group in a minute. Instances that told nothing are taken for as loaded as the others.
    #[must_use]
    pub fn load(&self, minute: &Rollup) -> Option<(Timestamp, f64)> {
        let rolled = minute.of(&self.source, &self.metric)?;
        let load = match self.sampled {
            true => rolled.average * f64::from(rolled.reported.max(minute.in_service)),
            false => rolled.average,
        };
        Some((minute.at, load))
    }
}
