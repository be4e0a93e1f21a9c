//! An instance record: the intent to run one container, and what was observed of it.

use serde::{Deserialize, Serialize};

use crate::report::ContainerFacts;
use crate::{
    ConfigName, ContainerId, Generation, GroupName, HostName, Incarnation, InstanceId, InstanceType, Need,
    Phase, Status, Timestamp, TypeName, ZoneName,
};

/// What a launch is made of: a snapshot of the launch configuration and the load balancer, taken with the
/// intent, so that a later change of them concerns new instances only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// The launch configuration's name.
    pub configuration: ConfigName,
    /// Its generation; a new one resets a group's launch backoff.
    pub generation: Generation,
    /// Image reference.
    pub image_id: String,
    /// Name of the instance type.
    pub type_name: TypeName,
    /// Its limits.
    pub limits: InstanceType,
    /// ssh key name.
    pub key: String,
    /// Metadata for `user_data`.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// The load balancer's `instances_port`.
    pub http_port: Option<u16>,
    /// The domain that `user_data` tells: the load balancer's, or the group's without one.
    pub service_domain: String,
}

/// What the record keeps of its container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its id at the engine.
    pub id: ContainerId,
    /// Its address on its network; empty until known.
    pub private_ip: String,
    /// Where in its agent's sequence it was last seen changing: a listing begun earlier proves nothing about it.
    #[serde(default)]
    pub seen: Option<Mark>,
}

/// A position in one life of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The life.
    pub incarnation: Incarnation,
    /// The position.
    pub sequence: u64,
}

/// What is known of a record whose host was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Since when the record has left its slot.
    pub since: Timestamp,
    /// Its host spoke of its container again: it takes part in the ceiling until it is decided who stays.
    #[serde(default)]
    pub returned: bool,
}

/// One instance of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its identity (`guid`).
    pub id: InstanceId,
    /// Its slot: less than the group's max_size when it was recorded.
    pub slot: u32,
    /// The host it was placed on.
    pub host: HostName,
    /// The zone it counts for.
    pub zone: ZoneName,
    /// Host name and container name, unique by record: a later record never meets a name still taken.
    pub hostname: String,
    /// What it is made of.
    pub template: Template,
    /// When the intent was recorded.
    pub created: Timestamp,
    /// Why it was launched, for its activity.
    pub reason: String,
    /// Where it stands.
    pub phase: Phase,
    /// Its container, once one was seen.
    pub container: Option<Container>,
    /// Its host was lost: what becomes of it is decided when the host returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Lost>,
}

impl Instance {
    /// Whether it is on a host that was lost and has told nothing of it since.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.is_some_and(|lost| !lost.returned)
    }

    /// Whether its host was lost and speaks of it again, and nobody has decided yet who stays.
    #[must_use]
    pub fn has_returned(&self) -> bool {
        self.lost.is_some_and(|lost| lost.returned)
    }

    /// Whether it takes one of its group's slots and room on its host: its container may be alive, and its host is not
    /// lost.
    #[must_use]
    pub fn occupies_slot(&self) -> bool {
        !self.is_lost() && self.phase.occupies_slot()
    }

    /// Whether it counts towards desired capacity.
    #[must_use]
    pub fn is_capacity(&self, now: Timestamp) -> bool {
        !self.is_lost() && self.phase.is_capacity(now)
    }

    /// Whether it is in service as far as anybody can tell.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        !self.is_lost() && matches!(self.phase, Phase::InService { .. })
    }

    /// As users of the contract see it: on a lost host nothing serves.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.phase.status() {
            Status::Running if self.is_lost() => Status::Down,
            status => status,
        }
    }

    /// The host name of an instance: `GROUP-<10 hex>`, `_` becoming `-`. The hex digits are the random end of its id.
    #[must_use]
    pub fn hostname(group: &GroupName, id: InstanceId) -> String {
        let random = id.0.as_u128() & 0xff_ffff_ffff;
        format!("{}-{random:010x}", group.as_str().replace('_', "-"))
    }

    /// What it takes from its host.
    #[must_use]
    pub fn need(&self) -> Need {
        Need::of(self.template.limits)
    }

    /// Keeps what a report says of the container.
    pub(crate) fn note(&mut self, facts: &ContainerFacts, mark: Option<Mark>) {
        let known = self.container.take();
        let (old_ip, old_mark) = known.map_or((String::new(), None), |known| (known.private_ip, known.seen));
        let private_ip = if facts.private_ip.is_empty() {
            old_ip
        } else {
            facts.private_ip.clone()
        };
        self.container = Some(Container {
            id: facts.id.clone(),
            private_ip,
            seen: mark.or(old_mark),
        });
    }

    /// Whether `other` says the same but for where it was seen, which alone is not worth a commit.
    pub(crate) fn says_as(&self, other: &Self) -> bool {
        let bare = |i: &Self| i.container.as_ref().map(|c| (c.id.clone(), c.private_ip.clone()));
        self.phase == other.phase && self.lost == other.lost && bare(self) == bare(other)
    }
}
