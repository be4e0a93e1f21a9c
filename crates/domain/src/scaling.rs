//! How a group lets policies move it, whichever they are.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Bounds of what policies do to a group, beside its sizes and cooldowns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaling {
    /// Seconds in service after which an instance's samples count; none: [`Scaling::WARMUP`].
    #[serde(default)]
    pub instance_warmup: Option<u32>,
    /// Seconds back from now of which the highest wish holds, before anything is removed; none: HPA's
    /// [`Scaling::STABILIZATION`] for target tracking, and nothing for policies that have a breach duration.
    #[serde(default)]
    pub scale_in_stabilization: Option<u32>,
    /// How fast it may grow; none: at once.
    #[serde(default)]
    pub scale_out_rate: Option<Rate>,
    /// How fast it may shrink; none: at once.
    #[serde(default)]
    pub scale_in_rate: Option<Rate>,
}

impl Scaling {
    /// Seconds, HPA's `--horizontal-pod-autoscaler-initial-readiness-delay`.
    pub const WARMUP: u32 = 30;
    /// Seconds, HPA's `--horizontal-pod-autoscaler-downscale-stabilization`.
    pub const STABILIZATION: u32 = 300;

    /// Seconds in service after which an instance's samples count.
    #[must_use]
    pub fn warmup(&self) -> u32 {
        self.instance_warmup.unwrap_or(Self::WARMUP)
    }

    /// How far back a rate looks; zero where there is none.
    #[must_use]
    pub fn longest_period(&self) -> Duration {
        let rates = [self.scale_out_rate, self.scale_in_rate];
        let longest = rates.into_iter().flatten().map(|rate| rate.period).max();
        Duration::from_secs(longest.unwrap_or(0).into())
    }
}

/// Which bounds of a [`Scaling`] an update takes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unset {
    /// `instance_warmup`.
    pub instance_warmup: bool,
    /// `scale_in_stabilization`.
    pub scale_in_stabilization: bool,
    /// `scale_out_rate`.
    pub scale_out_rate: bool,
    /// `scale_in_rate`.
    pub scale_in_rate: bool,
}

impl Scaling {
    /// These bounds, with those given laid over them and those taken back removed.
    #[must_use]
    pub fn with(self, given: Self, unset: Unset) -> Self {
        fn pick<T>(given: Option<T>, unset: bool, kept: Option<T>) -> Option<T> {
            given.or(kept.filter(|_| !unset))
        }
        Self {
            instance_warmup: pick(given.instance_warmup, unset.instance_warmup, self.instance_warmup),
            scale_in_stabilization: pick(
                given.scale_in_stabilization,
                unset.scale_in_stabilization,
                self.scale_in_stabilization,
            ),
            scale_out_rate: pick(given.scale_out_rate, unset.scale_out_rate, self.scale_out_rate),
            scale_in_rate: pick(given.scale_in_rate, unset.scale_in_rate, self.scale_in_rate),
        }
    }
}

/// At most so much within a period. Where both figures are given, the larger of what they allow holds, as HPA's
/// `selectPolicy: Max` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Instances.
    #[serde(default)]
    pub instances: Option<u32>,
    /// Per cent of what there was when the period began.
    #[serde(default)]
    pub percent: Option<u32>,
    /// Seconds.
    pub period: u32,
}

/// What a user can suspend, by EC2's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Process {
    /// Adding instances, whatever for.
    Launch,
    /// Removing instances, whatever for, except that a group stops or a user names one.
    Terminate,
    /// Heeding what health checks say of instances that run, also of those that are launched.
    HealthCheck,
    /// Replacing what is unhealthy but runs.
    ReplaceUnhealthy,
    /// Replacing instances in zones that the group does not name any more.
    #[serde(rename = "AZRebalance")]
    AzRebalance,
    /// What policies decide.
    AlarmNotification,
    /// What the clock decides.
    ScheduledActions,
}

impl Process {
    /// All, in EC2's order.
    pub const ALL: [Self; 7] = [
        Self::Launch,
        Self::Terminate,
        Self::HealthCheck,
        Self::ReplaceUnhealthy,
        Self::AzRebalance,
        Self::AlarmNotification,
        Self::ScheduledActions,
    ];

    /// EC2's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Launch => "Launch",
            Self::Terminate => "Terminate",
            Self::HealthCheck => "HealthCheck",
            Self::ReplaceUnhealthy => "ReplaceUnhealthy",
            Self::AzRebalance => "AZRebalance",
            Self::AlarmNotification => "AlarmNotification",
            Self::ScheduledActions => "ScheduledActions",
        }
    }
}
