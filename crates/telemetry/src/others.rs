//! What the other processes of a distributed service told of themselves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::shared::Shared;
use crate::status::{ComponentState, ComponentStatus, Snapshot};

/// The process that is asked, where it names those that say something.
const HERE: &str = "this controller";

/// A process tells every few seconds; one that told nothing for this long may be gone.
const SILENT_AFTER: Duration = Duration::from_secs(10);
/// What was not heard of for this long is not shown any more; one that stopped in order, after a tenth of it.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

#[derive(Clone, Debug, Default)]
pub(crate) struct Others(Arc<Mutex<BTreeMap<String, Told>>>);

#[derive(Debug)]
struct Told {
    /// When it was heard of first.
    since: Instant,
    /// When it was heard of last.
    at: Instant,
    snapshot: Snapshot,
}

impl Others {
    pub(crate) fn heard(&self, process: &str, snapshot: Snapshot) {
        let at = Instant::now();
        let mut others = self.lock();
        others.retain(|_, told| !told.is_forgotten(at));
        let since = others.get(process).map_or(at, |told| told.since);
        others.insert(process.to_owned(), Told { since, at, snapshot });
    }

    /// Joins what the others told to `own`. Rounds and hosts are the newest leader's.
    pub(crate) fn with(&self, mut own: Snapshot) -> Snapshot {
        let (now, others) = (Instant::now(), self.lock());
        let counts = |process: &str, told: &Told| {
            let follows = |(other, by): (&String, &Told)| same_place(other, process) && by.succeeds(told);
            let speaks = now.duration_since(told.at) <= SILENT_AFTER;
            speaks || !(told.is_forgotten(now) || others.iter().any(follows))
        };
        let mut shared = Shared::default();
        own.components = shared.sort_out(own.components, HERE);
        for (process, told) in others.iter().filter(|(process, told)| counts(process, told)) {
            let silent = now.duration_since(told.at);
            let is_word = silent <= SILENT_AFTER && !told.has_ended();
            let all = told.snapshot.components.clone();
            // Of a server, who is silent or ended says nothing any more.
            let alone = match is_word {
                true => shared.sort_out(all, process),
                false => Shared::default().sort_out(all, process),
            };
            let shown = |component: &ComponentStatus| told.shown(component, process, silent);
            own.components.extend(alone.iter().map(shown));
            if silent <= SILENT_AFTER && rank(&told.snapshot) > rank(&own) {
                own.rounds.clone_from(&told.snapshot.rounds);
                own.hosts.clone_from(&told.snapshot.hosts);
            }
        }
        own.components.extend(shared.rows());
        own
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// A component stops only as its process ends, and what else the process told of ends with it.
    fn has_ended(&self) -> bool {
        let mut components = self.snapshot.components.iter();
        components.any(|component| component.state == ComponentState::Stopped)
    }

    fn is_forgotten(&self, now: Instant) -> bool {
        let after = if self.has_ended() {
            FORGOTTEN_AFTER / 10
        } else {
            FORGOTTEN_AFTER
        };
        now.duration_since(self.at) > after
    }

    /// Whether it came after the last word of `other` and tells of all that `other` told of: of two agents on a machine
    /// that serve different hosts neither is the other's successor.
    fn succeeds(&self, other: &Self) -> bool {
        let tells = |name: &str| self.snapshot.components.iter().any(|known| known.name == name);
        self.since > other.at && other.snapshot.components.iter().all(|old| tells(&old.name))
    }

    fn shown(&self, component: &ComponentStatus, process: &str, silent: Duration) -> ComponentStatus {
        let mut shown = component.clone();
        let place = format!("process {process}");
        shown.message = match shown.message.as_str() {
            "" => place,
            message => format!("{message} ({place})"),
        };
        if self.has_ended() {
            shown.state = ComponentState::Stopped;
        } else if silent > SILENT_AFTER {
            shown.state = ComponentState::Degraded;
            shown.message = format!("not heard of for {} s; {}", silent.as_secs(), shown.message);
        }
        shown
    }
}

/// Whether two processes are of one program on one machine: their names differ in the process's id alone.
fn same_place(one: &str, other: &str) -> bool {
    let place = |process| str::rsplit_once(process, '/').map(|(place, _)| place);
    place(one).is_some() && place(one) == place(other)
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
        told.since = told.since.min(told.at);
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

    fn also(mut told: Snapshot, name: &str, state: ComponentState) -> Snapshot {
        told.components.extend(self::told(name, state, None).components);
        told
    }

    fn seen(others: &Others) -> Vec<(String, ComponentState)> {
        let components = others.with(Snapshot::default()).components;
        components.into_iter().map(|c| (c.name, c.state)).collect()
    }

    #[test]
    fn with_its_own_component_all_of_a_process_has_stopped() {
        use ComponentState::{Degraded, Running, Stopped};
        let others = Others::default();
        let ended = also(told("host-agent@vm", Stopped, None), "engine@vm", Degraded);
        others.heard("host-agent@node1/7", ended);
        others.heard("worker-launch@node1/8", told("worker-launch@vm", Running, None));
        age(&others, "host-agent@node1/7", Duration::from_secs(11));
        let stopped = |name: &str| (name.to_owned(), Stopped);
        assert_eq!(
            seen(&others)[..2],
            [stopped("host-agent@vm"), stopped("engine@vm")]
        );
        age(&others, "host-agent@node1/7", Duration::from_secs(50));
        assert_eq!(seen(&others), [("worker-launch@vm".to_owned(), Running)]);
    }

    #[test]
    fn a_silent_process_counts_until_its_successor_speaks() {
        use ComponentState::{Degraded, Running};
        let agent = |host: &str| {
            also(
                told(&format!("host-agent@{host}"), Running, None),
                &format!("engine@{host}"),
                Running,
            )
        };
        let both = |host: &str, state| {
            [format!("host-agent@{host}"), format!("engine@{host}")].map(|name| (name, state))
        };
        let others = Others::default();
        others.heard("host-agent@node1/7", agent("a"));
        age(&others, "host-agent@node1/7", Duration::from_secs(11));
        assert_eq!(seen(&others), both("a", Degraded), "nobody came after it");
        for (process, host) in [("host-agent@node1/8", "b"), ("host-agent@node2/7", "a")] {
            others.heard(process, agent(host));
        }
        assert_eq!(
            seen(&others)[..2],
            both("a", Degraded),
            "another host's, another machine's"
        );
        others.heard("host-agent@node1/9", agent("a"));
        let after = [both("b", Running), both("a", Running), both("a", Running)].concat();
        assert_eq!(seen(&others), after);
    }

    #[test]
    fn a_server_of_all_is_told_once_and_not_by_who_is_silent() {
        use ComponentState::{Degraded, Running};
        let others = Others::default();
        for (process, store) in [
            ("a@node1/7", Running),
            ("b@node1/8", Running),
            ("c@node1/9", Degraded),
        ] {
            let name = process.split('@').next().unwrap();
            others.heard(process, also(told(name, Running, None), "store", store));
        }
        let own = also(told("controller", Running, None), "store", Running);
        let names = |seen: &Snapshot| seen.components.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let seen = others.with(own.clone());
        assert_eq!(names(&seen), ["controller", "a", "b", "c", "store", "store"]);
        assert_eq!(
            seen.components[4].message,
            "seen by this controller, a@node1/7, b@node1/8"
        );
        assert_eq!(seen.components[5].message, "seen by c@node1/9");
        age(&others, "c@node1/9", Duration::from_secs(11));
        let seen = others.with(own);
        assert_eq!(names(&seen), ["controller", "a", "b", "c", "store"]);
        assert_eq!(seen.components[4].message, "");
    }

    #[test]
    fn of_two_that_were_there_together_neither_is_the_others_successor() {
        let others = Others::default();
        for process in ["health-manager@node1/7", "health-manager@node1/8"] {
            others.heard(process, told("health-manager", ComponentState::Running, None));
        }
        age(&others, "health-manager@node1/7", Duration::from_secs(11));
        let mut known = others.lock();
        for told in known.values_mut() {
            told.since = told.since.checked_sub(Duration::from_secs(60)).unwrap();
        }
        drop(known);
        assert_eq!(seen(&others)[0].1, ComponentState::Degraded);
        assert_eq!(seen(&others).len(), 2);
    }
}
