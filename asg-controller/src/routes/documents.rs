//! Load balancers, launch configurations, policies and schedules: one set of handlers for all kinds.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use api::documents::Written;
use domain::Kind;

use super::{Response, Shared};
use crate::http::{Answer, Caller, Endpoint, Json};
use crate::service::shown;

/// A kind's path and schema.
fn names(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::LoadBalancer => ("/lbs", "LoadBalancer"),
        Kind::LaunchConfiguration => ("/lconfs", "LaunchConfiguration"),
        Kind::Policy => ("/policies", "Policy"),
        Kind::Schedule => ("/schedules", "Schedule"),
    }
}

pub(super) fn endpoints(kind: Kind) -> Vec<Endpoint> {
    let (all, schema) = names(kind);
    let (one, what) = (format!("{all}/{{name}}"), kind.as_str());
    let says = |summary: &str| format!("{summary} {what}");
    let list = web::route().to(move |service, caller| list(kind, service, caller));
    let create = web::route().to(move |service, caller, body| create(kind, service, caller, body));
    let read = web::route().to(move |service, caller, name| read(kind, service, caller, name));
    let update =
        web::route().to(move |service, caller, name, body| update(kind, service, caller, name, body));
    let delete = web::route().to(move |service, caller, name| delete(kind, service, caller, name));
    vec![
        Endpoint::read(all, &says("Lists by name each"), Answer::Many(schema), list),
        Endpoint::write(Method::POST, all, &says("Creates a"), create).body(schema),
        Endpoint::read(&one, &says("Shows a"), Answer::One(schema), read),
        Endpoint::write(Method::PUT, &one, &says("Lays the given fields over a"), update).body(schema),
        Endpoint::write(Method::DELETE, &one, &says("Deletes a"), delete),
    ]
}

async fn list(kind: Kind, service: Shared, Caller(account): Caller) -> Response {
    let all = service.documents(kind, &account).await?;
    let now = service.deps.clock.now();
    let all: Result<Vec<_>, _> = all.iter().map(|body| shown(body, now)).collect();
    Ok(HttpResponse::Ok().json(all?))
}

async fn create(kind: Kind, service: Shared, Caller(account): Caller, Json(given): Json) -> Response {
    service.create_document(kind, &account, given).await?;
    Ok(HttpResponse::Ok().json(Written::ok()))
}

async fn read(kind: Kind, service: Shared, Caller(account): Caller, name: web::Path<String>) -> Response {
    let body = service.document(kind, &account, &name).await?;
    Ok(HttpResponse::Ok().json(shown(&body, service.deps.clock.now())?))
}

async fn update(
    kind: Kind,
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    Json(given): Json,
) -> Response {
    service.update_document(kind, &account, &name, given).await?;
    Ok(HttpResponse::Ok().json(Written::ok()))
}

async fn delete(kind: Kind, service: Shared, Caller(account): Caller, name: web::Path<String>) -> Response {
    service.delete_document(kind, &account, &name).await?;
    Ok(HttpResponse::Ok().json(Written::ok()))
}
