//! How the service is, for users.

use actix_web::{HttpResponse, web};
use api::documents::{Component, HostStatus, Round, Status, scheduling};
use domain::AccountName;
use telemetry::{ComponentState, ComponentStatus, Reason, RoundStatus};
use tokio::time::timeout;

use super::{Response, Shared, hosts, operations};
use crate::error::Refusal;
use crate::http::{Answer, Caller, Endpoint};
use crate::service::KnownHost;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::read(
        "/status",
        "Shows components, hosts and the health manager's last round",
        Answer::One("Status"),
        web::route().to(read),
    )]
}

async fn read(service: Shared, Caller(account): Caller) -> Response {
    let mut seen = service.deps.board.overall();
    let late = |_| Err(Refusal::Unavailable("the store does not answer".to_owned()));
    let stored = timeout(operations::STORE_WITHIN, service.hosts()).await;
    let hosts = match stored.unwrap_or_else(late) {
        Ok(stored) => stored.into_iter().map(host).collect(),
        // The leader's word is what there is without the store.
        Err(Refusal::Unavailable(_)) => {
            operations::name_store(&mut seen.components, service.deps.clock.now().seconds());
            seen.hosts.into_iter().map(told).collect()
        }
        Err(other) => return Err(other),
    };
    Ok(HttpResponse::Ok().json(Status {
        status: operations::verdict(&seen.components),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        components: seen.components.into_iter().map(component).collect(),
        hosts,
        rounds: seen
            .rounds
            .map(|seen| round(seen, &account, service.access.reads_all(&account))),
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

fn host(known: KnownHost) -> HostStatus {
    let state = hosts::state(&known).to_owned();
    let KnownHost { host, status } = known;
    // Where no health manager is heard of, the store at least knows the host.
    let seen = status.as_ref();
    HostStatus {
        name: host.name.to_string(),
        zones: host.zones.iter().map(ToString::to_string).collect(),
        engine: host.engine.to_string(),
        state,
        scheduling: scheduling(host.state).to_owned(),
        control: host.control,
        cpus: host.cpus,
        memory_mib: host.memory_mib,
        cpu: seen.map_or(0.0, |seen| seen.cpu),
        memory: seen.map_or(0.0, |seen| seen.memory),
        instances: seen.map_or(0, |seen| seen.instances),
    }
}

/// A host of which the leader alone tells.
fn told(seen: telemetry::HostStatus) -> HostStatus {
    let scheduled = hosts::scheduled(seen.scheduling);
    HostStatus {
        state: hosts::word(Some(seen.state), scheduled).to_owned(),
        scheduling: scheduling(scheduled).to_owned(),
        name: seen.name,
        zones: seen.zones,
        engine: seen.engine,
        control: seen.control,
        cpus: seen.cpus,
        memory_mib: seen.memory_mib,
        cpu: seen.cpu,
        memory: seen.memory,
        instances: seen.instances,
    }
}

/// The last round as an account may read it.
fn round(seen: RoundStatus, account: &AccountName, all: bool) -> Round {
    Round {
        at: seen.at,
        epoch: seen.epoch,
        groups: seen.groups,
        changed: seen.changed,
        took_ms: seen.took_ms,
        frozen: seen.frozen,
        reasons: reasons(seen.decided, seen.reasons, account, all),
    }
}

/// The account's own as they are, and everybody else's, with the account, for who may read all.
fn reasons(told: Vec<Reason>, unowned: Vec<String>, account: &AccountName, all: bool) -> Vec<String> {
    let unowned = unowned.into_iter().filter(|_| all);
    let told = told.into_iter().filter_map(|reason| {
        if reason.account == account.as_str() {
            return Some(reason.text);
        }
        all.then(|| format!("{}/{}", reason.account, reason.text))
    });
    unowned.chain(told).collect()
}
