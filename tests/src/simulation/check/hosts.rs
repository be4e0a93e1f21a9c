//! What operators said of hosts, and that it is obeyed: nothing ends for a word that was not said, nothing is written
//! off of a host that its leader hears (I4), and at rest drained hosts are empty and removed ones forgotten (I2).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{
    Cause, FromHost, Group, Host, HostName, HostState, Incarnation, Instance, InstanceId, Message, Phase,
};
use tokio::time::Instant;

use super::super::life::Life;
use super::losses::DECIDED;
use super::rest::Unrest;
use super::{Checks, Kept, State, lives};

/// A removed host that said nothing for so long is given up: `max_age_stale`.
const STALE: Duration = Duration::from_secs(15);

/// The hosts as the store has them, and what was said of them.
#[derive(Default)]
pub struct Hosts {
    stored: BTreeMap<HostName, HostState>,
    said: BTreeSet<(HostName, &'static str)>,
    forgotten: BTreeMap<HostName, Instant>,
    /// Records that ended without anybody having seen their containers end.
    pub written_off: BTreeSet<InstanceId>,
    /// What arrived at each leader from each host.
    ears: BTreeMap<(String, HostName), Ear>,
}

struct Ear {
    life: Incarnation,
    at: Instant,
    /// When something arrived after a silence that was long enough.
    again: Option<Instant>,
}

fn word(state: HostState) -> &'static str {
    match state {
        HostState::Active => "active",
        HostState::Cordoned => "cordoned",
        HostState::Draining => "draining",
        HostState::Removed => "removed",
    }
}

impl Hosts {
    fn was(&self, host: &HostName, state: HostState) -> bool {
        self.said.contains(&(host.clone(), word(state)))
    }

    /// How a host takes part, if it is known.
    pub(super) fn part(&self, host: &HostName) -> Option<HostState> {
        self.stored.get(host).copied()
    }

    /// Whether what records say of a host's instances is what is wanted.
    pub(super) fn keeps(&self, host: &HostName) -> bool {
        !matches!(self.part(host), Some(HostState::Draining | HostState::Removed))
    }

    /// Whether a leader may give up what is on a host: it was removed, and told him nothing.
    fn may_write_off(&self, life: &Life, host: &HostName) -> bool {
        let unheard = self
            .ears
            .get(&(life.name.clone(), host.clone()))
            .is_none_or(|ear| {
                ear.at.elapsed() >= STALE || ear.again.is_some_and(|again| again.elapsed() < DECIDED)
            });
        self.was(host, HostState::Removed) && unheard
    }

    /// Whether of a host's containers without a record so many run that a person is asked.
    pub(super) fn asks(&self, host: &HostName, running: usize, of: usize) -> bool {
        self.was(host, HostState::Removed) && running > 2 && running * 100 > of * 20
    }
}

impl Checks {
    /// The store took a host as its agent registered it.
    pub fn registered(&self, host: &Host) {
        let hosts = &mut self.state().hosts;
        hosts.stored.entry(host.name.clone()).or_insert(host.state);
    }

    /// The store took an operator's word.
    pub fn ordered(&self, host: &HostName, set: Option<HostState>) {
        let hosts = &mut self.state().hosts;
        if let Some(state) = set {
            hosts.stored.insert(host.clone(), state);
            hosts.said.insert((host.clone(), word(state)));
        }
    }

    /// The store dropped a host.
    pub fn forgotten(&self, host: &HostName) {
        let mut state = self.state();
        if state.hosts.stored.remove(host).is_some() {
            state.counts.forgotten += 1;
        }
        state.hosts.forgotten.insert(host.clone(), Instant::now());
        if !state.hosts.was(host, HostState::Removed) {
            let what = format!("{host} was forgotten, and nobody had removed it");
            self.fail_in(&mut state, "I4", &what);
        }
    }

    /// Whether the store dropped a host since.
    #[must_use]
    pub fn forgotten_since(&self, host: &HostName, since: Instant) -> bool {
        let state = self.state();
        let last = state.hosts.forgotten.get(host);
        last.is_some_and(|last| *last >= since)
    }

