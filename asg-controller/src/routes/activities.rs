//! A group's history.

use actix_web::{HttpResponse, web};
use api::documents;

use super::{Response, Shared};
use crate::http::{Answer, Caller, Endpoint, Query};

/// Entries of a page, unless the client says otherwise.
const PAGE: usize = 50;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::read(
            "/asgs/{name}/activities",
            "Lists the scaling activities of a group, newest start first",
            Answer::Many("Activity"),
            web::route().to(list),
        )
        .query(&[
            ("skip", "entries passed over; 0"),
            ("limit", "entries given at most, from 1 to 1000; 50"),
        ]),
    ]
}

async fn list(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    mut query: Query,
) -> Response {
    let skip = query.take("skip", "a number from 0", 0u32)?;
    let limit = query.limit(PAGE)?;
    query.end()?;
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let page = service.activities(&account, &name, (skip, limit)).await?;
    let page: Vec<_> = page.iter().map(documents::Activity::from).collect();
    Ok(HttpResponse::Ok().json(page))
}
