//! What writes and errors answer, and the small bodies of single figures.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer to a write that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Written {
    /// `OK`.
    #[schema(example = "OK")]
    pub status: String,
    /// The group's generation after the write, for `If-Match`; only groups have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
}

impl Written {
    /// A write of a document.
    #[must_use]
    pub fn ok() -> Self {
        Self {
            status: "OK".to_owned(),
            generation: None,
        }
    }

    /// A write of a group, which is now at `generation`.
    #[must_use]
    pub fn at(generation: domain::Generation) -> Self {
        Self {
            generation: Some(generation.0),
            ..Self::ok()
        }
    }
}

/// The answer to a call that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// `ERROR`.
    #[schema(example = "ERROR")]
    pub status: String,
    /// What is wrong: the field, its value and what is expected, where there is a field.
    #[schema(example = "max_size: -1 is below 0")]
    pub message: String,
}

impl Failure {
    /// A failure, for people.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            status: "ERROR".to_owned(),
            message: message.into(),
        }
    }
}

/// The body of `PUT /asgs/{name}/desired_capacity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DesiredCapacity {
    /// Instances wanted, within min_size and max_size.
    pub desired_capacity: u32,
}

/// The body of `PUT /{account}/asgs/{name}/instances`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceCount {
    /// Instances wanted, within min_size and max_size.
    pub n_instances: u32,
}
