//! The engine's event stream, as a stopwatch.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use bollard::query_parameters::EventsOptions;
use futures_util::StreamExt;
use scenarios::harness::Engine;
use tokio::sync::mpsc;

/// Longer than anything measured here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Something that happened to a container.
struct Told {
    at: Instant,
    action: String,
    id: String,
}

/// The starts and ends of the containers that have a label, from now on.
pub struct Events(mpsc::UnboundedReceiver<Told>);

impl Events {
    /// Listens. The engine tells nothing when it has begun to, so a moment is given to it.
    pub async fn listen(engine: &Engine, label: &str) -> Self {
        let filters = HashMap::from([
            ("type".to_owned(), vec!["container".to_owned()]),
            ("event".to_owned(), vec!["start".to_owned(), "die".to_owned()]),
            ("label".to_owned(), vec![label.to_owned()]),
        ]);
        let options = EventsOptions {
            filters: Some(filters),
            ..Default::default()
        };
        let mut stream = Box::pin(engine.raw.clone().events(Some(options)));
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Ok(event)) = stream.next().await {
                let told = Told {
                    at: Instant::now(),
                    action: event.action.unwrap_or_default(),
                    id: event.actor.and_then(|actor| actor.id).unwrap_or_default(),
                };
                if sender.send(told).is_err() {
                    return;
                }
            }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        Self(receiver)
    }

    /// Forgets what was told so far.
    pub fn clear(&mut self) {
        while self.0.try_recv().is_ok() {}
    }

    /// When the next container starts, and which.
    pub async fn start(&mut self) -> (Instant, String) {
        self.next("start").await
    }

    /// When the next container ends, and which.
    pub async fn die(&mut self) -> (Instant, String) {
        self.next("die").await
    }

    /// When the last of `count` different containers starts.
    pub async fn starts(&mut self, count: usize) -> Instant {
        let mut seen = HashSet::new();
        loop {
            let (at, id) = self.start().await;
            seen.insert(id);
            if seen.len() >= count {
                return at;
            }
        }
    }

    async fn next(&mut self, action: &str) -> (Instant, String) {
        loop {
            let told = tokio::time::timeout(PATIENCE, self.0.recv()).await;
            let told = told.unwrap_or_else(|_| panic!("no {action} within {PATIENCE:?}"));
            let told = told.expect("the engine's event stream goes on");
            if told.action == action {
                return (told.at, told.id);
            }
        }
    }
}
