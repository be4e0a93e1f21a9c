//! Docker hosts: what they offer and what instances need.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{EngineId, HostName, ZoneName};

/// An instance type: the limits a container gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceType {
    /// Virtual CPUs; more than the host has counts as all of them.
    pub vcpu: u32,
    /// Memory in MiB.
    pub memory: u64,
}

/// What a host offers to instances, counted in instance types. A missing figure is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Containers.
    pub instances: Option<u32>,
    /// Memory in MiB.
    pub memory_mib: Option<u64>,
    /// Virtual CPUs.
    pub vcpus: Option<u32>,
}

/// What instances take from a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Containers.
    pub instances: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Virtual CPUs.
    pub vcpus: u32,
}

impl Need {
    /// What one instance of a type takes.
    #[must_use]
    pub fn of(kind: InstanceType) -> Self {
        Self {
            instances: 1,
            memory_mib: kind.memory,
            vcpus: kind.vcpu,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            instances: self.instances.saturating_add(other.instances),
            memory_mib: self.memory_mib.saturating_add(other.memory_mib),
            vcpus: self.vcpus.saturating_add(other.vcpus),
        }
    }

    /// This without the other.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            instances: self.instances.saturating_sub(other.instances),
            memory_mib: self.memory_mib.saturating_sub(other.memory_mib),
            vcpus: self.vcpus.saturating_sub(other.vcpus),
        }
    }
}

impl Capacity {
    /// Whether `used` and `more` together stay within every figure that is set.
    #[must_use]
    pub fn fits(&self, used: Need, more: Need) -> bool {
        let total = used.plus(more);
        self.instances.is_none_or(|max| total.instances <= max)
            && self.memory_mib.is_none_or(|max| total.memory_mib <= max)
            && self.vcpus.is_none_or(|max| total.vcpus <= max)
    }
}

/// How a host takes part, by its operators' word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostState {
    /// Takes new instances.
    #[default]
    Active,
    /// Keeps what it has, takes nothing new.
    Cordoned,
    /// Takes nothing new, and what it has is replaced elsewhere.
    Draining,
    /// Gone for good: what it has ends, and then it is forgotten.
    Removed,
}

impl HostState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Cordoned, Self::Draining, Self::Removed];
}

/// A known Docker host, as its agent registered it. Stored; a silent host still counts as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name, unique in the installation.
    pub name: HostName,
    /// The zones it serves; empty: every zone.
    pub zones: Vec<ZoneName>,
    /// Its engine's id; a second engine under this name is refused.
    pub engine: EngineId,
    /// Limits for placement.
    pub capacity: Capacity,
    /// Free key and value pairs.
    pub labels: BTreeMap<String, String>,
    /// A control host gets instances only when no other has room.
    pub control: bool,
    /// CPUs of the machine.
    pub cpus: u32,
    /// Memory of the machine in MiB.
    pub memory_mib: u64,
    /// Whether it takes new instances. Agents always say [`HostState::Active`], which counts for a new host only.
    #[serde(default)]
    pub state: HostState,
}

impl Host {
    /// Whether instances of `zone` may run here.
    #[must_use]
    pub fn serves(&self, zone: &ZoneName) -> bool {
        self.zones.is_empty() || self.zones.contains(zone)
    }
}
