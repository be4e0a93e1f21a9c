//! Docker hosts. Every account sees them; operators change them.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use api::documents::{Host, Scheduled, scheduling};
use domain::HostState;
use telemetry::{HostState as Seen, HostStatus, Scheduling};

use super::{Response, Shared};
use crate::auth::Operator;
use crate::http::{Answer, Command, Endpoint, Query};
use crate::service::KnownHost;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let (all, one) = ("/hosts", "/hosts/{name}");
    let answer = Answer::One("Scheduled");
    let put = |how: &str, summary: &str, route| {
        Endpoint::write(Method::PUT, &format!("{one}/{how}"), summary, route).answer(answer)
    };
    let cordon =
        web::route().to(|by, service, name, body| schedule(HostState::Cordoned, by, service, name, body));
    let drain =
        web::route().to(|by, service, name, body| schedule(HostState::Draining, by, service, name, body));
    let uncordon =
        web::route().to(|by, service, name, body| schedule(HostState::Active, by, service, name, body));
    vec![
        Endpoint::read(
            all,
            "Lists the Docker hosts by name",
            Answer::Many("Host"),
            web::route().to(list),
        ),
        Endpoint::read(
            one,
            "Shows a Docker host",
            Answer::One("Host"),
            web::route().to(read),
        ),
        Endpoint::write(
            Method::DELETE,
            one,
            "Removes a host for good; for operators (controller.operators)",
            web::route().to(remove),
        )
        .query(&[(
            "force",
            "true also removes a host that reports or has instances, which end; false",
        )])
        .answer(answer),
        put(
            "cordon",
            "Keeps a host's instances and gives it no new ones; for operators",
            cordon,
        ),
        put(
            "drain",
            "Empties a host: its instances are replaced on others; for operators",
            drain,
        ),
        put(
            "uncordon",
            "Gives a host new instances again; for operators",
            uncordon,
        ),
    ]
}

async fn list(service: Shared) -> Response {
    let all: Vec<Host> = service.hosts().await?.into_iter().map(document).collect();
    Ok(HttpResponse::Ok().json(all))
}

async fn read(service: Shared, name: web::Path<String>) -> Response {
    Ok(HttpResponse::Ok().json(document(service.host(&name).await?)))
}

async fn schedule(
    to: HostState,
    by: Operator,
    service: Shared,
    name: web::Path<String>,
    _: Command,
) -> Response {
    let noted = service.schedule(&by, &name, to).await?;
    Ok(HttpResponse::Ok().json(Scheduled::ok(noted)))
}

async fn remove(by: Operator, service: Shared, name: web::Path<String>, mut query: Query) -> Response {
    let force = query.take("force", "true or false", false)?;
    query.end()?;
    let noted = service.remove_host(&by, &name, force).await?;
    Ok(HttpResponse::Ok().json(Scheduled::ok(noted)))
}

fn document(known: KnownHost) -> Host {
    let state = state(&known).to_owned();
    let KnownHost { host, status } = known;
    let status = status.as_ref();
    Host {
        name: host.name.to_string(),
        state,
        scheduling: scheduling(host.state).to_owned(),
        availability_zones: host.zones.iter().map(ToString::to_string).collect(),
        engine: host.engine.to_string(),
        control: host.control,
        capacity: host.capacity.into(),
        labels: host.labels,
        cpus: host.cpus,
        memory_mib: host.memory_mib,
        cpu: status.map(|seen| seen.cpu),
        memory: status.map(|seen| seen.memory),
        instances: status.map(|seen| seen.instances),
        drained: host.state == HostState::Draining && status.is_some_and(is_empty_for_good),
    }
}

/// Nothing is there, and the health manager knows that nothing is to come.
fn is_empty_for_good(seen: &HostStatus) -> bool {
    seen.scheduling == Scheduling::Draining && seen.instances == 0
}

/// How a host is, in a word.
pub(super) fn state(known: &KnownHost) -> &'static str {
    word(known.status.as_ref().map(|seen| seen.state), known.host.state)
}

/// The operators' word as the leader tells it.
pub(super) fn scheduled(told: Scheduling) -> HostState {
    match told {
        Scheduling::Active => HostState::Active,
        Scheduling::Cordoned => HostState::Cordoned,
        Scheduling::Draining => HostState::Draining,
        Scheduling::Removed => HostState::Removed,
    }
}

/// Of a host that is up the operators' word says more, once it is not `active`.
pub(super) fn word(seen: Option<Seen>, state: HostState) -> &'static str {
    match (seen, state) {
        (None, _) => "unknown",
        (Some(Seen::Silent), _) => "silent",
        (Some(Seen::Lost), _) => "lost",
        (Some(Seen::Up), HostState::Active) => "up",
        (Some(Seen::Up), other) => scheduling(other),
    }
}
