//! Scaling activities: a group's history in EC2's terms.

use serde::{Deserialize, Serialize};

use crate::{AccountName, ActivityId, GroupId, GroupName, InstanceId, Timestamp};

/// What kind of change it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// An instance was launched.
    Launch,
    /// An instance was terminated.
    Terminate,
    /// A container without a record was taken into the group.
    Adopt,
    /// Desired state was changed.
    Change,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityStatus {
    /// Under way.
    InProgress,
    /// Done.
    Successful,
    /// Failed; the message says why.
    Failed,
    /// Given up because it was no longer wanted.
    Cancelled,
}

impl ActivityStatus {
    /// Whether nothing more will be said of it. A final state is never overwritten by an earlier one.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::InProgress => false,
            Self::Successful | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// One entry of a group's history. Written again under its id as it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Its id, derived from the instance where there is one.
    pub id: ActivityId,
    /// The group.
    pub group: GroupId,
    /// The group's account.
    pub account: AccountName,
    /// The group's name at the time.
    pub group_name: GroupName,
    /// The instance concerned.
    pub instance: Option<InstanceId>,
    /// What kind of change.
    pub kind: ActivityKind,
    /// How far.
    pub status: ActivityStatus,
    /// What is done, for people.
    pub description: String,
    /// Why it is done.
    pub cause: String,
    /// How it ended, or where it stands; empty when there is nothing to say.
    pub message: String,
    /// Per cent done.
    pub progress: u8,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Option<Timestamp>,
}
