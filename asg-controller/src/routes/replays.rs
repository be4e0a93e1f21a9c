//! Policies tried on what was recorded.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::{Response, Shared};
use crate::http::{Answer, Caller, Endpoint, Json};
use crate::validate::tables;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::write(
            Method::POST,
            "/asgs/{name}/replays",
            "Tries policies on what was recorded of a group: the capacity that they would have held, the load that it \
             would not have carried, and how often it would have changed. Nothing is changed",
            web::route().to(try_policies),
        )
        .body("ReplayRequest")
        .answer(Answer::One("Replay")),
    ]
}

async fn try_policies(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    Json(given): Json,
) -> Response {
    let trial = tables::trial(given, service.deps.clock.now())?;
    let shown = service.replay(&account, &name, trial).await?;
    Ok(HttpResponse::Ok().json(shown))
}
