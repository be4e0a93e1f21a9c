//! Instances.

use domain::{Container, Phase};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An instance of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Instance {
    /// Its identity, a UUID.
    #[schema(format = "uuid")]
    pub guid: String,
    /// The group's name.
    #[schema(example = "asg1")]
    pub name: String,
    /// The first 12 hex digits of the container's id; empty until there is a container.
    #[schema(example = "0123456789ab")]
    pub instance_id: String,
    /// `container`.
    #[serde(rename = "type")]
    #[schema(example = "container")]
    pub kind: String,
    /// `STARTING`, `RUNNING`, `STOPPING`, `DOWN` or `STALLED`.
    #[schema(example = "RUNNING")]
    pub status: String,
    /// Its address in its network; empty until known.
    pub private_ip_address: String,
    /// Empty: containers are reached through published ports.
    pub public_ip_address: String,
    /// Its host name, which is also the container's name.
    #[schema(example = "asg1-0123456789")]
    pub hostname: String,
    /// Its DNS domain.
    pub domain: String,
    /// Virtual CPUs of its instance type.
    pub n_cpus: u32,
    /// Memory of its instance type in MiB.
    pub max_memory: u64,
    /// The zone it counts for.
    pub availability_zone: String,
    /// The image it was launched from.
    pub image_id: String,
    /// What the configuration says of billing.
    pub hourly_billing: bool,
    /// When it was asked for, in Unix seconds.
    pub timestamp: i64,
    /// The Docker host it was placed on.
    #[serde(default)]
    pub host: String,
    /// EC2's name of where it stands: `Pending`, `InService`, `Terminating` or `Terminated`.
    #[serde(default)]
    #[schema(example = "InService")]
    pub lifecycle_state: String,
    /// Why it was launched, or why it is being terminated.
    #[serde(default)]
    pub reason: String,
}

impl Instance {
    /// The document of one of a group's instances.
    #[must_use]
    pub fn of(group: &domain::Group, instance: &domain::Instance, hourly_billing: bool) -> Self {
        let container = instance.container.as_ref();
        let limits = instance.template.limits;
        Self {
            guid: instance.id.to_string(),
            name: group.name.to_string(),
            instance_id: container.map_or_else(String::new, |known: &Container| known.id.short().to_owned()),
            kind: "container".to_owned(),
            status: instance.status().to_string(),
            private_ip_address: container.map_or_else(String::new, |known| known.private_ip.clone()),
            public_ip_address: String::new(),
            hostname: instance.hostname.clone(),
            domain: group.spec.domain.clone(),
            n_cpus: limits.vcpu,
            max_memory: limits.memory,
            availability_zone: instance.zone.to_string(),
            image_id: instance.template.image_id.clone(),
            hourly_billing,
            timestamp: instance.created.seconds(),
            host: instance.host.to_string(),
            lifecycle_state: lifecycle(&instance.phase).to_owned(),
            reason: reason(instance),
        }
    }
}

fn lifecycle(phase: &Phase) -> &'static str {
    match phase {
        Phase::Pending { .. } => "Pending",
        Phase::InService { .. } => "InService",
        Phase::Terminating { .. } => "Terminating",
        Phase::Terminated { .. } => "Terminated",
    }
}

fn reason(instance: &domain::Instance) -> String {
    match &instance.phase {
        Phase::InService { .. } if instance.is_lost() => {
            format!("host {} is lost: it is replaced elsewhere", instance.host)
        }
        Phase::Pending { .. } | Phase::InService { .. } => instance.reason.clone(),
        Phase::Terminating { cause, .. } | Phase::Terminated { cause } => cause.to_string(),
    }
}
