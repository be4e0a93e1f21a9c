//! What was decided about a group's capacity, from what, and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A decision about a group's desired capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Its id, a UUID; the last decision that changed nothing has the group's.
    #[schema(format = "uuid")]
    pub id: String,
    /// The group's id.
    #[schema(format = "uuid")]
    pub group: String,
    /// The group's account.
    pub account: String,
    /// The group's name at the time.
    pub group_name: String,
    /// When, in Unix seconds.
    pub at: i64,
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

/// What a policy wished for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Wish {
    /// The policy.
    #[schema(example = "policy1")]
    pub policy: String,
    /// Its kind.
    #[schema(example = "threshold")]
    pub policy_type: String,
    /// It moves nothing.
    pub shadow: bool,
    /// Where the metric comes from; empty in decisions of earlier versions.
    #[schema(example = "agent")]
    pub source: String,
    /// What was measured.
    #[schema(example = "AVG CPU over 60 s")]
    pub metric: String,
    /// The figure; null when nothing could be measured.
    pub value: Option<f64>,
    /// Instances that it rests on.
    pub reported: u32,
    /// The capacity that it wishes for; null when it has nothing to say, which hinders no other.
    pub capacity: Option<u32>,
    /// Why, in words and numbers.
    pub reason: String,
}

/// Something that kept the outcome from being what was wished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clamp {
    /// `missing_data`, `stabilization`, `rate`, `cooldown`, `bounds`, `schedule`, `suspended` or `frozen`.
    #[schema(example = "cooldown")]
    pub by: String,
    /// Capacity that was wished so far.
    pub from: u32,
    /// What was left of it.
    pub to: u32,
    /// Why, in words and numbers.
    pub reason: String,
}

impl From<&domain::Decision> for Decision {
    fn from(taken: &domain::Decision) -> Self {
        Self {
            id: taken.id.0.to_string(),
            group: taken.group.to_string(),
            account: taken.account.to_string(),
            group_name: taken.group_name.to_string(),
            at: taken.at.seconds(),
            before: taken.before,
            after: taken.after,
            min_size: taken.min_size,
            max_size: taken.max_size,
            in_service: taken.in_service,
            warming: taken.warming,
            wishes: taken.wishes.iter().map(Wish::from).collect(),
            clamps: taken.clamps.iter().map(Clamp::from).collect(),
            outcome: taken.outcome.clone(),
        }
    }
}

impl From<&domain::Wish> for Wish {
    fn from(wish: &domain::Wish) -> Self {
        Self {
            policy: wish.policy.to_string(),
            policy_type: wish.policy_type.clone(),
            shadow: wish.shadow,
            source: wish.source.clone(),
            metric: wish.metric.clone(),
            value: wish.value,
            reported: wish.reported,
            capacity: wish.capacity,
            reason: wish.reason.clone(),
        }
    }
}

impl From<&domain::Clamp> for Clamp {
    fn from(clamp: &domain::Clamp) -> Self {
        Self {
            by: clamp.by.as_str().to_owned(),
            from: clamp.from,
            to: clamp.to,
            reason: clamp.reason.clone(),
        }
    }
}
