//! What runs on several engines at once, as their own events tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use domain::InstallationId;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::super::Engine;
use super::super::fleet::events;

/// What happened to a container.
#[derive(Clone, Debug)]
pub struct Happened {
    /// On which host.
    pub host: String,
    /// When we heard.
    pub at: Instant,
}

/// Counts from its making on. Dropped, it ends.
pub struct Tally {
    of: InstallationId,
    counts: Arc<Mutex<Counts>>,
    tasks: BTreeMap<String, JoinHandle<()>>,
}

#[derive(Default)]
struct Counts {
    running: BTreeMap<String, BTreeSet<String>>,
    excused: BTreeSet<String>,
    most: usize,
    started: BTreeMap<String, Happened>,
    ended: BTreeMap<String, Happened>,
}

impl Counts {
    fn alive(&self) -> usize {
        let counted = self
            .running
            .iter()
            .filter(|(host, _)| !self.excused.contains(*host));
        counted.map(|(_, running)| running.len()).sum()
    }

    fn count(&mut self) {
        self.most = self.most.max(self.alive());
    }

    fn start(&mut self, host: &str, id: &str) {
        self.running
            .entry(host.to_owned())
            .or_default()
            .insert(id.to_owned());
        self.started.entry(id.to_owned()).or_insert_with(|| now(host));
        self.count();
    }

    fn end(&mut self, host: &str, id: &str) {
        self.running.entry(host.to_owned()).or_default().remove(id);
        self.ended.entry(id.to_owned()).or_insert_with(|| now(host));
    }
}

fn now(host: &str) -> Happened {
    Happened {
        host: host.to_owned(),
        at: Instant::now(),
    }
}

impl Tally {
    /// Counts an installation's containers, on no engine yet.
    #[must_use]
    pub fn new(of: InstallationId) -> Self {
        Self {
            of,
            counts: Arc::default(),
            tasks: BTreeMap::new(),
        }
    }

    /// Listens to a host's engine, whose containers have not begun to run.
    pub fn watch(&mut self, host: &str, engine: &Engine) {
        let mut events = events(engine, self.of);
        let (counts, name) = (Arc::clone(&self.counts), host.to_owned());
        let task = tokio::spawn(async move {
            while let Some(Ok(event)) = events.next().await {
                let id = event.actor.and_then(|actor| actor.id).unwrap_or_default();
                let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
                match event.action.as_deref() {
                    Some("start") => counts.start(&name, &id),
                    Some("die") => counts.end(&name, &id),
                    _ => {}
                }
            }
        });
        if let Some(old) = self.tasks.insert(host.to_owned(), task) {
            old.abort();
        }
    }

    /// A host was killed with all that ran there.
    pub fn killed(&mut self, host: &str) {
        if let Some(task) = self.tasks.remove(host) {
            task.abort();
        }
        let mut counts = self.lock();
        let running = counts.running.get(host).cloned().unwrap_or_default();
        running.iter().for_each(|id| counts.end(host, id));
    }

    /// What runs on a host does not count for now: nobody can reach it.
    pub fn excuse(&self, host: &str) {
        self.lock().excused.insert(host.to_owned());
    }

    /// It counts again.
    pub fn readmit(&self, host: &str) {
        let mut counts = self.lock();
        counts.excused.remove(host);
        counts.count();
    }

    /// The most that ran at any one time, wherever it counted.
    ///
    /// # Panics
    /// When an engine's events ended: then this would be a guess.
    #[must_use]
    pub fn most(&self) -> usize {
        self.assert_listening();
        self.lock().most
    }

    /// The least that ran at any one time since then, on all hosts.
    ///
    /// # Panics
    /// When an engine's events ended.
    #[must_use]
    pub fn least_since(&self, then: Instant) -> usize {
        self.assert_listening();
        let counts = self.lock();
        let happened =
            |events: &BTreeMap<String, Happened>, by: Instant| events.values().filter(|h| h.at <= by).count();
        let ends = counts
            .ended
            .values()
            .map(|ended| ended.at)
            .filter(|at| *at > then);
        let alive = |at| happened(&counts.started, at).saturating_sub(happened(&counts.ended, at));
        std::iter::once(then)
            .chain(ends)
            .map(alive)
            .min()
            .unwrap_or_default()
    }

    /// What runs now, host by host.
    #[must_use]
    pub fn running(&self) -> BTreeMap<String, usize> {
        let counts = self.lock();
        let each = counts.running.iter();
        each.map(|(host, ids)| (host.clone(), ids.len())).collect()
    }

    /// What started since then, or later.
    ///
    /// # Panics
    /// When an engine's events ended.
    #[must_use]
    pub fn started_since(&self, then: Instant) -> Vec<Happened> {
        self.assert_listening();
        since(&self.lock().started, then)
    }

    /// What ended since then, or later.
    ///
    /// # Panics
    /// When an engine's events ended.
    #[must_use]
    pub fn ended_since(&self, then: Instant) -> Vec<Happened> {
        self.assert_listening();
        since(&self.lock().ended, then)
    }

    fn assert_listening(&self) {
        let deaf = self.tasks.iter().find(|(_, task)| task.is_finished());
        assert!(
            deaf.is_none(),
            "the events of {:?} ended",
            deaf.map(|(host, _)| host)
        );
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn since(happened: &BTreeMap<String, Happened>, then: Instant) -> Vec<Happened> {
    let mut found: Vec<Happened> = happened.values().filter(|h| h.at >= then).cloned().collect();
    found.sort_by_key(|h| h.at);
    found
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.tasks.values().for_each(JoinHandle::abort);
    }
}
