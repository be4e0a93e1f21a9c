//! What was decided about a group's capacity, and why.

use actix_web::{HttpResponse, web};
use api::documents;

use super::{Response, Shared};
use crate::http::{Answer, Caller, Endpoint, Query};

/// Entries given, unless the client says otherwise.
const NEWEST: usize = 20;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::read(
            "/asgs/{name}/decisions",
            "Lists what policies decided about a group's capacity, newest first: every change, and the last time that \
             nothing changed",
            Answer::Many("Decision"),
            web::route().to(list),
        )
        .query(&[("limit", "entries given at most, from 1 to 1000; 20")]),
    ]
}

async fn list(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    mut query: Query,
) -> Response {
    let limit = query.limit(NEWEST)?;
    query.end()?;
    let newest = service.decisions(&account, &name, limit).await?;
    let newest: Vec<_> = newest.iter().map(documents::Decision::from).collect();
    Ok(HttpResponse::Ok().json(newest))
}
