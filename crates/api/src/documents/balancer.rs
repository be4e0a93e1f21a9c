//! Load balancers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A load balancer's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoadBalancer {
    /// Unique in its account.
    #[schema(example = "lb1", max_length = 63)]
    pub name: String,
    /// Port that clients use; a numeric string is taken too.
    #[schema(example = 80, minimum = 1)]
    pub lb_port: u16,
    /// Port that instances listen on; a numeric string is taken too.
    #[schema(example = 9080, minimum = 1)]
    pub instances_port: u16,
    /// Zones it balances over.
    #[schema(example = json!(["docker01", "docker02"]), min_items = 1)]
    pub availability_zones: Vec<String>,
    /// The protocol.
    #[serde(default = "http")]
    #[schema(default = "HTTP")]
    pub protocol: String,
    /// Free options.
    #[serde(default)]
    pub options: Vec<String>,
}

fn http() -> String {
    "HTTP".to_owned()
}

impl From<&domain::LoadBalancer> for LoadBalancer {
    fn from(stored: &domain::LoadBalancer) -> Self {
        Self {
            name: stored.name.to_string(),
            lb_port: stored.lb_port,
            instances_port: stored.instances_port,
            availability_zones: stored
                .availability_zones
                .iter()
                .map(ToString::to_string)
                .collect(),
            protocol: stored.protocol.clone(),
            options: stored.options.clone(),
        }
    }
}
