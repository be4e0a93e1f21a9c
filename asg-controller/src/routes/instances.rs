//! A group's instances.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use api::documents;
use domain::Group;

use super::groups::written;
use super::{Response, Shared};
use crate::http::{Answer, Caller, Endpoint, IfMatch, Query};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let instance = "/asgs/{name}/instances/{instance}";
    let says = "Terminates an instance, named by guid, instance_id or hostname";
    vec![
        Endpoint::read(
            "/asgs/{name}/instances",
            "Lists the instances of a group",
            Answer::Many("Instance"),
            web::route().to(list),
        ),
        Endpoint::write(Method::DELETE, instance, says, web::route().to(terminate))
            .query(&[(
                "decrement",
                "true lowers desired capacity, so that it is not replaced",
            )])
            .if_match(),
    ]
}

/// The answer to a listing of a group's instances.
pub(super) fn listing(service: &Shared, group: &Group) -> HttpResponse {
    let billing = service.settings().hourly_billing;
    let shown = |instance| documents::Instance::of(group, instance, billing);
    HttpResponse::Ok().json(group.instances.iter().map(shown).collect::<Vec<_>>())
}

async fn list(service: Shared, Caller(account): Caller, name: web::Path<String>) -> Response {
    Ok(listing(&service, &service.group(&account, &name).await?))
}

async fn terminate(
    service: Shared,
    Caller(account): Caller,
    path: web::Path<(String, String)>,
    IfMatch(if_match): IfMatch,
    mut query: Query,
) -> Response {
    let decrement = query.take("decrement", "true or false", false)?;
    query.end()?;
    let (name, instance) = path.into_inner();
    let changed = service
        .terminate(&account, &name, if_match, (&instance, decrement))
        .await;
    changed.map(|group| written(&group))
}
