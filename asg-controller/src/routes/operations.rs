//! What monitors ask, at the root and without a login.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use api::documents::Health;
use telemetry::{ComponentState, ComponentStatus, Metrics};
use tokio::time::timeout;

use super::status::component;
use super::{Response, Shared};
use crate::auth::same;
use crate::error::Refusal;
use crate::http::{Access, Answer, Endpoint, bearer};

/// The store has this long to answer a health check.
pub(super) const STORE_WITHIN: Duration = Duration::from_secs(2);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::read(
            "/health",
            "Tells whether the service works: 503 when the store does not answer",
            Answer::One("Health"),
            web::route().to(health),
        )
        .access(Access::Public),
        Endpoint::read(
            "/metrics",
            "Figures in the text format of Prometheus, for this machine or with the metrics token",
            Answer::Text,
            web::route().to(metrics),
        )
        .access(Access::Public),
    ]
}

async fn health(service: Shared) -> HttpResponse {
    let answers = matches!(timeout(STORE_WITHIN, service.store().ping()).await, Ok(Ok(())));
    let now = service.deps.clock.now().seconds();
    let mut components = service.deps.board.snapshot().components;
    if !answers {
        name_store(&mut components, now);
    }
    let body = Health {
        status: verdict(&components),
        timestamp: now,
        components: components.into_iter().map(component).collect(),
    };
    match answers {
        true => HttpResponse::Ok().json(body),
        false => HttpResponse::ServiceUnavailable().json(body),
    }
}

/// `OK`, or `DEGRADED` when a part does not do what it should.
pub(super) fn verdict(components: &[ComponentStatus]) -> String {
    match components.iter().any(|component| is_ill(component.state)) {
        true => "DEGRADED".to_owned(),
        false => "OK".to_owned(),
    }
}

fn is_ill(state: ComponentState) -> bool {
    matches!(state, ComponentState::Degraded | ComponentState::Failed)
}

/// Names the store as what does not answer, where nothing on the board does yet.
pub(super) fn name_store(components: &mut Vec<ComponentStatus>, now: i64) {
    const STORE: &str = "store";
    if components
        .iter()
        .any(|known| known.name == STORE && is_ill(known.state))
    {
        return;
    }
    components.retain(|known| known.name != STORE);
    components.push(ComponentStatus {
        name: STORE.to_owned(),
        state: ComponentState::Degraded,
        since: now,
        message: "it does not answer".to_owned(),
    });
}

async fn metrics(service: Shared, request: HttpRequest) -> Response {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let known = service.settings().metrics_token.as_deref();
    if !may_read(peer, bearer(&request).ok(), known) {
        return Err(Refusal::Unauthorized(
            "metrics are for this machine, or for who sends controller.metrics_token in Authorization"
                .to_owned(),
        ));
    }
    let text = service.deps.metrics.encode();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, Metrics::CONTENT_TYPE))
        .body(text))
}

/// Metrics are for this machine, or for who has their token.
fn may_read(peer: Option<IpAddr>, given: Option<&str>, known: Option<&str>) -> bool {
    let local = peer.is_some_and(|peer| peer.to_canonical().is_loopback());
    local || given.zip(known).is_some_and(|(given, known)| same(given, known))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn metrics_answer_the_loopback_and_their_own_token() {
        for (peer, given, known, may) in [
            ("127.0.0.1", None, None, true),
            ("::1", Some("x"), Some("token"), true),
            ("::ffff:127.0.0.1", None, None, true),
            ("10.0.0.1", None, None, false),
            ("10.0.0.1", Some("x"), None, false),
            ("10.0.0.1", None, Some("token"), false),
            ("10.0.0.1", Some("x"), Some("token"), false),
            ("10.0.0.1", Some("token"), Some("token"), true),
        ] {
            assert_eq!(
                may_read(Some(peer.parse().unwrap()), given, known),
                may,
                "{peer} {given:?} {known:?}"
            );
        }
        assert!(!may_read(None, None, None));
    }
}
