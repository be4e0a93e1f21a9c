//! What the last rounds did and how the components are: the figures behind `GET /status` and `/health`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::others::Others;

/// Reasons that the board keeps of a round.
const REASONS: usize = 50;

/// How a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentState {
    /// On its way.
    Starting,
    /// At work.
    Running,
    /// At work, but something that it needs does not answer.
    Degraded,
    /// Ended by an error; it is started again.
    Failed,
    /// Ended because it was told to.
    Stopped,
}

/// A component and since when it is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentStatus {
    /// Its name, as supervisord lists it.
    pub name: String,
    /// How it is.
    pub state: ComponentState,
    /// Since when, in Unix seconds.
    pub since: i64,
    /// Why, for people; may be empty.
    pub message: String,
}

/// Whether a host is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostState {
    /// It reports.
    Up,
    /// It has not reported for longer than it should.
    Silent,
    /// It is silent for so long that what it has is replaced elsewhere.
    Lost,
}

/// How a host takes part, by its operators' word, as far as the health manager has heard of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheduling {
    /// It takes new instances.
    #[default]
    Active,
    /// It keeps what it has and takes nothing new.
    Cordoned,
    /// What it has is replaced elsewhere.
    Draining,
    /// What it has ends, and then it is forgotten.
    Removed,
}

/// A Docker host as the health manager sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostStatus {
    /// Its name.
    pub name: String,
    /// The zones it serves; empty: every zone.
    pub zones: Vec<String>,
    /// Its engine's id.
    pub engine: String,
    /// Whether it is heard.
    pub state: HostState,
    /// Whether it takes new instances.
    #[serde(default)]
    pub scheduling: Scheduling,
    /// Whether it gets instances only when no other has room.
    pub control: bool,
    /// CPUs of the machine.
    pub cpus: u32,
    /// Memory of the machine in MiB.
    pub memory_mib: u64,
    /// CPU used, in per cent of the machine; zero until it was reported.
    pub cpu: f64,
    /// Memory used, in per cent of the machine; zero until it was reported.
    pub memory: f64,
    /// Instances that live there.
    pub instances: usize,
}

/// Why something was done in a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Whose group it is: others are not to read it.
    pub account: String,
    /// The group's name, and why.
    pub text: String,
}

/// The last round of the health manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundStatus {
    /// When, in Unix seconds.
    pub at: i64,
    /// Under which leadership.
    pub epoch: u64,
    /// Groups looked at.
    pub groups: usize,
    /// Groups changed.
    pub changed: usize,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Whether replacements and terminations were frozen.
    pub frozen: bool,
    /// Why what was done was done; the last 50.
    #[serde(default)]
    pub decided: Vec<Reason>,
    /// The same from a process that does not tell the account yet. Those read no round without this list, so it is
    /// told, empty.
    #[serde(default)]
    pub reasons: Vec<String>,
}

/// Everything on the board.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Components in the order in which they first spoke.
    pub components: Vec<ComponentStatus>,
    /// Known hosts.
    pub hosts: Vec<HostStatus>,
    /// The last round; missing until there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds: Option<RoundStatus>,
}

/// Where components write how they are. A clone is the same board.
#[derive(Clone, Debug, Default)]
pub struct StatusBoard {
    own: Arc<Mutex<Snapshot>>,
    others: Others,
}

impl StatusBoard {
    /// An empty board.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a component is. Saying the same state again renews the message and keeps the time.
    pub fn component(&self, name: &str, state: ComponentState, message: impl Into<String>) {
        let (mut board, message) = (self.lock(), message.into());
        if let Some(known) = board.components.iter_mut().find(|known| known.name == name) {
            if known.state != state {
                known.since = now();
            }
            known.state = state;
            known.message = message;
            return;
        }
        let (name, since) = (name.to_owned(), now());
        board.components.push(ComponentStatus {
            name,
            state,
            since,
            message,
        });
    }

    /// Notes the last round, with its last 50 reasons.
    pub fn round(&self, mut round: RoundStatus) {
        let surplus = round.decided.len().saturating_sub(REASONS);
        round.decided.drain(..surplus);
        self.lock().rounds = Some(round);
    }

