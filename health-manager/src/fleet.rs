//! The hosts as their agents tell of them: who they are, how loaded, how long silent, and in which order they spoke.
//!
//! Silence counts only while this leader listened itself: whatever may have made it deaf restarts every timer.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::report::Load;
use domain::{EngineId, Host, HostName, HostState, Incarnation, InstanceId, Mark, Outcome, Stamp};
use planner::HostView;
use telemetry::{HostState as Shown, HostStatus, Scheduling};
use tokio::time::Instant;

use crate::cache::Cache;

/// Failed launches in a row that make a host suspect: it is placed last then.
const SUSPECT_AFTER: u32 = 3;

/// How long a host that refused a launch for want of room is not tried again: what fills it beside our records
/// (a container that is being removed, one without a record) is gone or told of by then.
const FULL_FOR: Duration = Duration::from_secs(10);

/// Full reports that an agent's life must tell, undisturbed by another life, to prove anything about what another
/// life saw. One may be a late message of a life that is over: clocks jump, so incarnations alone do not tell.
const LISTINGS_THAT_PROVE: u32 = 2;

/// What a leader knows of the hosts.
pub(crate) struct Fleet {
    hosts: BTreeMap<HostName, Known>,
    listening: Instant,
    /// When we were frozen last, as far as anything changed since: till then it was us, and no host was getting lost.
    frozen_at: Instant,
    stale: Duration,
    /// From silent to lost.
    grace: Duration,
}

struct Known {
    host: Host,
    load: Load,
    failures: u32,
    /// Its worker refused a launch for want of room, which the ledger did not see: until then nothing more is tried.
    full_until: Option<Instant>,
    heard: Option<Heard>,
    /// When its engine last answered a worker.
    worked: Option<Instant>,
    /// That it is lost was told already.
    told_lost: bool,
    /// The store has it: a successor knows whom to miss. Until then it gets nothing.
    stored: bool,
}

/// What was heard of a host's agent in its present life.
struct Heard {
    incarnation: Incarnation,
    at: Instant,
    /// Full reports heard.
    listings: u32,
    /// The last event of each record in this life that no listing covers.
    events: BTreeMap<InstanceId, u64>,
    /// Where the newest listing began: what was told before it, and comes later, is old.
    listed_from: Option<u64>,
}

/// What is to be made of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// It counts.
    Accepted,
    /// From a life of the agent that is over.
    Outdated,
    /// From a second engine under the name of a known host.
    WrongEngine,
    /// From a host that never registered: its next report will.
    Unknown,
}

impl Fleet {
    pub(crate) fn new(known: Vec<Host>, stale: Duration, grace: Duration) -> Self {
        let hosts = known
            .into_iter()
            .map(|host| (host.name.clone(), Known::new(host)))
            .collect();
        Self {
            hosts,
            listening: Instant::now(),
            frozen_at: Instant::now(),
            stale,
            grace,
        }
    }

    /// Restarts every timer: messages may have been missed.
    pub(crate) fn listen_anew(&mut self) {
        self.listening = Instant::now();
        self.hosts.values_mut().for_each(|known| known.told_lost = false);
    }

    /// Registers a host from its report; whether that is news to be stored.
    pub(crate) fn register(&mut self, host: &Host) -> bool {
        self.note_frozen();
        match self.hosts.get_mut(&host.name) {
            Some(known) if known.host == *host => !known.stored,
            // Refused, see `hear`; an engine that was silent for long may be replaced by another.
            Some(known) if known.host.engine != host.engine && !known.silent(self.listening, self.stale) => {
                false
            }
            Some(known) => {
                known.host = host.clone();
                true
            }
            None => {
                self.hosts.insert(host.name.clone(), Known::new(host.clone()));
                true
            }
        }
    }

    /// Whether the store took what a host registered; if not, its next report registers it again.
    pub(crate) fn note_stored(&mut self, host: &HostName, stored: bool) {
        if let Some(known) = self.hosts.get_mut(host) {
            known.stored = stored;
        }
    }

