//! At every commit: a record is lost only when its host was silent (I4), and returns cost nobody who is wanted (I2).

use std::time::Duration;

use domain::{Cause, Group, Instance, Phase};
use tokio::time::Instant;

use super::{Checks, State};

/// A host that is lost said nothing for `max_age_stale` and `lost_grace`, 45 s. A leader that stood still may count the
/// time in which it did not listen, as long as it does not find all other hosts silent by that, which takes 15 s; what
/// was late counts for a life of the agent that is over, for as long.
pub(super) const SILENT: Duration = Duration::from_secs(45 - 15 - 15);
/// From a decision to its commit, at most: the store answers late.
pub(super) const DECIDED: Duration = Duration::from_secs(40);

impl Checks {
    pub(super) fn check_losses(&self, state: &mut State, before: &Group, after: &Group) {
        for record in &after.instances {
            let was = before.instance(record.id);
            let was_lost = was.is_some_and(Instance::is_lost);
            if record.is_lost() && !was_lost {
                state.counts.lost += 1;
                state.lost.insert(record.id);
                self.check_silence(state, record);
            }
            let kept = record.lost.is_none() && was.is_some_and(|was| was.lost.is_some());
            if kept && matches!(record.phase, Phase::InService { .. }) {
                state.counts.kept += 1;
            }
            let ends = |i: &Instance| ends_by_return(&i.phase);
            state.counts.surplus += u64::from(ends(record) && !was.is_some_and(ends));
        }
        // Above the ceiling until one report and one stop after the return.
        let decided = |id: &domain::InstanceId| {
            after.instance(*id).is_some_and(|i| i.lost.is_none()) && after.occupied() <= max(after)
        };
        let ended = |id: &domain::InstanceId| before.instance(*id).is_some() && after.instance(*id).is_none();
        state.lost.retain(|id| !decided(id) && !ended(id));
    }

    fn check_silence(&self, state: &mut State, record: &Instance) {
        let Some(last) = state.heard.get(&record.host).copied() else {
            return;
        };
        let silent = Instant::now() - last;
        let again = state.spoke_again.get(&record.host);
        let was_silent = again.is_some_and(|again| Instant::now() - *again < DECIDED);
        if silent < SILENT && !was_silent {
            let what = format!(
                "{} is lost, and {} spoke {silent:?} ago",
                record.hostname, record.host
            );
            self.fail_in(state, "I4", &what);
        }
    }
}

fn max(group: &Group) -> usize {
    usize::try_from(group.spec.max_size).unwrap_or(usize::MAX)
}

/// Whether it ends because a lost host returned.
pub(super) fn ends_by_return(phase: &Phase) -> bool {
    matches!(
        phase,
        Phase::Terminating {
            cause: Cause::HostReturned,
            ..
        }
    )
}
