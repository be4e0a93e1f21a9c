//! The one place where metrics are named. Series are bounded: by path patterns, known methods, hosts and groups.

mod families;
mod groups;
mod labels;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use families::Families;
use groups::Groups;
use labels::{Alone, Answer, Component, Host, JobKind, Outcome, Request, SourceRead, State};

/// All metrics of a process. A clone counts into the same figures.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    families: Families,
    groups: Arc<Groups>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// The media type of [`Metrics::encode`].
    pub const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Metrics that all stand at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("microscaler");
        let families = Families::register(&mut registry);
        // A counter that begins with its first event shows no rise to who looks for one.
        for outcome in ["ok", "failed"] {
            drop(families.launches.get_or_create(&Outcome { outcome }));
        }
        let groups = Arc::new(Groups::default());
        registry.register_collector(Box::new(Arc::clone(&groups)));
        Self(Arc::new(Inner {
            registry,
            families,
            groups,
        }))
    }

    /// All figures in the text format that Prometheus scrapes.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a String fails only if a metric fails to write itself, and ours are the library's.
        if encode(&mut text, &self.0.registry).is_err() {
            text.clear();
        }
        text
    }

    fn families(&self) -> &Families {
        &self.0.families
    }

    /// Whether this process's health manager leads. What only a leader knows ends when it does not: nobody would take
    /// back what it told last.
    pub fn leading(&self, leads: bool) {
        let families = self.families();
        families.leading.set(i64::from(leads));
        if !leads {
            self.0.groups.clear();
            families.frozen.set(0);
            families.hosts.clear();
            families.host_cpu.clear();
            families.host_memory.clear();
        }
    }

    /// A commit lost its compare-and-set.
    pub fn commit_conflict(&self) {
        self.families().commit_conflicts.inc();
    }

    /// A launch came into service, or failed.
    pub fn launch_ended(&self, ok: bool) {
        let outcome = if ok { "ok" } else { "failed" };
        self.families().launches.get_or_create(&Outcome { outcome }).inc();
    }

    /// A round looked at `groups` and changed `changed` of them.
    pub fn round(&self, groups: usize, changed: usize, took: Duration) {
        let families = self.families();
        families.rounds.inc();
        families.round_groups.inc_by(count(groups));
        families.round_changes.inc_by(count(changed));
        families.round_seconds.observe(took.as_secs_f64());
    }

    /// Jobs went out.
    pub fn jobs_sent(&self, launches: u64, stops: u64) {
        for (kind, sent) in [("launch", launches), ("stop", stops)] {
            self.families().jobs.get_or_create(&JobKind { kind }).inc_by(sent);
        }
    }

    /// What a group wants and has. A status that is not named has no series.
    pub fn group(&self, account: &str, group: &str, desired: u32, by_status: &[(&'static str, usize)]) {
        self.0.groups.set(account, group, desired, by_status);
    }

    /// Policies moved a group, out or in.
    pub fn scaled(&self, account: &str, group: &str, out: bool) {
        self.0.groups.scaled(account, group, out);
    }

    /// So many policies of a group that act cannot decide now for want of data.
    pub fn blind_policies(&self, account: &str, group: &str, policies: usize) {
        self.0.groups.blind(account, group, policies);
    }

    /// A source was read; `outcome` is `ok`, or a word for what went wrong.
    pub fn source_read(&self, source: &str, outcome: &'static str) {
        let source = source.to_owned();
        self.families()
            .source_reads
            .get_or_create(&SourceRead { source, outcome })
            .inc();
    }

    /// A group is gone: its series end.
    pub fn forget_group(&self, account: &str, group: &str) {
        self.0.groups.forget(account, group);
    }

    /// Known hosts.
    pub fn hosts(&self, up: usize, silent: usize) {
        for (state, hosts) in [("up", up), ("silent", silent)] {
            let gauge = self.families().hosts.get_or_create_owned(&State { state });
            gauge.set(i64::try_from(hosts).unwrap_or(i64::MAX));
        }
    }

    /// Whether replacements and terminations are frozen.
    pub fn frozen(&self, frozen: bool) {
        self.families().frozen.set(i64::from(frozen));
    }

    /// A host's load, each in per cent of the machine.
    pub fn host_load(&self, host: &str, cpu: f64, memory: f64) {
        let label = Host {
            host: host.to_owned(),
        };
        self.families().host_cpu.get_or_create(&label).set(cpu);
        self.families().host_memory.get_or_create(&label).set(memory);
    }

    /// A request was answered. `path_pattern` is the route (`/asgs/{name}`), never the path that a client sent:
    /// clients could make series without end.
    pub fn http(&self, method: &str, path_pattern: &str, status: u16, took: Duration) {
        let (method, path) = (labels::method(method), path_pattern.to_owned());
        let request = Request { method, path };
        let seconds = took.as_secs_f64();
        self.families()
            .request_seconds
            .get_or_create(&request)
            .observe(seconds);
        let Request { method, path } = request;
        let answer = Answer { method, path, status };
        self.families().requests.get_or_create(&answer).inc();
    }

    /// Somebody tried to log in.
    pub fn login(&self, outcome: &'static str) {
        self.families().logins.get_or_create(&Outcome { outcome }).inc();
    }

    /// Whether the cache that controllers share can be reached. Where none is shared there is no such series.
    pub fn cache_available(&self, available: bool) {
        let gauge = self.families().cache.get_or_create_owned(&Alone {});
        gauge.set(i64::from(available));
    }

    /// How many instances' loads the leader heard lately, and when the last one, since the Unix epoch.
    pub fn sampled(&self, instances: usize, newest: Option<Duration>) {
        let families = self.families();
        families.sampled.set(i64::try_from(instances).unwrap_or(i64::MAX));
        match newest {
            Some(at) => {
                let gauge = families.newest_sample.get_or_create_owned(&Alone {});
                gauge.set(at.as_secs_f64());
            }
            None => families.newest_sample.clear(),
        }
    }

    /// Loads were heard that the next leader does not find.
    pub fn samples_dropped(&self, samples: usize) {
        self.families().samples_dropped.inc_by(count(samples));
    }

    /// Minutes of groups' load are not in the store, and never will be.
    pub fn rollups_dropped(&self, minutes: usize) {
        self.families().rollups_dropped.inc_by(count(minutes));
    }

    /// A container of ours without a record was removed.
    pub fn orphan_removed(&self) {
        self.families().orphans.inc();
    }

    /// A component is looked after from now on: its restarts stand at zero, so that the first one is a rise.
    pub fn component(&self, name: &str) {
        let component = name.to_owned();
        drop(self.families().restarts.get_or_create(&Component { component }));
    }

    /// A component failed and was started again.
    pub fn component_restarted(&self, name: &str) {
        let component = name.to_owned();
        self.families()
            .restarts
            .get_or_create(&Component { component })
            .inc();
    }
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
