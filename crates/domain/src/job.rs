//! Jobs: what workers are asked to do. A job is a hint derived from a record; doing it twice is doing it once.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::phase::Phase;
use crate::{Epoch, Group, GroupId, HostName, InstallationId, Instance, InstanceId, InstanceType};

/// Labels that carry ownership.
pub mod label {
    /// The installation's id.
    pub const INSTALLATION: &str = "microscaler.installation";
    /// The group's id.
    pub const GROUP: &str = "microscaler.group";
    /// The record's id.
    pub const RECORD: &str = "microscaler.record";
    /// The account, for people and for adoption.
    pub const ACCOUNT: &str = "microscaler.account";
    /// The group's name, for people.
    pub const GROUP_NAME: &str = "microscaler.asg";
    /// The zone.
    pub const ZONE: &str = "microscaler.zone";
    /// The vcpus that it takes from its host.
    pub const VCPU: &str = "microscaler.vcpu";
    /// The memory that it takes from its host, in MiB.
    pub const MEMORY_MIB: &str = "microscaler.memory_mib";
}

/// Between SIGTERM and SIGKILL (contract 1.2).
pub const STOP_GRACE: Duration = Duration::from_secs(5);

/// The container to launch, in full: a worker needs nothing else but the record's phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchSpec {
    /// Container name and host name.
    pub name: String,
    /// DNS domain.
    pub domain: String,
    /// Image reference.
    pub image: String,
    /// CPU and memory limits.
    pub limits: InstanceType,
    /// The environment variable `user_data`, as JSON text.
    pub user_data: String,
    /// Ownership.
    pub labels: BTreeMap<String, String>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Make the container, look at the record again, start it.
    Launch(Box<LaunchSpec>),
    /// Stop the record's container (SIGTERM, SIGKILL after `grace`), remove it and its anonymous volumes.
    Stop {
        /// Time to end by itself, in milliseconds; zero removes by force at once.
        grace_ms: u64,
    },
}

/// A job for the workers of one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The group.
    pub group: GroupId,
    /// The record, by whose label the container is found.
    pub record: InstanceId,
    /// Whose workers take it.
    pub host: HostName,
    /// The leadership that sent it: a new leader counts attempts anew.
    pub epoch: Epoch,
    /// How often it was sent; with record, kind and epoch the message id that a bus deduplicates by.
    pub attempt: u32,
    /// What to do.
    pub kind: JobKind,
}

impl Job {
    /// The message id: record, kind, epoch and attempt.
    #[must_use]
    pub fn message_id(&self) -> String {
        let kind = match self.kind {
            JobKind::Launch(_) => "launch",
            JobKind::Stop { .. } => "stop",
        };
        format!("{}.{kind}.{}.{}", self.record, self.epoch, self.attempt)
    }

    /// The job that the record's phase asks for, if any: the same phase always asks for the same.
    #[must_use]
    pub fn for_instance(
        group: &Group,
        instance: &Instance,
        installation: InstallationId,
        (epoch, attempt): (Epoch, u32),
    ) -> Option<Self> {
        let kind = match &instance.phase {
            // Once a container was seen the launch job has done its part; a lost start is resent until then.
            Phase::Pending { .. } => JobKind::Launch(Box::new(launch_spec(group, instance, installation))),
            Phase::InService { .. } | Phase::Terminated { .. } => return None,
            Phase::Terminating { .. } => JobKind::Stop {
                grace_ms: u64::try_from(STOP_GRACE.as_millis()).unwrap_or(5_000),
            },
        };
        Some(Self {
            group: group.id,
            record: instance.id,
            host: instance.host.clone(),
            epoch,
            attempt,
            kind,
        })
    }
}

fn launch_spec(group: &Group, instance: &Instance, installation: InstallationId) -> LaunchSpec {
    let labels = [
        (label::INSTALLATION, installation.to_string()),
        (label::GROUP, group.id.to_string()),
        (label::RECORD, instance.id.to_string()),
        (label::ACCOUNT, group.account.to_string()),
        (label::GROUP_NAME, group.name.to_string()),
        (label::ZONE, instance.zone.to_string()),
    ];
    LaunchSpec {
        name: instance.hostname.clone(),
        domain: group.spec.domain.clone(),
        image: instance.template.image_id.clone(),
        limits: instance.template.limits,
        user_data: user_data(group, instance),
        labels: labels
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    }
}

/// The JSON that an instance finds in `user_data` (contract 1.2).
fn user_data(group: &Group, instance: &Instance) -> String {
    let port = instance
        .template
        .http_port
        .map_or(serde_json::json!(""), |port| serde_json::json!(port));
    serde_json::json!({
        "asg_name": group.name,
        "account": group.account,
        "domain": instance.template.service_domain,
        "local_http_port": port,
        "metadata": instance.template.metadata,
        "az_name": instance.zone,
    })
    .to_string()
}
