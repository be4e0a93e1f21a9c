//! Instance types.

use actix_web::{HttpResponse, web};
use api::documents::InstanceTypes;

use super::{Response, Shared};
use crate::http::{Answer, Endpoint};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::read(
        "/instance_types",
        "Shows the known instance types by name",
        Answer::ByName("InstanceType"),
        web::route().to(read),
    )]
}

async fn read(service: Shared) -> Response {
    let known = service.settings().instance_types.iter();
    let known: InstanceTypes = known
        .map(|(name, limits)| (name.to_string(), limits.into()))
        .collect();
    Ok(HttpResponse::Ok().json(known))
}
