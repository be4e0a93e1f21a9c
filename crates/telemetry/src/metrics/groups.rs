//! Series of groups: collected when asked for, so that a group that is gone leaves none behind.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

#[derive(Debug, Default)]
struct Figures {
    desired: u32,
    by_status: Vec<(&'static str, usize)>,
}

type ByAccount = BTreeMap<String, BTreeMap<String, Figures>>;

/// The last figures of every group.
#[derive(Debug, Default)]
pub(super) struct Groups(Mutex<ByAccount>);

impl Groups {
    fn lock(&self) -> MutexGuard<'_, ByAccount> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, account: &str, group: &str, desired: u32, by_status: &[(&'static str, usize)]) {
        let mut accounts = self.lock();
        if let Some(known) = accounts.get_mut(account).and_then(|groups| groups.get_mut(group)) {
            known.desired = desired;
            known.by_status.clear();
            known.by_status.extend_from_slice(by_status);
            return;
        }
        let by_status = by_status.to_vec();
        let groups = accounts.entry(account.to_owned()).or_default();
        groups.insert(group.to_owned(), Figures { desired, by_status });
    }

    pub(super) fn forget(&self, account: &str, group: &str) {
        let mut accounts = self.lock();
        if let Some(groups) = accounts.get_mut(account) {
            groups.remove(group);
            if groups.is_empty() {
                accounts.remove(account);
            }
        }
    }
}

impl Collector for Groups {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let accounts = self.lock();
        let every = || {
            accounts.iter().flat_map(|(account, groups)| {
                groups.iter().map(move |(name, figures)| (account, name, figures))
            })
        };
        let mut desired = encoder.encode_descriptor(
            "group_desired_capacity",
            "Instances that a group wants.",
            None,
            MetricType::Gauge,
        )?;
        for (account, name, figures) in every() {
            let labels = [("account", account.as_str()), ("group", name.as_str())];
            desired.encode_family(&labels)?.encode_gauge(&figures.desired)?;
        }
        let mut instances = encoder.encode_descriptor(
            "group_instances",
            "Instances of a group by status.",
            None,
            MetricType::Gauge,
        )?;
        for (account, name, figures) in every() {
            for (status, count) in &figures.by_status {
                let labels = [
                    ("account", account.as_str()),
                    ("group", name.as_str()),
                    ("status", *status),
                ];
                let count = i64::try_from(*count).unwrap_or(i64::MAX);
                instances.encode_family(&labels)?.encode_gauge(&count)?;
            }
        }
        Ok(())
    }
}