    /// Hears a message: is it of the known engine, and of the agent's present life?
    pub(crate) fn hear(&mut self, stamp: &Stamp) -> Hearing {
        self.note_frozen();
        let (listening, stale) = (self.listening, self.stale);
        let Some(known) = self.hosts.get_mut(&stamp.host) else {
            return Hearing::Unknown;
        };
        if known.host.engine != stamp.engine {
            return Hearing::WrongEngine;
        }
        let silent = known.silent(listening, stale);
        match &mut known.heard {
            Some(heard) if heard.incarnation == stamp.incarnation => heard.at = Instant::now(),
            Some(heard) if stamp.incarnation < heard.incarnation && !silent => return Hearing::Outdated,
            earlier => {
                *earlier = Some(Heard {
                    incarnation: stamp.incarnation,
                    at: Instant::now(),
                    listings: 0,
                    events: BTreeMap::new(),
                    listed_from: None,
                });
            }
        }
        known.told_lost = false;
        Hearing::Accepted
    }

    /// Notes an event; false when a later one of the record, or a listing begun after it, was heard already.
    pub(crate) fn note_event(&mut self, stamp: &Stamp, record: InstanceId) -> bool {
        let Some(heard) = self.heard_mut(&stamp.host) else {
            return false;
        };
        if heard.listed_from.is_some_and(|listed| stamp.sequence <= listed) {
            return false;
        }
        let last = heard.events.entry(record).or_insert(stamp.sequence);
        let newer = stamp.sequence >= *last;
        *last = stamp.sequence.max(*last);
        newer
    }

    /// Whether a listing is newer than every one heard: a report that was overtaken, or comes again, shows what was.
    pub(crate) fn is_news(&self, host: &HostName, listed_from: u64) -> bool {
        let newest = self.heard(host).and_then(|heard| heard.listed_from);
        newest.is_none_or(|newest| listed_from > newest)
    }

    /// Whether a listing begun at `listed_from` knows at least what the record's last event told.
    pub(crate) fn listing_covers(&self, host: &HostName, record: InstanceId, listed_from: u64) -> bool {
        let last = self.heard(host).and_then(|heard| heard.events.get(&record));
        last.is_none_or(|last| *last <= listed_from)
    }

    /// Whether absence from a listing proves that the container does not exist: it was last seen before.
    pub(crate) fn proves_absence(
        &self,
        host: &HostName,
        record: InstanceId,
        seen: Option<Mark>,
        listed_from: u64,
    ) -> bool {
        let Some(heard) = self.heard(host) else {
            return false;
        };
        let stored = match seen.filter(|mark| mark.incarnation == heard.incarnation) {
            Some(mark) => mark.sequence <= listed_from,
            // This listing is one of them.
            None => heard.listings + 1 >= LISTINGS_THAT_PROVE,
        };
        stored && self.listing_covers(host, record, listed_from)
    }

    /// Takes a listing as the newest, and forgets the events that it covers.
    pub(crate) fn note_listing(&mut self, host: &HostName, listed_from: u64) {
        if let Some(heard) = self.heard_mut(host) {
            heard.listed_from = Some(listed_from);
            heard.listings = heard.listings.saturating_add(1);
            heard.events.retain(|_, sequence| *sequence > listed_from);
        }
    }

    /// Keeps a host's load as the present life of its agent tells it.
    pub(crate) fn note_load(&mut self, stamp: &Stamp, load: Load) {
        let present = |known: &&mut Known| {
            let heard = known.heard.as_ref();
            heard.is_some_and(|heard| heard.incarnation == stamp.incarnation)
        };
        if let Some(known) = self.hosts.get_mut(&stamp.host).filter(present) {
            known.load = load;
        }
    }

    /// Counts a launch that failed (or came into service) on a host.
    pub(crate) fn note_launch(&mut self, host: &HostName, failed: bool) {
        if let Some(known) = self.hosts.get_mut(host) {
            known.failures = if failed {
                known.failures.saturating_add(1)
            } else {
                0
            };
        }
    }

    /// Takes a host's word that it has no room, for [`FULL_FOR`].
    pub(crate) fn note_full(&mut self, host: &HostName) {
        if let Some(known) = self.hosts.get_mut(host) {
            known.full_until = Some(Instant::now() + FULL_FOR);
        }
    }

    /// How long until a host that said it is full may be tried again.
    pub(crate) fn next_room(&self) -> Option<Duration> {
        let now = Instant::now();
        let waits = self
            .hosts
            .values()
            .filter_map(|known| known.full_until?.checked_duration_since(now));
        waits.min().map(|wait| wait + Duration::from_millis(1))
    }

