//! What must hold, whatever goes wrong: invariants I1 to I8 of the architecture.
//!
//! The checks see everything from outside: every commit as the store takes it ([`commits`]), every start as the
//! engine makes it ([`starts`]), and all of it at rest ([`rest`]). A violation ends the schedule.

pub mod commits;
pub mod disk;
pub mod hosts;
pub mod losses;
pub mod rest;
pub mod starts;
pub mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use domain::{
    AccountName, ContainerFacts, ContainerId, ContainerState, Document, Group, GroupId, HostName,
    InstallationId, InstanceId, Job, Kind, Phase, Revision,
};
use engine::simulated::SimulatedEngine;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::trace::Trace;

/// Our installation.
pub const OURS: InstallationId = InstallationId(Uuid::from_u128(1));
/// Another one on the same engines.
pub const THEIRS: InstallationId = InstallationId(Uuid::from_u128(2));

/// Who watches a schedule.
pub struct Checks {
    /// The schedule's trace.
    pub trace: Trace,
    engines: OnceLock<Vec<(HostName, SimulatedEngine)>>,
    state: Mutex<State>,
    violated: CancellationToken,
}

/// What the checks know.
#[derive(Default)]
pub struct State {
    /// Every group as the store has it.
    pub groups: BTreeMap<GroupId, Kept>,
    /// Every document as the store has it.
    pub documents: BTreeMap<(Kind, AccountName, String), Document>,
    /// Records whose containers somebody else started: the service cannot answer for those.
    pub by_hand: BTreeSet<InstanceId>,
    /// Records whose hosts were lost: until it is decided who stays and who goes, they are above the ceiling.
    pub lost: BTreeSet<InstanceId>,
    /// Hosts that are lost for good.
    pub gone: BTreeSet<HostName>,
    /// What operators said, and who obeys.
    pub hosts: hosts::Hosts,
    /// When something that a host says last reached the bus.
    heard: BTreeMap<HostName, Instant>,
    /// When a long silence of a host last ended.
    spoke_again: BTreeMap<HostName, Instant>,
    /// Containers of somebody else, which nobody of ours may touch.
    pub foreign: Vec<(HostName, ContainerId)>,
    /// How often each record's container was started by the service.
    starts: BTreeMap<InstanceId, u32>,
    /// When each record was made.
    launches: Vec<(GroupId, Instant)>,
    /// The last thing that a component did about each group: when, and what.
    pub last_change: BTreeMap<GroupId, (Instant, String)>,
    violation: Option<String>,
    /// How much happened, for the summary.
    pub counts: Counts,
}

/// A group as the store has it.
pub struct Kept {
    /// The group.
    pub group: Group,
    /// Its revision.
    pub revision: Revision,
    /// The most containers that may live: max_size, or what was there when it was lowered.
    ceiling: usize,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Commits on groups.
    pub commits: u64,
    /// Containers started by the service.
    pub starts: u64,
    /// Jobs sent.
    pub jobs: u64,
    /// Crashes of components.
    pub crashes: u64,
    /// Records that were lost with their hosts.
    pub lost: u64,
    /// Of these, those that stayed when their hosts returned.
    pub kept: u64,
    /// Those that went then, or their replacements.
    pub surplus: u64,
    /// Records that ended for a drained host.
    pub drained: u64,
    /// Records that were terminated on a removed host.
    pub removed: u64,
    /// Records that were written off with a removed host that said nothing.
    pub written_off: u64,
    /// Removed hosts that were forgotten.
    pub forgotten: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.commits += more.commits;
        self.starts += more.starts;
        self.jobs += more.jobs;
        self.crashes += more.crashes;
        self.lost += more.lost;
        self.kept += more.kept;
        self.surplus += more.surplus;
        self.drained += more.drained;
        self.removed += more.removed;
        self.written_off += more.written_off;
        self.forgotten += more.forgotten;
    }
}

