//! The log line and the figures of every request.

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};

use super::{Caller, Shared};

/// The path in figures of requests that no route matches: their own would make series without end.
const UNMATCHED: &str = "unmatched";

/// Logs a request when it is answered, and counts it.
pub(super) async fn record(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let response = next.call(request).await?;
    note(response.request(), response.status().as_u16(), began);
    Ok(response)
}

fn note(request: &HttpRequest, status: u16, began: Instant) {
    let took = began.elapsed();
    let (method, path) = (request.method().as_str(), request.path());
    let extensions = request.extensions();
    let account = extensions.get::<Caller>().map_or("-", |caller| caller.0.as_str());
    let ms = format_args!("{:.1}", took.as_secs_f64() * 1e3);
    tracing::info!(method, path, status, account, %ms, "request");
    if let Ok(service) = Shared::of(request) {
        let pattern = request.match_pattern();
        let pattern = pattern.as_deref().unwrap_or(UNMATCHED);
        service.deps.metrics.http(method, pattern, status, took);
    }
}