    /// The hosts as the planner sees them.
    pub(crate) fn views(&self) -> Vec<HostView> {
        let view = |known: &Known| HostView {
            host: known.as_placed(),
            load: known.load,
            suspect: known.failures >= SUSPECT_AFTER,
            silent: known.silent(self.listening, self.stale) || known.heard.is_none() || !known.stored,
            lost: self.loses(known),
        };
        self.hosts.values().map(view).collect()
    }

    /// More than half of the hosts silent: it is us, not them.
    pub(crate) fn frozen(&self) -> bool {
        let silent = self.silent_hosts().count();
        silent * 2 > self.hosts.len()
    }

    /// Hosts that said nothing for too long while we listened.
    pub(crate) fn silent_hosts(&self) -> impl Iterator<Item = &HostName> {
        let silent = |known: &&Known| known.silent(self.listening, self.stale);
        self.hosts.values().filter(silent).map(|known| &known.host.name)
    }

    /// Whether a host is lost: agent and engine said nothing for so long, while we listened, that what it has is
    /// replaced. More than half of the hosts cannot be lost.
    pub(crate) fn is_lost(&self, host: &HostName) -> bool {
        self.hosts.get(host).is_some_and(|known| self.loses(known)) && !self.frozen()
    }

    fn loses(&self, known: &Known) -> bool {
        self.lost_at(known) < Instant::now()
    }

    /// When a host is lost if it stays silent.
    fn lost_at(&self, known: &Known) -> Instant {
        known.quiet_since(self.listening.max(self.frozen_at)) + self.stale + self.grace
    }

    /// A freeze ends only by a host that speaks: those that are about to speak as well get their time.
    fn note_frozen(&mut self) {
        if self.frozen() {
            self.frozen_at = Instant::now();
            self.hosts.values_mut().for_each(|known| known.told_lost = false);
        }
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

    /// Whether a host that is known says nothing.
    pub(crate) fn is_silent(&self, host: &HostName) -> bool {
        let known = self.hosts.get(host);
        known.is_some_and(|known| known.silent(self.listening, self.stale))
    }

    /// The hosts as operators see them.
    pub(crate) fn statuses(&self, cache: &Cache) -> Vec<HostStatus> {
        self.hosts
            .values()
            .map(|known| self.status(known, cache))
            .collect()
    }

    fn status(&self, known: &Known, cache: &Cache) -> HostStatus {
        let host = &known.host;
        let silent = known.heard.is_none() || known.silent(self.listening, self.stale);
        let state = match silent {
            true if self.is_lost(&host.name) => Shown::Lost,
            true => Shown::Silent,
            false => Shown::Up,
        };
        let scheduling = match host.state {
            HostState::Active => Scheduling::Active,
            HostState::Cordoned => Scheduling::Cordoned,
            HostState::Draining => Scheduling::Draining,
            HostState::Removed => Scheduling::Removed,
        };
        HostStatus {
            name: host.name.to_string(),
            zones: host.zones.iter().map(ToString::to_string).collect(),
            engine: host.engine.to_string(),
            state,
            scheduling,
            control: host.control,
            cpus: host.cpus,
            memory_mib: host.memory_mib,
            cpu: known.load.cpu,
            memory: known.load.memory,
            instances: cache.count_on(&host.name),
        }
    }

    fn heard(&self, host: &HostName) -> Option<&Heard> {
        self.hosts.get(host)?.heard.as_ref()
    }

    fn heard_mut(&mut self, host: &HostName) -> Option<&mut Heard> {
        self.hosts.get_mut(host)?.heard.as_mut()
    }
}

impl Known {
    /// The host with the room that it says it has.
    fn as_placed(&self) -> Host {
        let mut host = self.host.clone();
        if self.full_until.is_some_and(|until| Instant::now() < until) {
            host.capacity.instances = Some(0);
        }
        host
    }

    fn new(host: Host) -> Self {
        Self {
            host,
            load: Load::default(),
            failures: 0,
            full_until: None,
            heard: None,
            worked: None,
            told_lost: false,
            stored: true,
        }
    }

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

    fn silent(&self, listening: Instant, stale: Duration) -> bool {
        self.unheard_since(listening).elapsed() > stale
    }
}
