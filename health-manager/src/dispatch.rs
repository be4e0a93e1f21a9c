//! Committed records become jobs. What a record's phase asks for is sent at once and again, with growing pauses,
//! until the record moves on: a lost job is only late. Nothing of this is stored; a successor begins anew.

use std::collections::BTreeMap;
use std::time::Duration;

use bus::Bus;
use domain::phase::Remains;
use domain::{Epoch, Group, GroupId, HostName, InstallationId, Instance, InstanceId, Job, Phase};
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use crate::cache::Cache;
use crate::fleet::Fleet;

/// Pauses before a job is sent again; the last one repeats. Longer than a launch at a busy engine takes.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
];
/// The pause while the host is silent: its queue keeps what was sent, and its first report brings the next.
const SILENT: Duration = Duration::from_secs(300);
/// A job that the bus did not take is sent again after this.
const NOT_TAKEN: Duration = Duration::from_secs(1);
/// A dead container is removed after its replacement runs, or after this: removals compete for the engine.
const BURIAL: Duration = Duration::from_secs(30);
/// Jobs given to the bus at once.
const AT_ONCE: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Launch,
    Stop,
}

struct Open {
    group: GroupId,
    kind: Kind,
    attempt: u32,
    due: Instant,
    /// Sent to a host that is silent.
    slow: bool,
}

/// The jobs that are not yet answered by a change of their record.
pub(crate) struct Dispatch {
    epoch: Epoch,
    open: BTreeMap<InstanceId, Open>,
}

impl Dispatch {
    /// No jobs yet, of a leadership.
    pub(crate) fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            open: BTreeMap::new(),
        }
    }

    /// Opens and closes jobs as the group's records ask for, given what they asked for `before`.
    pub(crate) fn sync(&mut self, before: Option<&Group>, group: &Group) {
        let now = Instant::now();
        let replaced = group.in_service() >= usize::try_from(group.wanted()).unwrap_or(usize::MAX);
        for gone in before.into_iter().flat_map(|before| &before.instances) {
            if group.instance(gone.id).is_none() {
                self.open.remove(&gone.id);
            }
        }
        for instance in &group.instances {
            match asked(instance, replaced) {
                Some((kind, delay)) => self.ask(group.id, instance.id, kind, now + delay, now),
                None => {
                    self.open.remove(&instance.id);
                }
            }
        }
    }

    fn ask(&mut self, group: GroupId, record: InstanceId, kind: Kind, due: Instant, now: Instant) {
        let open = self.open.entry(record).or_insert(Open {
            group,
            kind,
            attempt: 0,
            due,
            slow: false,
        });
        if open.kind != kind {
            (open.kind, open.attempt, open.due) = (kind, 0, due);
        } else if open.attempt == 0 && due <= now {
            // A burial that waited for the replacement need not wait any more.
            open.due = open.due.min(due);
        }
    }

    /// A host speaks: what was sent while it was silent is sent again at once.
    pub(crate) fn host_speaks(&mut self, host: &HostName, cache: &Cache) {
        for (_, instance) in cache.on_host(host) {
            if let Some(open) = self.open.get_mut(&instance.id).filter(|open| open.slow) {
                (open.slow, open.due) = (false, Instant::now());
            }
        }
    }

    /// Forgets a group that is gone.
    pub(crate) fn forget(&mut self, group: GroupId) {
        self.open.retain(|_, open| open.group != group);
    }

    /// When the next job is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.open.values().map(|open| open.due).min()
    }

    /// Sends what is due.
    pub(crate) async fn send_due(
        &mut self,
        bus: &dyn Bus,
        cache: &Cache,
        fleet: &Fleet,
        installation: InstallationId,
    ) -> Sent {
        let now = Instant::now();
        let mut jobs = Vec::new();
        let due = self.open.iter_mut().filter(|(_, open)| open.due <= now);
        for (record, open) in due {
            open.attempt = open.attempt.saturating_add(1);
            open.due = now + pause(open.attempt);
            let job = cache.get(open.group).and_then(|kept| {
                let instance = kept.value.instance(*record)?;
                // A launch is not wanted for long; past its deadline it becomes a stop.
                open.slow = open.kind == Kind::Stop && fleet.is_silent(&instance.host);
                Job::for_instance(&kept.value, instance, installation, (self.epoch, open.attempt))
            });
            if open.slow {
                open.due = now + SILENT;
            }
            jobs.extend(job);
        }
        // Collected, or the compiler cannot tell that the future may move between threads.
        let sending: Vec<_> = jobs
            .iter()
            .map(|job| async move { (job, bus.send(job).await) })
            .collect();
        let results: Vec<_> = stream::iter(sending).buffer_unordered(AT_ONCE).collect().await;
        let mut sent = Sent::default();
        for (job, result) in results {
            match result {
                Ok(()) => sent.note(job),
                Err(error) => {
                    tracing::warn!(record = %job.record, host = %job.host, %error, "a job was not sent; it is sent again");
                    if let Some(open) = self.open.get_mut(&job.record) {
                        open.due = now + NOT_TAKEN;
                    }
                }
            }
        }
        sent
    }
}

/// How many jobs were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) launches: u64,
    pub(crate) stops: u64,
}

impl Sent {
    fn note(&mut self, job: &Job) {
        match job.kind {
            domain::JobKind::Launch(_) => self.launches += 1,
            domain::JobKind::Stop { .. } => self.stops += 1,
        }
    }
}

fn pause(attempt: u32) -> Duration {
    let at = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    PAUSES.get(at).or(PAUSES.last()).copied().unwrap_or(NOT_TAKEN)
}

/// The job that a record's phase asks for, and how long it may wait.
fn asked(instance: &Instance, replaced: bool) -> Option<(Kind, Duration)> {
    match &instance.phase {
        Phase::Pending { .. } => Some((Kind::Launch, Duration::ZERO)),
        Phase::InService { .. } | Phase::Terminated { .. } => None,
        Phase::Terminating { remains, .. } => {
            let waits = *remains == Remains::Dead && !replaced;
            Some((Kind::Stop, if waits { BURIAL } else { Duration::ZERO }))
        }
    }
}
