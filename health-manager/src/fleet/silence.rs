//! Silent and lost hosts, and the freeze when most are silent.
//!
//! Silence counts only while this leader listened itself: whatever may have made it deaf restarts every timer.

use std::time::Duration;

use domain::{EngineId, HostName, Outcome};
use tokio::time::Instant;

use super::{Fleet, Known};

impl Fleet {
    /// Restarts every timer: messages may have been missed.
    pub(crate) fn listen_anew(&mut self) {
        self.listening = Instant::now();
        self.hosts.values_mut().for_each(|known| known.told_lost = false);
    }

    /// Everything that had come till now was heard.
    pub(crate) fn listened(&mut self) {
        self.listened = Instant::now();
    }

    /// Hosts that said nothing for too long while we listened. Nobody waits for a removed one.
    pub(crate) fn silent_hosts(&self) -> impl Iterator<Item = &HostName> {
        let silent = |known: &&Known| self.misses(known);
        self.expected().filter(silent).map(|known| &known.host.name)
    }

    /// Hosts that were not removed.
    fn expected(&self) -> impl Iterator<Item = &Known> {
        self.hosts.values().filter(|known| !known.is_removed())
    }

    /// Whether a host that is known says nothing.
    pub(crate) fn is_silent(&self, host: &HostName) -> bool {
        let known = self.hosts.get(host);
        known.is_some_and(|known| self.misses(known))
    }

    /// More than half of the hosts silent: it is us, not them.
    pub(crate) fn frozen(&self) -> bool {
        let silent = self.silent_hosts().count();
        silent * 2 > self.expected().count()
    }

    /// A freeze ends only by a host that speaks: those that are about to speak as well get their time.
    pub(super) fn note_frozen(&mut self) {
        if self.frozen() {
            self.frozen_at = Instant::now();
            let expected = self.hosts.values_mut().filter(|known| !known.is_removed());
            expected.for_each(|known| known.told_lost = false);
        }
    }

    /// Whether a host is lost: agent and engine said nothing for so long, while we listened, that what it has is
    /// replaced. More than half of the hosts cannot be lost, but for those that were removed.
    pub(crate) fn is_lost(&self, host: &HostName) -> bool {
        let known = self.hosts.get(host);
        known.is_some_and(|known| self.loses(known) && (known.is_removed() || !self.frozen()))
    }

    /// Whether operators removed a host that says nothing: nobody reaches what it has.
    pub(crate) fn is_given_up(&self, host: &HostName) -> bool {
        let known = self.hosts.get(host);
        known.is_some_and(|known| known.is_removed() && self.loses(known))
    }

    pub(super) fn loses(&self, known: &Known) -> bool {
        self.lost_at(known) < self.listened
    }

    /// Whether a host said nothing for too long while we listened.
    pub(super) fn misses(&self, known: &Known) -> bool {
        known.unheard_since(self.listening) + self.stale < self.listened
    }

    /// When a host is lost if it stays silent. A removed one is given up as soon as it is silent, whatever others do: an
    /// operator's word is no fault of ours.
    fn lost_at(&self, known: &Known) -> Instant {
        if known.is_removed() {
            return known.quiet_since(self.listening) + self.stale;
        }
        known.quiet_since(self.listening.max(self.frozen_at)) + self.stale + self.grace
    }

    /// When the next host is lost if it stays silent.
    pub(crate) fn next_loss(&self) -> Option<Instant> {
        let untold = self.hosts.values().filter(|known| !known.told_lost);
        let due = untold.map(|known| self.lost_at(known));
        due.min().map(|due| due + Duration::from_millis(1))
    }

    /// Hosts that were lost since this was asked last.
    pub(crate) fn newly_lost(&mut self) -> Vec<HostName> {
        let lost: Vec<bool> = self.hosts.values().map(|known| self.loses(known)).collect();
        let mut newly = Vec::new();
        for (known, lost) in self.hosts.values_mut().zip(lost) {
            if lost && !known.told_lost {
                newly.push(known.host.name.clone());
            }
            known.told_lost = lost;
        }
        newly
    }

    /// A worker's engine answered: only then a host that has no voice is not lost.
    pub(crate) fn note_outcome(&mut self, host: &HostName, outcome: &Outcome) {
        let answered = matches!(outcome, Outcome::Started | Outcome::Failed { .. } | Outcome::Gone);
        if let Some(known) = self.hosts.get_mut(host).filter(|_| answered) {
            known.worked = Some(Instant::now());
        }
    }

    /// A worker reaches the host's engine: it is not lost, whatever became of its agent.
    pub(crate) fn note_pulse(&mut self, host: &HostName, engine: &EngineId) {
        if let Some(known) = self
            .hosts
            .get_mut(host)
            .filter(|known| known.host.engine == *engine)
        {
            known.worked = Some(Instant::now());
        }
    }
}

impl Known {
    /// Since when its agent said nothing while we listened.
    fn unheard_since(&self, listening: Instant) -> Instant {
        let heard = self.heard.as_ref().map(|heard| heard.at);
        heard.map_or(listening, |at| at.max(listening))
    }

    /// Since when neither its agent nor its engine said anything while we listened.
    fn quiet_since(&self, listening: Instant) -> Instant {
        let unheard = self.unheard_since(listening);
        self.worked.map_or(unheard, |worked| worked.max(unheard))
    }
}
