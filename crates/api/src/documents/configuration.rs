//! Launch configurations.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What new instances are made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LaunchConfiguration {
    /// Unique in its account.
    #[schema(example = "lconf1", max_length = 128)]
    pub name: String,
    /// Image reference.
    #[schema(example = "nginx:1.27")]
    pub image_id: String,
    /// A known instance type.
    #[schema(example = "m1.small")]
    pub instances_type: String,
    /// Name of an ssh key; carried, never interpreted.
    #[schema(example = "key1")]
    pub key: String,
    /// Handed to instances in the environment variable `user_data`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
}

impl From<&domain::LaunchConfiguration> for LaunchConfiguration {
    fn from(stored: &domain::LaunchConfiguration) -> Self {
        Self {
            name: stored.name.to_string(),
            image_id: stored.image_id.clone(),
            instances_type: stored.instances_type.to_string(),
            key: stored.key.clone(),
            metadata: stored.metadata.clone(),
        }
    }
}