impl Checks {
    /// Checks of a schedule that begins.
    #[must_use]
    pub fn new(trace: Trace) -> Self {
        Self {
            trace,
            engines: OnceLock::new(),
            state: Mutex::default(),
            violated: CancellationToken::new(),
        }
    }

    /// Looks at these engines from now on.
    pub fn watch(&self, engines: Vec<(HostName, SimulatedEngine)>) {
        let _ = self.engines.set(engines);
    }

    /// What is known now.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports a violation; the first one ends the schedule.
    pub fn fail(&self, invariant: &str, what: &str) {
        self.fail_in(&mut self.state(), invariant, what);
    }

    fn fail_in(&self, state: &mut State, invariant: &str, what: &str) {
        self.trace
            .say("CHECK", || format!("{invariant} is violated: {what}"));
        state
            .violation
            .get_or_insert_with(|| format!("{invariant}: {what}"));
        self.violated.cancel();
    }

    /// Waits for a violation.
    pub async fn violated(&self) -> String {
        self.violated.cancelled().await;
        self.violation().unwrap_or_default()
    }

    /// The first violation, if there was one.
    #[must_use]
    pub fn violation(&self) -> Option<String> {
        self.state().violation.clone()
    }

    /// The engines, by host.
    #[must_use]
    pub fn engines(&self) -> &[(HostName, SimulatedEngine)] {
        self.engines.get().map_or(&[], Vec::as_slice)
    }

    /// Every container of ours on every host, as it is.
    #[must_use]
    pub fn containers(&self) -> Vec<(HostName, ContainerFacts)> {
        let of_host = |(host, engine): &(HostName, SimulatedEngine)| {
            let host = host.clone();
            engine
                .snapshot()
                .into_iter()
                .map(move |facts| (host.clone(), facts))
                .collect::<Vec<_>>()
        };
        self.engines().iter().flat_map(of_host).collect()
    }

    /// A job was given to the bus.
    pub fn sent(&self, job: &Job) {
        let mut state = self.state();
        state.counts.jobs += 1;
        // To a host that is lost for good it is sent for ever.
        if state.gone.contains(&job.host) {
            return;
        }
        let what = format!("the job {} was sent", job.message_id());
        state.last_change.insert(job.group, (Instant::now(), what));
    }

    /// A host is lost for good.
    pub fn gone(&self, host: &HostName) {
        self.state().gone.insert(host.clone());
    }

    /// Something that a host says reached the bus.
    pub fn heard(&self, host: &HostName) {
        let (mut state, now) = (self.state(), Instant::now());
        let last = state.heard.insert(host.clone(), now);
        if last.is_some_and(|last| now - last >= losses::SILENT) {
            state.spoke_again.insert(host.clone(), now);
        }
    }

    /// Somebody runs a container that is none of ours.
    pub fn foreign(&self, host: &HostName, id: ContainerId) {
        self.state().foreign.push((host.clone(), id));
    }

    /// The engine of a host restarts: what ran there is dead, whoever's it was.
    pub fn foreign_died(&self, host: &HostName) {
        self.state().foreign.retain(|(on, _)| on != host);
    }

    /// Somebody removes the record's container. A repeated job may make and start it once more; while its launch is
    /// under way nobody can tell which of the two a late message means.
    pub fn removed_by_hand(&self, record: InstanceId) {
        let mut state = self.state();
        state.starts.remove(&record);
        let launching = |kept: &Kept| {
            let instance = kept.group.instance(record);
            instance.is_some_and(|i| matches!(i.phase, Phase::Pending { .. }))
        };
        if state.groups.values().any(launching) {
            state.by_hand.insert(record);
        }
    }

    /// Somebody else starts the record's container, or makes it.
    pub fn by_hand(&self, record: InstanceId) {
        self.state().by_hand.insert(record);
    }
}

/// Whether a container is alive.
#[must_use]
pub fn lives(facts: &ContainerFacts) -> bool {
    matches!(facts.state, ContainerState::Running(_))
}
