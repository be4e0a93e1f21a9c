//! Instance types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The limits that an instance type sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceType {
    /// Virtual CPUs.
    #[schema(example = 1)]
    pub vcpu: u32,
    /// Memory in MiB.
    #[schema(example = 1024)]
    pub memory: u64,
}

/// The known instance types by name.
pub type InstanceTypes = BTreeMap<String, InstanceType>;

impl From<&domain::InstanceType> for InstanceType {
    fn from(known: &domain::InstanceType) -> Self {
        Self {
            vcpu: known.vcpu,
            memory: known.memory,
        }
    }
}
