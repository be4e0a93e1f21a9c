//! Series of groups: collected when asked for, so that a group that is gone leaves none behind.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

#[derive(Debug, Default)]
struct Figures {
    desired: u32,
    by_status: Vec<(&'static str, usize)>,
    /// By policies, out and in.
    scaled: [u64; 2],
    /// Policies that cannot decide for want of data; none of groups without policies.
    blind: Option<usize>,
}

type ByAccount = BTreeMap<String, BTreeMap<String, Figures>>;

/// The last figures of every group.
#[derive(Debug, Default)]
pub(super) struct Groups(Mutex<ByAccount>);

impl Groups {
    fn lock(&self) -> MutexGuard<'_, ByAccount> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, account: &str, group: &str, change: impl FnOnce(&mut Figures)) {
        let mut accounts = self.lock();
        if let Some(known) = accounts.get_mut(account).and_then(|groups| groups.get_mut(group)) {
            return change(known);
        }
        let groups = accounts.entry(account.to_owned()).or_default();
        change(groups.entry(group.to_owned()).or_default());
    }

    pub(super) fn set(&self, account: &str, group: &str, desired: u32, by_status: &[(&'static str, usize)]) {
        self.change(account, group, |figures| {
            figures.desired = desired;
            figures.by_status.clear();
            figures.by_status.extend_from_slice(by_status);
        });
    }

    pub(super) fn scaled(&self, account: &str, group: &str, out: bool) {
        self.change(account, group, |figures| {
            let [outs, ins] = &mut figures.scaled;
            *if out { outs } else { ins } += 1;
        });
    }

    pub(super) fn blind(&self, account: &str, group: &str, policies: usize) {
        self.change(account, group, |figures| figures.blind = Some(policies));
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
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
        let mut scaled = encoder.encode_descriptor(
            "group_scaled",
            "Changes of a group's desired capacity by policies.",
            None,
            MetricType::Counter,
        )?;
        let followed = || every().filter(|(_, _, figures)| figures.blind.is_some());
        for (account, name, figures) in followed() {
            for (direction, count) in ["out", "in"].into_iter().zip(figures.scaled) {
                let labels = [
                    ("account", account.as_str()),
                    ("group", name.as_str()),
                    ("direction", direction),
                ];
                let counted = scaled.encode_family(&labels)?;
                { counted }.encode_counter::<NoLabelSet, _, f64>(&count, None)?;
            }
        }
        let mut blind = encoder.encode_descriptor(
            "group_policies_without_data",
            "Policies of a group that act and cannot decide for want of data.",
            None,
            MetricType::Gauge,
        )?;
        for (account, name, figures) in followed() {
            let labels = [("account", account.as_str()), ("group", name.as_str())];
            let count = i64::try_from(figures.blind.unwrap_or_default()).unwrap_or(i64::MAX);
            blind.encode_family(&labels)?.encode_gauge(&count)?;
        }
        Ok(())
    }
}
