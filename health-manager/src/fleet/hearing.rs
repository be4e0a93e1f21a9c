//! What a message of an agent still proves, by the order in which its lives spoke.

use std::collections::BTreeMap;

use domain::report::Load;
use domain::{HostName, Incarnation, InstanceId, Mark, Stamp};
use tokio::time::Instant;

use super::Fleet;

/// Full reports that an agent's life must tell, undisturbed by another life, to prove anything about what another
/// life saw. One may be a late message of a life that is over: clocks jump, so incarnations alone do not tell.
const LISTINGS_THAT_PROVE: u32 = 2;

/// What was heard of a host's agent in its present life.
pub(super) struct Heard {
    incarnation: Incarnation,
    pub(super) at: Instant,
    /// Full reports heard.
    listings: u32,
    /// The last event of each record in this life that no listing covers.
    events: BTreeMap<InstanceId, u64>,
    /// Where the newest listing began: what was told before it, and comes later, is old.
    listed_from: Option<u64>,
    /// The newest samples.
    sampled: Option<u64>,
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
    /// Hears a message: is it of the known engine, and of the agent's present life?
    pub(crate) fn hear(&mut self, stamp: &Stamp) -> Hearing {
        self.note_frozen();
        let silent = self.is_silent(&stamp.host);
        let Some(known) = self.hosts.get_mut(&stamp.host) else {
            return Hearing::Unknown;
        };
        if known.host.engine != stamp.engine {
            return Hearing::WrongEngine;
        }
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
                    sampled: None,
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

    /// Keeps a host's load; false when it is not the newest that the present life of its agent told.
    pub(crate) fn note_load(&mut self, stamp: &Stamp, load: Load) -> bool {
        let Some(known) = self.hosts.get_mut(&stamp.host) else {
            return false;
        };
        let present = |heard: &&mut Heard| heard.incarnation == stamp.incarnation;
        let Some(heard) = known.heard.as_mut().filter(present) else {
            return false;
        };
        let newer = heard.sampled < Some(stamp.sequence);
        if newer {
            heard.sampled = Some(stamp.sequence);
            known.load = load;
        }
        newer
    }

    pub(super) fn heard(&self, host: &HostName) -> Option<&Heard> {
        self.hosts.get(host)?.heard.as_ref()
    }

    pub(super) fn heard_mut(&mut self, host: &HostName) -> Option<&mut Heard> {
        self.hosts.get_mut(host)?.heard.as_mut()
    }
}
