//! What the sources beside the agents told of a group over a time that is over.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::policy::Statistic;
use domain::{Group, Policy};

use super::Scaling;

/// A metric over some time.
pub(crate) struct Told {
    pub(crate) average: f64,
    pub(crate) maximum: f64,
    pub(crate) minimum: f64,
}

impl Scaling {
    /// Every metric that a group's policies look at beside what agents sample, each once, over the `window` that ended
    /// `ago`; not one of which nothing was told.
    pub(crate) fn told(
        &self,
        group: &Group,
        window: Duration,
        ago: Duration,
    ) -> impl Iterator<Item = (&Policy, Told)> {
        let policies = self.policies.of(group).unwrap_or_default().iter();
        let others = policies.filter(|policy| !policy.is_sampled());
        // By its metric, whichever policy asks for it.
        let metrics: BTreeMap<_, _> = others
            .map(|policy| ((&policy.source, &policy.metric), policy))
            .collect();
        let account = group.account.clone();
        metrics.into_values().filter_map(move |policy| {
            let figure = |statistic| {
                let figure = self.sources.figure(&account, policy, statistic, window, ago);
                figure.ok()
            };
            let told = Told {
                average: figure(Statistic::Average)?,
                maximum: figure(Statistic::Maximum)?,
                minimum: figure(Statistic::Minimum)?,
            };
            Some((policy, told))
        })
    }
}
