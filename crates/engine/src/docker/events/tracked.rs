//! What events mean. A death carries all there is to know and is told at once; what a start or a health check
//! leaves open (state, address) is asked for, and the answer dropped when something newer happened meanwhile.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bollard::models::EventMessage;
use domain::{ContainerFacts, ContainerId, ContainerState, InstallationId};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::docker::client::Client;
use crate::docker::facts::{self, Identity};
use crate::{EngineError, EngineEvent, Result};

/// Attributes that the engine puts among the labels.
const NOT_LABELS: [&str; 4] = ["image", "name", "exitCode", "signal"];

/// An inspection that an event asked for.
struct Answer {
    id: ContainerId,
    turn: u64,
    facts: Result<Option<ContainerFacts>>,
}

/// What is known of a container that exists.
#[derive(Default)]
struct Track {
    /// Counts its events.
    turn: u64,
    oom: bool,
    exited: bool,
}

/// Turns the engine's messages into facts.
pub(super) struct Tracker {
    client: Arc<Client>,
    ours: InstallationId,
    tracks: BTreeMap<ContainerId, Track>,
    asked: FuturesUnordered<BoxFuture<'static, Answer>>,
}

impl Tracker {
    pub(super) fn new(client: Arc<Client>, ours: InstallationId) -> Self {
        Self {
            client,
            ours,
            tracks: BTreeMap::new(),
            asked: FuturesUnordered::new(),
        }
    }

    /// Drops what is known and asked: after an interruption the containers are listed again.
    pub(super) fn forget(&mut self) {
        self.tracks.clear();
        self.asked.clear();
    }

    /// Takes a message; gives the fact that it carries in itself.
    pub(super) fn take(&mut self, message: EventMessage) -> Option<EngineEvent> {
        let action = message.action.unwrap_or_default();
        let actor = message.actor?;
        let attributes = actor.attributes.unwrap_or_default();
        let id = ContainerId::new(actor.id?);
        let track = self.tracks.entry(id.clone()).or_default();
        track.turn += 1;
        let state = match action.as_str() {
            "die" => {
                track.exited = true;
                exited(&attributes, track.oom)
            }
            "oom" => {
                track.oom = true;
                // The kernel's note can come after the death that it explains.
                if track.exited {
                    self.ask(id);
                }
                return None;
            }
            "destroy" => {
                self.tracks.remove(&id);
                ContainerState::Removed
            }
            "start" => {
                (track.oom, track.exited) = (false, false);
                self.ask(id);
                return None;
            }
            // `health_status: healthy`
            _ => {
                self.ask(id);
                return None;
            }
        };
        self.told(id, attributes, state)
    }

    fn told(
        &self,
        id: ContainerId,
        mut attributes: HashMap<String, String>,
        state: ContainerState,
    ) -> Option<EngineEvent> {
        let name = attributes.get("name").cloned().unwrap_or_default();
        attributes.retain(|key, _| !NOT_LABELS.contains(&key.as_str()));
        let identity = Identity::new(Some(id.as_str().to_owned()), &name, Some(attributes))?;
        let facts = identity.facts(self.ours, state, String::new())?;
        Some(EngineEvent::Container(Box::new(facts)))
    }

    fn ask(&self, id: ContainerId) {
        let (client, ours) = (Arc::clone(&self.client), self.ours);
        let turn = self.turn(&id);
        self.asked.push(Box::pin(async move {
            let inspect = |docker: bollard::Docker| {
                let id = id.clone();
                async move { docker.inspect_container(id.as_str(), None).await }
            };
            let facts = match client.call("inspect", inspect).await {
                Ok(found) => Ok(facts::of_inspected(found, ours)),
                Err(EngineError::NotFound) => Ok(None),
                Err(error) => Err(error),
            };
            Answer { id, turn, facts }
        }));
    }

    fn turn(&self, id: &ContainerId) -> u64 {
        self.tracks.get(id).map_or(0, |track| track.turn)
    }

    /// The next answer that still counts; waits for ever when nothing was asked.
    pub(super) async fn answered(&mut self) -> Option<EngineEvent> {
        let Some(answer) = self.asked.next().await else {
            return std::future::pending().await;
        };
        if self.turn(&answer.id) != answer.turn {
            return None;
        }
        match answer.facts {
            Ok(facts) => facts.map(|facts| EngineEvent::Container(Box::new(facts))),
            Err(error) => {
                tracing::warn!(container = answer.id.short(), %error, "an event's container could not be read");
                // A fact is missing: the receiver lists again.
                Some(EngineEvent::Resumed)
            }
        }
    }
}

fn exited(attributes: &HashMap<String, String>, oom: bool) -> ContainerState {
    ContainerState::Exited {
        code: attributes.get("exitCode").and_then(|code| code.parse().ok()),
        oom,
    }
}
