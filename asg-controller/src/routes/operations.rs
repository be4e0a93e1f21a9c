//! What monitors ask, at the root and without a login.

use std::time::Duration;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use api::documents::Health;
use telemetry::{ComponentState, Metrics};
use tokio::time::timeout;

use super::status::component;
use super::{Response, Shared};
use crate::auth::same;
use crate::error::Refusal;
use crate::http::{Access, Answer, Endpoint, bearer};

/// The store has this long to answer a health check.
const STORE_WITHIN: Duration = Duration::from_secs(2);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            Method::GET,
            "/health",
            "Tells whether the service works: 503 when the store does not answer",
            Answer::One("Health"),
            web::route().to(health),
        )
        .access(Access::Public),
        Endpoint::new(
            Method::GET,
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
    let components = service.deps.board.snapshot().components;
    let ill = |state| matches!(state, ComponentState::Degraded | ComponentState::Failed);
    let well = answers && !components.iter().any(|component| ill(component.state));
    let body = Health {
        status: if well { "OK" } else { "DEGRADED" }.to_owned(),
        timestamp: service.deps.clock.now().seconds(),
        components: components.into_iter().map(component).collect(),
    };
    match answers {
        true => HttpResponse::Ok().json(body),
        false => HttpResponse::ServiceUnavailable().json(body),
    }
}

async fn metrics(service: Shared, request: HttpRequest) -> Response {
    let local = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let token = service.settings().metrics_token.as_ref();
    if !local && !token.is_some_and(|known| bearer(&request).is_ok_and(|given| same(known, given))) {
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
