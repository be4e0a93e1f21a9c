//! Figures of sources beside the agents: what the policies of started groups look at is read in the background while this
//! process leads, and kept to be looked back on. A source that is slow or away holds up nobody.

mod read;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ::sources::{Series, Source, SourceError, Window};
use config::MetricSource;
use domain::policy::Statistic;
use domain::{AccountName, GroupId, Policy};
use telemetry::Metrics;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// Reads at the same time, of all sources.
const AT_ONCE: usize = 16;
/// Reads at the same time of one source: one that hangs leaves turns to the others.
const AT_ONCE_OF_ONE: usize = 4;
/// Figures that wait for the leader's loop; readers wait when it is behind.
const WAITING: usize = 256;

/// What is followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Whose figure it is, where accounts tell it.
    account: Option<AccountName>,
    source: String,
    metric: String,
}

/// What came of a read.
pub(crate) struct Told {
    key: Key,
    /// When it was asked.
    at: Instant,
    read: Result<f64, SourceError>,
}

/// A source that the configuration declares.
struct Declared {
    interval: Duration,
    timeout: Duration,
    /// Who is asked; none where figures are told.
    server: Option<Arc<Source>>,
    turns: Arc<Semaphore>,
}

/// A metric that is followed.
struct Followed {
    series: Series,
    /// Groups with a policy that looks at it.
    groups: BTreeSet<GroupId>,
    /// Reads it; none where it is told.
    _reader: Option<AbortOnDropHandle<()>>,
}

/// All sources.
pub(crate) struct Sources {
    declared: BTreeMap<String, Declared>,
    followed: BTreeMap<Key, Followed>,
    turns: Arc<Semaphore>,
    told: mpsc::Receiver<Told>,
    tell: mpsc::Sender<Told>,
    metrics: Metrics,
}

impl Sources {
    pub(super) fn new(declared: &BTreeMap<String, MetricSource>, metrics: Metrics) -> Self {
        let (tell, told) = mpsc::channel(WAITING);
        let of = |(name, source): (&String, &MetricSource)| (name.clone(), Declared::of(source));
        Self {
            declared: declared.iter().map(of).collect(),
            followed: BTreeMap::new(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            told,
            tell,
            metrics,
        }
    }

    /// What a policy's metric was over the `window` that ended `ago`.
    pub(super) fn look(
        &self,
        account: &AccountName,
        policy: &Policy,
        window: Duration,
        ago: Duration,
    ) -> Result<f64, String> {
        let statistic = policy.statistic.parse().map_err(|e| format!("statistic {e}"))?;
        let window = |declared: &Declared| declared.window(statistic, window, ago);
        self.read(account, policy, window)
    }

    /// Whether the figures of a policy's metric reach back to the begin of the `window` that ended `ago`.
    pub(super) fn covers(
        &self,
        account: &AccountName,
        policy: &Policy,
        window: Duration,
        ago: Duration,
    ) -> bool {
        let Some((key, declared)) = self.key(account, policy) else {
            return false;
        };
        let window = declared.window(Statistic::Average, window, ago);
        self.followed
            .get(&key)
            .is_some_and(|followed| followed.series.covers(Instant::now(), window))
    }

    /// A figure of all that came of a policy's metric in the `window` that ended `ago`, whichever statistic the policy
    /// itself is of: also when the source was silent at its end.
    pub(super) fn figure(
        &self,
        account: &AccountName,
        policy: &Policy,
        statistic: Statistic,
        window: Duration,
        ago: Duration,
    ) -> Result<f64, String> {
        self.read(account, policy, |declared| {
            let holds = declared.holds().max(window);
            Window {
                holds,
                ..declared.window(statistic, window, ago)
            }
        })
    }

    fn read(
        &self,
        account: &AccountName,
        policy: &Policy,
        window: impl Fn(&Declared) -> Window,
    ) -> Result<f64, String> {
        let name = &policy.source;
        let (key, declared) = self
            .key(account, policy)
            .ok_or_else(|| format!("source {name} is not declared in the configuration"))?;
        let followed = self.followed.get(&key);
        let series = followed.ok_or_else(|| format!("source {name}: not asked yet"))?;
        let looked = series.series.look(Instant::now(), window(declared));
        looked.map_err(|why| format!("source {name}: {why}"))
    }

    /// What a policy looks at; `None` when its source is not declared.
    fn key(&self, account: &AccountName, policy: &Policy) -> Option<(Key, &Declared)> {
        let declared = self.declared.get(&policy.source)?;
        let key = Key {
            account: declared.server.is_none().then(|| account.clone()),
            source: policy.source.clone(),
            metric: policy.metric.clone(),
        };
        Some((key, declared))
    }

    /// What comes of the next read; waits for ever while nothing is read.
    pub(crate) async fn told(&mut self) -> Told {
        match self.told.recv().await {
            Some(told) => told,
            None => std::future::pending().await,
        }
    }

    /// Takes in what came of a read, and of those that wait behind it; the groups that it concerns.
    pub(crate) fn hear(&mut self, first: Told) -> BTreeSet<GroupId> {
        let mut concerned = BTreeSet::new();
        let mut next = Some(first);
        while let Some(told) = next {
            concerned.extend(self.take(told));
            next = self.told.try_recv().ok();
        }
        concerned
    }

    /// Takes in a figure that an account tells; the groups that it concerns.
    pub(crate) fn pushed(
        &mut self,
        account: AccountName,
        source: String,
        metric: String,
        figure: f64,
    ) -> BTreeSet<GroupId> {
        let is_told = |declared: &Declared| declared.server.is_none();
        if !figure.is_finite() || !self.declared.get(&source).is_some_and(is_told) {
            return BTreeSet::new();
        }
        let key = Key {
            account: Some(account),
            source,
            metric,
        };
        self.take(Told {
            key,
            at: Instant::now(),
            read: Ok(figure),
        })
    }

    /// Takes in what came of a read; the groups that it concerns, none when nobody looks at it any more.
    fn take(&mut self, Told { key, at, read }: Told) -> BTreeSet<GroupId> {
        let outcome = read.as_ref().map_or_else(SourceError::outcome, |_| "ok");
        self.metrics.source_read(&key.source, outcome);
        let Some(followed) = self.followed.get_mut(&key) else {
            return BTreeSet::new();
        };
        let (source, metric) = (&key.source, &key.metric);
        let failed_before = followed.series.is_failing();
        match read {
            Ok(figure) => {
                if failed_before {
                    tracing::info!(%source, %metric, "a source gives figures again");
                }
                followed.series.push(at, figure);
            }
            Err(error) => {
                if !failed_before {
                    tracing::warn!(%source, %metric, %error, "a source gives no figure");
                }
                followed.series.fail(error.to_string());
            }
        }
        followed.groups.clone()
    }
}

impl Declared {
    fn of(source: &MetricSource) -> Self {
        Self {
            interval: source.interval,
            timeout: source.timeout,
            server: Source::declared(source).map(Arc::new),
            turns: Arc::new(Semaphore::new(AT_ONCE_OF_ONE)),
        }
    }

    /// How long a figure of it holds: until the one after the next is late.
    fn holds(&self) -> Duration {
        self.interval * 2 + self.timeout
    }

    /// A window of its figures.
    fn window(&self, statistic: Statistic, length: Duration, ago: Duration) -> Window {
        Window {
            statistic,
            length,
            ago,
            holds: self.holds(),
        }
    }
}

#[cfg(test)]
mod tests;
