//! Scaling activities.

use domain::{ActivityKind, ActivityStatus, InstanceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One entry of a group's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// Its id, a UUID.
    #[schema(format = "uuid")]
    pub activity_id: String,
    /// The `guid` of the instance concerned, if there is one.
    #[schema(format = "uuid")]
    pub instance_id: Option<String>,
    /// That instance's host name; empty without one.
    pub instance: String,
    /// `launch`, `terminate`, `adopt` or `change`.
    #[schema(example = "launch")]
    pub kind: String,
    /// `in_progress`, `successful`, `failed` or `cancelled`.
    #[schema(example = "successful")]
    pub status: String,
    /// What is done.
    pub description: String,
    /// Why it is done.
    pub cause: String,
    /// How it ended, or where it stands; may be empty.
    pub message: String,
    /// Per cent done.
    #[schema(maximum = 100)]
    pub progress: u8,
    /// When it began, in Unix seconds.
    pub start_time: i64,
    /// When it ended, in Unix seconds; null while it goes on.
    pub end_time: Option<i64>,
}

impl From<&domain::Activity> for Activity {
    fn from(known: &domain::Activity) -> Self {
        let hostname = |id: InstanceId| domain::Instance::hostname(&known.group_name, id);
        Self {
            activity_id: known.id.to_string(),
            instance_id: known.instance.map(|id| id.to_string()),
            instance: known.instance.map_or_else(String::new, hostname),
            kind: kind(known.kind).to_owned(),
            status: status(known.status).to_owned(),
            description: known.description.clone(),
            cause: known.cause.clone(),
            message: known.message.clone(),
            progress: known.progress,
            start_time: known.start.seconds(),
            end_time: known.end.map(domain::Timestamp::seconds),
        }
    }
}

fn kind(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Launch => "launch",
        ActivityKind::Terminate => "terminate",
        ActivityKind::Adopt => "adopt",
        ActivityKind::Change => "change",
    }
}

fn status(status: ActivityStatus) -> &'static str {
    match status {
        ActivityStatus::InProgress => "in_progress",
        ActivityStatus::Successful => "successful",
        ActivityStatus::Failed => "failed",
        ActivityStatus::Cancelled => "cancelled",
    }
}
