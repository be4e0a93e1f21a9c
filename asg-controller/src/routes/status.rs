//! How the service is, for users.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use api::documents::{Component, Host, Round, Status};
use telemetry::{ComponentState, ComponentStatus, HostState, HostStatus, RoundStatus, Scheduling};

use super::{Response, Shared, operations};
use crate::http::{Answer, Endpoint};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::read(
        "/status",
        "Shows components, hosts and the health manager's last round",
        Answer::One("Status"),
        web::route().to(read),
    )]
}

async fn read(service: Shared) -> Response {
    let seen = service.deps.board.overall();
    let known = service.store().hosts().await?;
    let mut watched: BTreeMap<String, HostStatus> = seen
        .hosts
        .into_iter()
        .map(|host| (host.name.clone(), host))
        .collect();
    // Where the health manager runs in another process, the store at least knows the hosts.
    let hosts = known.iter().map(|host| match watched.remove(host.name.as_str()) {
        Some(status) => self::host(status),
        None => unwatched(host),
    });
    Ok(HttpResponse::Ok().json(Status {
        status: operations::verdict(true, &seen.components),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        components: seen.components.into_iter().map(component).collect(),
        hosts: hosts.collect(),
        rounds: seen.rounds.map(round),
    }))
}

/// A component, as documents show it.
pub(super) fn component(seen: ComponentStatus) -> Component {
    let state = match seen.state {
        ComponentState::Starting => "starting",
        ComponentState::Running => "running",
        ComponentState::Degraded => "degraded",
        ComponentState::Failed => "failed",
        ComponentState::Stopped => "stopped",
    };
    Component {
        name: seen.name,
        state: state.to_owned(),
        since: seen.since,
        message: seen.message,
    }
}

fn host(seen: HostStatus) -> Host {
    let state = match (seen.state, seen.scheduling) {
        (HostState::Up, Scheduling::Active) => "up",
        (HostState::Up, Scheduling::Cordoned) => "cordoned",
        (HostState::Up, Scheduling::Draining) => "draining",
        (HostState::Up, Scheduling::Removed) => "removed",
        (HostState::Silent, _) => "silent",
        (HostState::Lost, _) => "lost",
    };
    Host {
        name: seen.name,
        zones: seen.zones,
        engine: seen.engine,
        state: state.to_owned(),
        control: seen.control,
        cpus: seen.cpus,
        memory_mib: seen.memory_mib,
        cpu: seen.cpu,
        memory: seen.memory,
        instances: seen.instances,
    }
}

fn unwatched(known: &domain::Host) -> Host {
    Host {
        name: known.name.to_string(),
        zones: known.zones.iter().map(ToString::to_string).collect(),
        engine: known.engine.to_string(),
        state: "unknown".to_owned(),
        control: known.control,
        cpus: known.cpus,
        memory_mib: known.memory_mib,
        cpu: 0.0,
        memory: 0.0,
        instances: 0,
    }
}

fn round(seen: RoundStatus) -> Round {
    Round {
        at: seen.at,
        epoch: seen.epoch,
        groups: seen.groups,
        changed: seen.changed,
        took_ms: seen.took_ms,
        frozen: seen.frozen,
        reasons: seen.reasons,
    }
}
