//! What was decided about a group's capacity, from what, and why: for people, and for the record.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccountName, GroupId, GroupName, PolicyName, Timestamp};

/// The identity of a decision: of its own where it changed something, the group's for the last that did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DecisionId(pub Uuid);

impl DecisionId {
    /// That of a group's last decision that changed nothing: each replaces the one before.
    #[must_use]
    pub fn of_idle(group: GroupId) -> Self {
        Self(group.0)
    }
}

/// A decision about a group's desired capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its identity.
    pub id: DecisionId,
    /// The group.
    pub group: GroupId,
    /// The group's account.
    pub account: AccountName,
    /// The group's name at the time.
    pub group_name: GroupName,
    /// When.
    pub at: Timestamp,
    /// Desired capacity before.
    pub before: u32,
    /// Desired capacity after.
    pub after: u32,
    /// The lower bound that held.
    pub min_size: u32,
    /// The upper bound that held.
    pub max_size: u32,
    /// Instances in service whose samples count.
    pub in_service: u32,
    /// Instances that are launched or in service and do not count yet.
    pub warming: u32,
    /// What each policy wished for, by name.
    pub wishes: Vec<Wish>,
    /// What stood between the wishes and the outcome, in the order in which it did.
    pub clamps: Vec<Clamp>,
    /// What came of it, in one sentence.
    pub outcome: String,
}

impl Decision {
    /// Whether it changed something.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.before != self.after
    }
}

/// What a policy wished for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// The policy.
    pub policy: PolicyName,
    /// Its kind, one of [`crate::policy::Rule::TYPES`].
    pub policy_type: String,
    /// It moves nothing.
    pub shadow: bool,
    /// Where the metric comes from; empty in decisions of earlier versions.
    #[serde(default)]
    pub source: String,
    /// What was measured, for example `AVG CPU over 60 s`.
    pub metric: String,
    /// The figure; none when nothing could be measured.
    pub value: Option<f64>,
    /// Instances that it rests on.
    pub reported: u32,
    /// The capacity that it wishes for; none when it has nothing to say, which hinders no other.
    pub capacity: Option<u32>,
    /// Why, in words and numbers.
    pub reason: String,
}

/// Something that kept the outcome from being what was wished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clamp {
    /// What.
    pub by: ClampKind,
    /// Capacity that was wished so far.
    pub from: u32,
    /// What was left of it.
    pub to: u32,
    /// Why, in words and numbers.
    pub reason: String,
}

/// What kept an outcome from being what was wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClampKind {
    /// A metric that said nothing.
    MissingData,
    /// Higher wishes within the stabilisation window.
    Stabilization,
    /// The rate limits.
    Rate,
    /// The group's cooldown, or the policy's own.
    Cooldown,
    /// min_size or max_size.
    Bounds,
    /// A schedule.
    Schedule,
    /// The user suspended it.
    Suspended,
    /// Most hosts are silent.
    Frozen,
}

impl ClampKind {
    /// As documents and messages say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingData => "missing_data",
            Self::Stabilization => "stabilization",
            Self::Rate => "rate",
            Self::Cooldown => "cooldown",
            Self::Bounds => "bounds",
            Self::Schedule => "schedule",
            Self::Suspended => "suspended",
            Self::Frozen => "frozen",
        }
    }
}
