//! What accounts store beside groups: launch configurations, load balancers, policies and schedules, and what these documents have
//! in common.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    AccountName, BalancerName, ConfigName, Generation, GroupId, Policy, Schedule, TypeName, ZoneName,
};

/// What new instances are made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchConfiguration {
    /// Unique in its account.
    pub name: ConfigName,
    /// Image reference, for example `nginx:1.27`.
    pub image_id: String,
    /// A known instance type.
    pub instances_type: TypeName,
    /// Name of an ssh key; carried, never interpreted.
    pub key: String,
    /// Handed to instances in `user_data`.
    #[serde(default)]
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

/// A load balancer's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Unique in its account.
    pub name: BalancerName,
    /// Port that clients use.
    pub lb_port: u16,
    /// Port that instances listen on.
    pub instances_port: u16,
    /// Zones it balances over.
    pub availability_zones: Vec<ZoneName>,
    /// For example `HTTP`.
    pub protocol: String,
    /// Free options.
    pub options: Vec<String>,
}

/// The kinds of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`LaunchConfiguration`].
    LaunchConfiguration,
    /// [`LoadBalancer`].
    LoadBalancer,
    /// [`Policy`].
    Policy,
    /// [`Schedule`].
    Schedule,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::LaunchConfiguration,
        Self::LoadBalancer,
        Self::Policy,
        Self::Schedule,
    ];

    /// As messages name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LaunchConfiguration => "launch configuration",
            Self::LoadBalancer => "load balancer",
            Self::Policy => "policy",
            Self::Schedule => "schedule",
        }
    }
}

/// A document's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A launch configuration.
    LaunchConfiguration(LaunchConfiguration),
    /// A load balancer.
    LoadBalancer(LoadBalancer),
    /// A policy.
    Policy(Policy),
    /// A schedule.
    Schedule(Schedule),
}

impl Body {
    /// Which kind this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::LaunchConfiguration(_) => Kind::LaunchConfiguration,
            Self::LoadBalancer(_) => Kind::LoadBalancer,
            Self::Policy(_) => Kind::Policy,
            Self::Schedule(_) => Kind::Schedule,
        }
    }

    /// The document's name, unique by account and kind.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::LaunchConfiguration(body) => body.name.as_str(),
            Self::LoadBalancer(body) => body.name.as_str(),
            Self::Policy(body) => body.name.as_str(),
            Self::Schedule(body) => body.name.as_str(),
        }
    }
}

/// A stored document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Whose it is.
    pub account: AccountName,
    /// Counts the changes that users made.
    pub generation: Generation,
    /// Started groups that rest on it; it cannot be deleted while there are any.
    pub used_by: BTreeSet<GroupId>,
    /// The content.
    pub body: Body,
}