    /// Notes the known hosts, replacing those noted before.
    pub fn hosts(&self, hosts: Vec<HostStatus>) {
        self.lock().hosts = hosts;
    }

    /// Takes what another process told of itself; `process` is its name, unique among all.
    pub fn heard(&self, process: &str, told: Snapshot) {
        self.others.heard(process, told);
    }

    /// The board of the whole service: this process and those that were heard of.
    #[must_use]
    pub fn overall(&self) -> Snapshot {
        self.others.with(self.snapshot())
    }

    /// A copy of the board of this process.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |span| i64::try_from(span.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_component_keeps_its_time_until_its_state_changes() {
        let board = StatusBoard::new();
        board.component("controller", ComponentState::Starting, "");
        board.component("healthmanager", ComponentState::Running, "leading");
        board.lock().components[0].since = 1;
        board.component("controller", ComponentState::Starting, "waits for the store");
        let seen = board.snapshot().components;
        assert_eq!(seen.len(), 2);
        assert_eq!(
            (seen[0].since, seen[0].message.as_str()),
            (1, "waits for the store")
        );
        board.clone().component("controller", ComponentState::Running, "");
        let seen = board.snapshot().components;
        assert_eq!(seen[0].state, ComponentState::Running);
        assert!(
            seen[0].since > 1_600_000_000 && seen[0].message.is_empty(),
            "{seen:?}"
        );
    }

    #[test]
    fn only_the_last_reasons_of_a_round_are_kept() {
        let board = StatusBoard::new();
        let reason = |n: usize| Reason {
            account: "user01".to_owned(),
            text: n.to_string(),
        };
        board.round(RoundStatus {
            groups: 60,
            decided: (0..60).map(reason).collect(),
            ..RoundStatus::default()
        });
        let round = board.snapshot().rounds.unwrap();
        assert_eq!((round.groups, round.decided.len()), (60, 50));
        assert_eq!(round.decided.first(), Some(&reason(10)));
    }

    /// While a fleet is upgraded, processes of both kinds hear each other.
    #[test]
    fn rounds_are_read_from_processes_that_tell_no_account_and_by_them() {
        let old = serde_json::json!({"at": 1, "epoch": 2, "groups": 3, "changed": 4, "took_ms": 5, "frozen": false,
            "reasons": ["web: launching 1"]});
        let read: RoundStatus = serde_json::from_value(old).unwrap();
        assert_eq!((read.reasons.len(), read.decided.len()), (1, 0));
        let decided = vec![Reason {
            account: "user01".to_owned(),
            text: "web: launching 1".to_owned(),
        }];
        let told = serde_json::to_value(RoundStatus {
            decided: decided.clone(),
            ..RoundStatus::default()
        });
        let told = told.unwrap();
        assert_eq!(told["reasons"], serde_json::json!([]));
        assert_eq!(
            serde_json::from_value::<RoundStatus>(told).unwrap().decided,
            decided
        );
    }

    #[test]
    fn the_documents_have_the_names_that_clients_read() {
        let board = StatusBoard::new();
        board.component("controller", ComponentState::Degraded, "store");
        board.lock().components[0].since = 5;
        board.hosts(vec![HostStatus {
            name: "docker01".into(),
            zones: vec!["docker01".into()],
            engine: "E1".into(),
            state: HostState::Silent,
            scheduling: Scheduling::Draining,
            control: false,
            cpus: 2,
            memory_mib: 4096,
            cpu: 12.5,
            memory: 40.0,
            instances: 3,
        }]);
        assert_eq!(
            serde_json::to_value(board.snapshot()).unwrap(),
            serde_json::json!({
                "components": [{"name": "controller", "state": "degraded", "since": 5, "message": "store"}],
                "hosts": [{"name": "docker01", "zones": ["docker01"], "engine": "E1", "state": "silent", "scheduling": "draining",
                    "control": false, "cpus": 2, "memory_mib": 4096, "cpu": 12.5, "memory": 40.0, "instances": 3}],
            })
        );
    }
}
