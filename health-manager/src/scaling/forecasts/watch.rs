//! What is to be forecast: what the predictive policies of started groups look at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::policy::Rule;
use domain::{GroupId, GroupState};
use planner::forecast::{Measure, Series};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::read::{Due, run};
use super::{Forecasts, Kept};
use crate::manager::Manager;

impl Forecasts {
    /// Whether readings can begin.
    fn is_free(&self) -> bool {
        self.reading.as_ref().is_none_or(AbortOnDropHandle::is_finished)
    }

    /// Takes what is to be read out.
    pub(super) fn take_due(&mut self) -> Vec<Due> {
        let now = Instant::now();
        let due = self.groups.iter_mut().filter(|(_, kept)| kept.due <= now);
        due.map(|(group, kept)| Due {
            group: *group,
            histories: kept.take(),
        })
        .collect()
    }
}

impl Kept {
    fn take(&mut self) -> BTreeMap<Measure, Series> {
        let mut histories = std::mem::take(&mut self.histories);
        histories.retain(|measure, _| self.measures.contains(measure));
        for measure in &self.measures {
            histories.entry(measure.clone()).or_default();
        }
        histories
    }
}

impl Manager {
    /// Takes in histories that were read, and begins to read those that are due.
    pub(in crate::scaling) fn watch_forecasts(&mut self) {
        let forecasts = &mut self.scaling.forecasts;
        // Whoever has ended has told all: asked in the other order, what was told last would be read again.
        let is_free = forecasts.is_free();
        forecasts.hear();
        let mut wanted: BTreeMap<GroupId, BTreeSet<Measure>> = BTreeMap::new();
        let started = |group: &&domain::Group| group.state == GroupState::Started && !group.deleted;
        let groups = match self.scaling.policies.any_predictive() {
            true => Some(self.cache.groups().filter(started)),
            false => None,
        };
        for group in groups.into_iter().flatten() {
            let policies = self.scaling.policies.of(group).unwrap_or_default();
            let predictive = policies
                .iter()
                .filter(|policy| matches!(policy.rule, Rule::Predictive(_)));
            for policy in predictive {
                wanted.entry(group.id).or_default().insert(Measure::of(policy));
            }
        }
        forecasts.follow(wanted);
        if !is_free {
            return;
        }
        let due = forecasts.take_due();
        if due.is_empty() {
            return;
        }
        let (store, clock) = (Arc::clone(&self.deps.store), Arc::clone(&self.deps.clock));
        let reading = run(store, clock, due, forecasts.tell.clone());
        forecasts.reading = Some(AbortOnDropHandle::new(tokio::spawn(reading)));
    }
}
