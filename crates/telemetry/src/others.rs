//! What the other processes of a distributed service told of themselves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::status::{ComponentState, ComponentStatus, Snapshot};

/// A process tells every few seconds; one that told nothing for this long may be gone.
const SILENT_AFTER: Duration = Duration::from_secs(10);
/// What was not heard of for this long is not shown any more; one that stopped in order, after a tenth of it.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

#[derive(Clone, Debug, Default)]
pub(crate) struct Others(Arc<Mutex<BTreeMap<String, Told>>>);

#[derive(Debug)]
struct Told {
    at: Instant,
    snapshot: Snapshot,
}

impl Others {
    pub(crate) fn heard(&self, process: &str, snapshot: Snapshot) {
        let at = Instant::now();
        let mut others = self.lock();
        others.retain(|_, told| !told.is_forgotten(at));
        others.insert(process.to_owned(), Told { at, snapshot });
    }

    /// Joins what the others told to `own`. Rounds and hosts are the newest leader's.
    pub(crate) fn with(&self, mut own: Snapshot) -> Snapshot {
        let now = Instant::now();
        for (process, told) in self.lock().iter().filter(|(_, told)| !told.is_forgotten(now)) {
            let silent = now.duration_since(told.at);
            let shown = |component: &ComponentStatus| shown(component, process, silent);
            own.components.extend(told.snapshot.components.iter().map(shown));
            if silent <= SILENT_AFTER && rank(&told.snapshot) > rank(&own) {
                own.rounds.clone_from(&told.snapshot.rounds);
                own.hosts.clone_from(&told.snapshot.hosts);
            }
        }
        own
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn is_forgotten(&self, now: Instant) -> bool {
        let mut components = self.snapshot.components.iter();
        let ended = components.all(|component| component.state == ComponentState::Stopped);
        let after = if ended {
            FORGOTTEN_AFTER / 10
        } else {
            FORGOTTEN_AFTER
        };
        now.duration_since(self.at) > after
    }
}

fn shown(component: &ComponentStatus, process: &str, silent: Duration) -> ComponentStatus {
    let mut shown = component.clone();
    let place = format!("process {process}");
    shown.message = match shown.message.as_str() {
        "" => place,
        message => format!("{message} ({place})"),
    };
    if silent > SILENT_AFTER && shown.state != ComponentState::Stopped {
        shown.state = ComponentState::Degraded;
        shown.message = format!("not heard of for {} s; {}", silent.as_secs(), shown.message);
    }
    shown
}

/// The newest leadership first, of one its last round.
fn rank(snapshot: &Snapshot) -> Option<(u64, i64)> {
    snapshot.rounds.as_ref().map(|round| (round.epoch, round.at))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::status::RoundStatus;

    fn told(name: &str, state: ComponentState, epoch: Option<u64>) -> Snapshot {
        let component = ComponentStatus {
            name: name.to_owned(),
            state,
            since: 1,
            message: String::new(),
        };
        Snapshot {
            components: vec![component],
            hosts: Vec::new(),
            rounds: epoch.map(|epoch| RoundStatus {
                epoch,
                ..RoundStatus::default()
            }),
        }
    }

    fn age(others: &Others, process: &str, by: Duration) {
        let mut others = others.lock();
        let told = others.get_mut(process).unwrap();
        told.at = told.at.checked_sub(by).unwrap();
    }

    #[test]
    fn the_newest_leader_that_still_speaks_tells_the_rounds() {
        let others = Others::default();
        for (process, epoch) in [("a", Some(2)), ("b", Some(3)), ("c", None)] {
            others.heard(process, told("health-manager", ComponentState::Running, epoch));
        }
        let own = || told("asg-controller", ComponentState::Running, None);
        assert_eq!(others.with(own()).rounds.unwrap().epoch, 3);
        age(&others, "b", Duration::from_secs(11));
        let seen = others.with(own());
        assert_eq!(seen.rounds.as_ref().unwrap().epoch, 2);
        let states: Vec<_> = seen.components.iter().map(|c| c.state).collect();
        use ComponentState::{Degraded, Running};
        assert_eq!(states, [Running, Running, Degraded, Running]);
        assert!(
            seen.components[2].message.contains("not heard of for 11 s"),
            "{seen:?}"
        );
    }

    #[test]
    fn what_stopped_in_order_is_shown_for_a_minute_and_the_rest_for_ten() {
        let others = Others::default();
        others.heard("stopped", told("worker-stop", ComponentState::Stopped, None));
        others.heard("killed", told("worker-launch", ComponentState::Running, None));
        for process in ["stopped", "killed"] {
            age(&others, process, Duration::from_secs(61));
        }
        let names = |seen: Snapshot| seen.components.into_iter().map(|c| c.name).collect::<Vec<_>>();
        assert_eq!(names(others.with(Snapshot::default())), ["worker-launch"]);
        age(&others, "killed", Duration::from_secs(600));
        assert!(names(others.with(Snapshot::default())).is_empty());
    }
}