    /// Something that a host says arrived.
    pub fn told(&self, life: &Life, message: &Message) {
        let Message::Host {
            stamp,
            body: FromHost::Report { .. } | FromHost::Event(_),
        } = message
        else {
            return;
        };
        let (at, life_of_agent) = (Instant::now(), stamp.incarnation);
        let ears = &mut self.state().hosts.ears;
        let ear = ears
            .entry((life.name.clone(), stamp.host.clone()))
            .or_insert(Ear {
                life: life_of_agent,
                at,
                again: None,
            });
        let silent = ear.at.elapsed() >= STALE;
        // Of a life of the agent that is over nothing counts, unless the other says nothing any more.
        if life_of_agent < ear.life && !silent {
            return;
        }
        if silent {
            ear.again = Some(at);
        }
        (ear.life, ear.at) = (life_of_agent, at);
    }

    /// Notes which records were written off, and what ended for an operator's word.
    pub(super) fn check_orders(&self, state: &mut State, life: &Life, before: &Group, after: &Group) {
        for record in &before.instances {
            if after.instance(record.id).is_none() && state.hosts.may_write_off(life, &record.host) {
                state.counts.written_off += 1;
                state.hosts.written_off.insert(record.id);
            }
        }
        for record in &after.instances {
            match before.instance(record.id) {
                // Adopted: it counts again.
                None => {
                    state.hosts.written_off.remove(&record.id);
                }
                Some(was) if !is_ending(was) => self.check_word(state, record),
                Some(_) => {}
            }
        }
        self.check_drain(state, before, after);
    }

    fn check_word(&self, state: &mut State, record: &Instance) {
        let Phase::Terminating { cause, .. } = &record.phase else {
            return;
        };
        let word = match cause {
            Cause::HostDrained => HostState::Draining,
            Cause::HostRemoved => HostState::Removed,
            _ => return,
        };
        match word {
            HostState::Draining => state.counts.drained += 1,
            _ => state.counts.removed += 1,
        }
        if !state.hosts.was(&record.host, word) {
            let what = format!("{} ended ({cause}), and nobody said so", record.hostname);
            self.fail_in(state, "I4", &what);
        }
    }

    /// A drain costs a group one instance in service at a time.
    fn check_drain(&self, state: &mut State, before: &Group, after: &Group) {
        let drained = after.instances.iter().filter(|i| ends_for_drain(i));
        let ended = drained.filter(|i| before.instance(i.id).is_some_and(Instance::is_serving));
        let (ended, left) = (ended.count(), after.in_service());
        let size = |figure: u32| usize::try_from(figure).unwrap_or(usize::MAX);
        let within = before.occupied() <= size(after.spec.max_size);
        if within && left + 1 < (left + ended).min(size(after.wanted())) {
            let what = format!(
                "draining ended {ended} instances of {} at once: {left} are in service, {} are wanted",
                after.name,
                after.wanted()
            );
            self.fail_in(state, "I2", &what);
        }
    }
}

fn is_ending(record: &Instance) -> bool {
    matches!(record.phase, Phase::Terminating { .. })
}

fn ends_for_drain(record: &Instance) -> bool {
    let ends = &record.phase;
    matches!(
        ends,
        Phase::Terminating {
            cause: Cause::HostDrained,
            ..
        }
    )
}

/// Nothing is left of a removed host.
pub(super) fn removed_at_rest(state: &State) -> Result<(), Unrest> {
    let removed = |(_, part): &(&HostName, &HostState)| **part == HostState::Removed;
    if let Some((host, _)) = state.hosts.stored.iter().find(removed) {
        return Err(format!("{host} was removed and is still known"));
    }
    let mut records = state
        .groups
        .values()
        .flat_map(|kept: &Kept| &kept.group.instances);
    match records.find(|record| state.hosts.part(&record.host).is_none()) {
        Some(record) => Err(format!(
            "{} is on {}, which nobody knows any more",
            record.hostname, record.host
        )),
        None => Ok(()),
    }
}

/// Whether a host has so many running containers without a record that a person is asked.
pub(super) fn asks_a_person(
    state: &State,
    host: &HostName,
    containers: &[(HostName, domain::ContainerFacts)],
) -> bool {
    let there = || containers.iter().filter(|(on, _)| on == host);
    let recorded = |facts: &domain::ContainerFacts| {
        let kept = state.groups.get(&facts.group);
        kept.is_some_and(|kept| kept.group.instance(facts.record).is_some())
    };
    let running = there()
        .filter(|(_, facts)| lives(facts) && !recorded(facts))
        .count();
    state.hosts.asks(host, running, there().count())
}
