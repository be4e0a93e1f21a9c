//! The metrics by name. The registry puts `microscaler_` in front, and `_total` behind what counts.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::labels::{Alone, Answer, Component, Host, JobKind, Outcome, Request, SourceRead, State};

pub(super) type Per<L, M> = Family<L, M, fn() -> M>;
pub(super) type Decimal = Gauge<f64, AtomicU64>;

/// Upper bounds in seconds. Rounds and reads take milliseconds, launches and stops seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

/// Registers each metric as it is made, and keeps it to be changed.
macro_rules! families {
    ($($field:ident: $kind:ty = $make:expr, $name:literal, $help:literal;)*) => {
        pub(super) struct Families {
            $(pub $field: $kind,)*
        }

        impl Families {
            pub fn register(registry: &mut Registry) -> Self {
                $(
                    let $field: $kind = $make;
                    registry.register($name, $help, $field.clone());
                )*
                Self { $($field,)* }
            }
        }
    };
}

families! {
    leading: Gauge = Gauge::default(), "leading", "1 while this health manager leads";
    frozen: Gauge = Gauge::default(), "frozen",
        "1 while replacements and terminations are frozen because most hosts are silent";
    commit_conflicts: Counter = Counter::default(), "commit_conflicts",
        "Commits that lost the compare-and-set and were decided again";
    launches: Per<Outcome, Counter> = Family::new_with_constructor(Counter::default), "launches",
        "Launches that ended, by outcome";
    rounds: Counter = Counter::default(), "rounds", "Rounds of the health manager";
    round_groups: Counter = Counter::default(), "round_groups", "Groups looked at in rounds";
    round_changes: Counter = Counter::default(), "round_changes", "Groups changed in rounds";
    round_seconds: Histogram = seconds(), "round_duration_seconds", "Time that a round took";
    jobs: Per<JobKind, Counter> = Family::new_with_constructor(Counter::default), "jobs_sent",
        "Jobs sent to workers, by kind";
    hosts: Per<State, Gauge> = Family::new_with_constructor(Gauge::default), "hosts", "Known hosts, by state";
    host_cpu: Per<Host, Decimal> = Family::new_with_constructor(Decimal::default), "host_cpu_percent",
        "CPU used on a host, in per cent of the machine";
    host_memory: Per<Host, Decimal> = Family::new_with_constructor(Decimal::default), "host_memory_percent",
        "Memory used on a host, in per cent of the machine";
    requests: Per<Answer, Counter> = Family::new_with_constructor(Counter::default), "http_requests",
        "Requests answered, by method, path pattern and status";
    request_seconds: Per<Request, Histogram> = Family::new_with_constructor(seconds),
        "http_request_duration_seconds", "Time until a request was answered, by method and path pattern";
    logins: Per<Outcome, Counter> = Family::new_with_constructor(Counter::default), "logins",
        "Logins, by outcome";
    orphans: Counter = Counter::default(), "orphans_removed", "Containers of ours removed for want of a record";
    cache: Per<Alone, Gauge> = Family::new_with_constructor(Gauge::default), "cache_available",
        "1 while what processes share for a short time can be reached";
    sampled: Gauge = Gauge::default(), "instances_sampled",
        "Instances whose load was heard lately by the leading health manager";
    newest_sample: Per<Alone, Decimal> = Family::new_with_constructor(Decimal::default),
        "newest_sample_timestamp_seconds", "When a load was heard last; its age is time() less this";
    samples_dropped: Counter = Counter::default(), "samples_dropped",
        "Loads that were not left for the next leader because the cache was away for too long";
    rollups_dropped: Counter = Counter::default(), "rollups_dropped",
        "Minutes of groups' load that were not kept because the store was away for too long";
    source_reads: Per<SourceRead, Counter> = Family::new_with_constructor(Counter::default), "source_reads",
        "Figures read of sources that the configuration declares, by source and outcome";
    restarts: Per<Component, Counter> = Family::new_with_constructor(Counter::default), "component_restarts",
        "Components started again after they failed";
}
