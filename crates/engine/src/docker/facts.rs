//! What the engine says of a container, as facts. Everything comes from one listing or one inspection.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerInspectResponse, ContainerState as Inspected, ContainerStateStatusEnum as Status,
    ContainerSummary, ContainerSummaryStateEnum as Listed, EndpointSettings, HealthStatusEnum,
};
use domain::job::label;
use domain::{ContainerFacts, ContainerId, ContainerState, Health, InstallationId};

/// Who a container belongs to and what it is called: all but its state and address.
pub(super) struct Identity {
    pub(super) id: ContainerId,
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
}

impl Identity {
    pub(super) fn new(
        id: Option<String>,
        name: &str,
        labels: Option<HashMap<String, String>>,
    ) -> Option<Self> {
        Some(Self {
            id: ContainerId::new(id?),
            name: name.trim_start_matches('/').to_owned(),
            labels: labels.unwrap_or_default().into_iter().collect(),
        })
    }

    /// The facts, when the container is the installation's and its labels can be read.
    pub(super) fn facts(
        self,
        ours: InstallationId,
        state: ContainerState,
        ip: String,
    ) -> Option<ContainerFacts> {
        let installation = self.labels.get(label::INSTALLATION)?;
        if *installation != ours.to_string() {
            return None;
        }
        let read = |name: &str| self.labels.get(name).and_then(|text| text.parse().ok());
        let (Some(group), Some(record)) = (read(label::GROUP), read(label::RECORD)) else {
            tracing::warn!(
                container = self.id.short(),
                name = self.name,
                "labels of ours that cannot be read"
            );
            return None;
        };
        Some(ContainerFacts {
            installation: ours,
            group: domain::GroupId(group),
            record: domain::InstanceId(record),
            id: self.id,
            name: self.name,
            state,
            private_ip: ip,
            labels: self.labels,
        })
    }
}

/// Facts from an entry of a listing.
pub(super) fn of_listed(entry: ContainerSummary, ours: InstallationId) -> Option<ContainerFacts> {
    let name = entry
        .names
        .as_deref()
        .and_then(<[String]>::first)
        .cloned()
        .unwrap_or_default();
    let state = listed_state(entry.state, entry.status.as_deref().unwrap_or_default());
    let ip = address(entry.network_settings.and_then(|network| network.networks));
    Identity::new(entry.id, &name, entry.labels)?.facts(ours, state, ip)
}

/// Facts from an inspection.
pub(super) fn of_inspected(answer: ContainerInspectResponse, ours: InstallationId) -> Option<ContainerFacts> {
    let state = answer
        .state
        .map_or(ContainerState::Created, |state| inspected_state(&state));
    let ip = address(answer.network_settings.and_then(|network| network.networks));
    let labels = answer.config.and_then(|config| config.labels);
    Identity::new(answer.id, answer.name.as_deref().unwrap_or_default(), labels)?.facts(ours, state, ip)
}

/// The first address by network name, so that the same container always shows the same one.
fn address(networks: Option<HashMap<String, EndpointSettings>>) -> String {
    let networks: BTreeMap<_, _> = networks.unwrap_or_default().into_iter().collect();
    networks
        .into_values()
        .filter_map(|endpoint| endpoint.ip_address)
        .find(|ip| !ip.is_empty())
        .unwrap_or_default()
}

fn inspected_state(state: &Inspected) -> ContainerState {
    let exited = || ContainerState::Exited {
        code: state.exit_code,
        oom: state.oom_killed.unwrap_or(false),
    };
    match state.status.unwrap_or(Status::EMPTY) {
        Status::CREATED => ContainerState::Created,
        Status::RUNNING | Status::PAUSED | Status::RESTARTING | Status::STOPPING => {
            ContainerState::Running(health(state.health.as_ref().and_then(|health| health.status)))
        }
        // A removal that got stuck may have left the process alive.
        Status::REMOVING if state.running == Some(true) => ContainerState::Running(Health::None),
        Status::REMOVING | Status::EXITED | Status::DEAD | Status::EMPTY => exited(),
    }
}

fn health(status: Option<HealthStatusEnum>) -> Health {
    match status {
        None | Some(HealthStatusEnum::EMPTY | HealthStatusEnum::NONE) => Health::None,
        Some(HealthStatusEnum::STARTING) => Health::Starting,
        Some(HealthStatusEnum::HEALTHY) => Health::Healthy,
        Some(HealthStatusEnum::UNHEALTHY) => Health::Unhealthy,
    }
}

/// A listing tells health and exit code only in its text for people, which has not changed since 2016.
fn listed_state(state: Option<Listed>, text: &str) -> ContainerState {
    match state.unwrap_or(Listed::EMPTY) {
        Listed::CREATED => ContainerState::Created,
        Listed::RUNNING | Listed::PAUSED | Listed::RESTARTING | Listed::STOPPING => {
            ContainerState::Running(listed_health(text))
        }
        Listed::REMOVING | Listed::EXITED | Listed::DEAD | Listed::EMPTY => ContainerState::Exited {
            code: exit_code(text),
            oom: false,
        },
    }
}

fn listed_health(text: &str) -> Health {
    if text.contains("(unhealthy)") {
        Health::Unhealthy
    } else if text.contains("(healthy)") {
        Health::Healthy
    } else if text.contains("(health: starting)") {
        Health::Starting
    } else {
        Health::None
    }
}

/// The figure of `Exited (137) 2 minutes ago`.
fn exit_code(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once("Exited (")?;
    rest.split_once(')')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_listing_s_text_tells_health_and_exit_code() {
        let running = |text| listed_state(Some(Listed::RUNNING), text);
        assert_eq!(running("Up 3 seconds"), ContainerState::Running(Health::None));
        assert_eq!(
            running("Up 3 seconds (healthy)"),
            ContainerState::Running(Health::Healthy)
        );
        assert_eq!(
            running("Up 1 s (health: starting)"),
            ContainerState::Running(Health::Starting)
        );
        assert_eq!(
            running("Up 9 hours (unhealthy)"),
            ContainerState::Running(Health::Unhealthy)
        );
        assert_eq!(
            listed_state(Some(Listed::EXITED), "Exited (137) 2 minutes ago"),
            ContainerState::Exited {
                code: Some(137),
                oom: false
            }
        );
        assert_eq!(
            listed_state(Some(Listed::DEAD), "Dead"),
            ContainerState::Exited {
                code: None,
                oom: false
            }
        );
    }

    #[test]
    fn only_readable_labels_of_this_installation_make_facts() {
        let ours = InstallationId(uuid::Uuid::from_u128(1));
        let labels = |installation: &str, record: &str| {
            let id = uuid::Uuid::from_u128(7).to_string();
            HashMap::from([
                (label::INSTALLATION.to_owned(), installation.to_owned()),
                (label::GROUP.to_owned(), id),
                (label::RECORD.to_owned(), record.to_owned()),
            ])
        };
        let facts = |installation: &str, record: &str| {
            Identity::new(Some("c".to_owned()), "/n", Some(labels(installation, record)))
                .unwrap()
                .facts(ours, ContainerState::Created, String::new())
        };
        let (mine, other) = (ours.to_string(), uuid::Uuid::from_u128(2).to_string());
        assert_eq!(facts(&mine, &other).unwrap().name, "n");
        assert!(facts(&mine, "not an id").is_none());
        assert!(facts(&other, &other).is_none());
    }
}
