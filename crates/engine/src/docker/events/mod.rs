//! The engine's event stream, resumed by itself.
//!
//! Nothing is missed because the stream always begins at a point in the engine's own time: at first the moment
//! before we answered that we listen, later a little before the last event seen. What that repeats is dropped.

mod deduped;
mod tracked;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptions;
use domain::InstallationId;
use domain::job::label;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::client::Client;
use super::instant::EngineTime;
use crate::{EngineError, EngineEvent, Result};
use deduped::Deduped;
use tracked::Tracker;

/// Room for a burst (a whole host's containers dying) while the receiver is busy.
const BUFFER: usize = 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// An engine restarts in seconds: looking twice a second costs nothing and finds it soon.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Listens for the installation's events, from now on by the engine's clock.
pub(super) async fn listen(client: Arc<Client>, ours: InstallationId) -> Result<mpsc::Receiver<EngineEvent>> {
    let info = client
        .call("info", |docker| async move { docker.info().await })
        .await?;
    let now = info.system_time.as_deref().and_then(EngineTime::parse);
    let now = now.ok_or_else(|| EngineError::Refused("the engine does not tell its time".to_owned()))?;
    let (sender, receiver) = mpsc::channel(BUFFER);
    let listener = Listener {
        tracker: Tracker::new(Arc::clone(&client), ours),
        client,
        ours,
        seen: Deduped::from(now),
        sender,
    };
    tokio::spawn(listener.run());
    Ok(receiver)
}

struct Listener {
    client: Arc<Client>,
    ours: InstallationId,
    seen: Deduped,
    tracker: Tracker,
    sender: mpsc::Sender<EngineEvent>,
}

impl Listener {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            self.follow().await;
            if began.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            if self.sender.is_closed() {
                // Not the engine ended it but whoever listened, at a stop for example.
                return;
            }
            tracing::warn!("the engine's event stream ended");
            let answered = self.until_it_answers(&mut pause).await;
            if !answered || self.sender.send(EngineEvent::Resumed).await.is_err() {
                return;
            }
            self.tracker.forget();
        }
    }

    /// Reads one connection until it breaks or nobody listens any more.
    async fn follow(&mut self) {
        let Ok(docker) = self.client.get() else { return };
        let events = docker.events(Some(self.options()));
        let mut events = std::pin::pin!(events);
        while let Some(event) = self.step(&mut events).await {
            if let Some(event) = event
                && self.sender.send(event).await.is_err()
            {
                return;
            }
        }
    }

    /// Waits for one message or for an answer about a container; `None` when the connection is over.
    async fn step<S>(&mut self, events: &mut std::pin::Pin<&mut S>) -> Option<Option<EngineEvent>>
    where
        S: Stream<Item = std::result::Result<EventMessage, bollard::errors::Error>>,
    {
        tokio::select! {
            biased;
            () = self.sender.closed() => None,
            item = events.next() => match item {
                Some(Ok(message)) if self.seen.is_new(&message) => Some(self.tracker.take(message)),
                Some(Ok(_)) => Some(None),
                Some(Err(error)) => {
                    tracing::warn!(%error, "the engine's event stream broke");
                    None
                }
                None => None,
            },
            event = self.tracker.answered() => Some(event),
        }
    }

    /// Whether somebody still listened when the engine answered again.
    async fn until_it_answers(&mut self, pause: &mut Duration) -> bool {
        loop {
            tokio::select! {
                biased;
                () = self.sender.closed() => return false,
                () = tokio::time::sleep(*pause) => {}
            }
            *pause = (*pause * 2).min(LONGEST_PAUSE);
            let ping = self
                .client
                .call("ping", |docker| async move { docker.ping().await });
            if ping.await.is_ok() {
                return true;
            }
        }
    }

    fn options(&self) -> EventsOptions {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let owner = format!("{}={}", label::INSTALLATION, self.ours);
        let filters = HashMap::from([
            ("type".to_owned(), list(&["container"])),
            (
                "event".to_owned(),
                list(&["start", "die", "oom", "health_status", "destroy"]),
            ),
            ("label".to_owned(), vec![owner]),
        ]);
        EventsOptions {
            since: Some(self.seen.resume_at().since()),
            until: None,
            filters: Some(filters),
        }
    }
}
