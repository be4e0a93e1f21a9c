//! How many containers of an installation ran at once, as the engine's own events tell.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptions;
use domain::InstallationId;
use domain::job::label;
use futures_util::{Stream, StreamExt};
use tokio::task::JoinHandle;

use super::super::Engine;

/// Counts from its making on. Dropped, it ends.
pub struct Alive {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    running: BTreeSet<String>,
    most: usize,
    starts: usize,
}

impl Alive {
    /// Listens to an engine.
    #[must_use]
    pub fn watch(engine: &Engine, of: InstallationId) -> Self {
        let mut events = events(engine, of);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let noted = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Some(Ok(event)) = events.next().await {
                let id = event.actor.and_then(|actor| actor.id).unwrap_or_default();
                let mut seen = noted.lock().unwrap_or_else(PoisonError::into_inner);
                match event.action.as_deref() {
                    Some("start") => {
                        seen.running.insert(id);
                        seen.starts += 1;
                        seen.most = seen.most.max(seen.running.len());
                    }
                    Some("die") => {
                        seen.running.remove(&id);
                    }
                    _ => {}
                }
            }
        });
        Self { seen, task }
    }

    /// The most that ran at any one time, and how many were started in all.
    ///
    /// # Panics
    /// When the engine's events ended: then this would be a guess.
    #[must_use]
    pub fn most(&self) -> (usize, usize) {
        assert!(!self.task.is_finished(), "the engine's events ended");
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.most, seen.starts)
    }
}

/// An engine's events about an installation's containers, from this nanosecond on: what happens while we connect is told
/// too, and nothing that was before (a whole second would reach back to starts of before it).
pub(in super::super) fn events(
    engine: &Engine,
    of: InstallationId,
) -> impl Stream<Item = Result<EventMessage, bollard::errors::Error>> + Send + Unpin + use<> {
    let ours = format!("{}={of}", label::INSTALLATION);
    let filters = [("type", "container"), ("label", &*ours)];
    let filters = filters.map(|(key, value)| (key.to_owned(), vec![value.to_owned()]));
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let since = since.unwrap_or_default();
    let options = EventsOptions {
        since: Some(format!("{}.{:09}", since.as_secs(), since.subsec_nanos())),
        filters: Some(HashMap::from(filters)),
        ..Default::default()
    };
    Box::pin(engine.raw.events(Some(options)))
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.task.abort();
    }
}
