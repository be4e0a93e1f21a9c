//! Pauses of what moves a group by itself.

use actix_web::http::Method;
use actix_web::web;
use domain::Desire;

use super::groups::written;
use super::{Response, Shared};
use crate::http::{Caller, Endpoint, IfMatch, Json};
use crate::validate::tables;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::write(
            Method::PUT,
            "/asgs/{name}/pause_until",
            "Has neither schedules nor policies move a group until then",
            web::route().to(pause),
        )
        .body("Pause")
        .if_match(),
    ]
}

async fn pause(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    IfMatch(if_match): IfMatch,
    Json(given): Json,
) -> Response {
    let until = tables::until(&given, service.deps.clock.now())?;
    let changed = service
        .change(&account, &name, if_match, |_| Ok(Desire::PauseUntil(until)))
        .await;
    changed.map(|group| written(&group))
}
