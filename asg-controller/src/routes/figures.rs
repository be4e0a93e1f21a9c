//! Figures that accounts tell, for policies to look at.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use api::documents::Written;

use super::{Response, Shared};
use crate::http::{Caller, Endpoint, Json};
use crate::validate::tables;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::write(
            Method::PUT,
            "/metrics/{source}/{metric}",
            "Tells a figure of a push source, for the account's own policies",
            web::route().to(push),
        )
        .body("Figure"),
    ]
}

async fn push(
    service: Shared,
    Caller(account): Caller,
    path: web::Path<(String, String)>,
    Json(given): Json,
) -> Response {
    let (source, metric) = path.into_inner();
    let value = tables::figure(given)?;
    service.push(account, source, metric, value).await?;
    Ok(HttpResponse::Ok().json(Written::ok()))
}
