//! Groups.

use actix_web::http::{Method, header};
use actix_web::{HttpResponse, web};
use api::documents::{self, Written};
use domain::{Desire, Group};

use super::{Response, Shared};
use crate::error::Refusal;
use crate::http::{Answer, Caller, Command, Endpoint, IfMatch, Json};
use crate::validate::tables;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let (all, one) = ("/asgs", "/asgs/{name}");
    let group = Answer::One("Group");
    let read = web::route().to(read);
    let put = |path, summary, route| Endpoint::write(Method::PUT, path, summary, route).if_match();
    let start = web::route().to(|service, caller, name, if_match, body| {
        switch(Desire::Start, service, caller, name, (if_match, body))
    });
    let stop = web::route().to(|service, caller, name, if_match, body| {
        switch(Desire::Stop, service, caller, name, (if_match, body))
    });
    let capacity = web::route().to(capacity);
    vec![
        Endpoint::read(
            all,
            "Lists the groups, oldest first",
            Answer::Many("Group"),
            web::route().to(list),
        ),
        Endpoint::write(
            Method::POST,
            all,
            "Creates a group, stopped",
            web::route().to(create),
        )
        .body("Group"),
        Endpoint::read(one, "Shows a group, with its generation as ETag", group, read),
        put(one, "Lays the given fields over a group", web::route().to(update)).body("Group"),
        Endpoint::write(
            Method::DELETE,
            one,
            "Deletes a stopped group",
            web::route().to(delete),
        )
        .if_match(),
        put("/asgs/{name}/start", "Launches the group's instances", start),
        put("/asgs/{name}/stop", "Removes every instance of the group", stop),
        put(
            "/asgs/{name}/desired_capacity",
            "Sets desired capacity alone",
            capacity,
        )
        .body("DesiredCapacity"),
    ]
}

/// The answer to a write of a group.
pub(super) fn written(group: &Group) -> HttpResponse {
    HttpResponse::Ok().json(Written::at(group.generation))
}

/// The answer to a listing of groups.
pub(super) fn listing(service: &Shared, groups: &[Group]) -> HttpResponse {
    let domain = service.settings().balancer_domain.as_str();
    let all: Vec<_> = groups
        .iter()
        .map(|group| documents::Group::of(group, domain))
        .collect();
    HttpResponse::Ok().json(all)
}

async fn list(service: Shared, Caller(account): Caller) -> Response {
    Ok(listing(&service, &service.groups(&account).await?))
}

async fn create(service: Shared, Caller(account): Caller, Json(given): Json) -> Response {
    service
        .create_group(&account, given)
        .await
        .map(|group| written(&group))
}

async fn read(service: Shared, Caller(account): Caller, name: web::Path<String>) -> Response {
    let group = service.group(&account, &name).await?;
    let tag = format!("\"{}\"", group.generation);
    let document = documents::Group::of(&group, &service.settings().balancer_domain);
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .json(document))
}

async fn update(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    IfMatch(if_match): IfMatch,
    Json(given): Json,
) -> Response {
    let changed = service.update_group(&account, &name, if_match, given).await;
    changed.map(|group| written(&group))
}

async fn delete(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    IfMatch(if_match): IfMatch,
) -> Response {
    let deleted = service.delete_group(&account, &name, if_match).await;
    deleted.map(|group| written(&group))
}

async fn switch(
    desire: Desire,
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    (IfMatch(if_match), _): (IfMatch, Command),
) -> Response {
    let changed = service
        .change(&account, &name, if_match, |_| Ok(desire.clone()))
        .await;
    changed.map(|group| written(&group))
}

async fn capacity(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    IfMatch(if_match): IfMatch,
    Json(given): Json,
) -> Response {
    let desired = tables::desired_capacity(given)?;
    let desire = |_: &Group| {
        Ok::<_, Refusal>(Desire::Capacity {
            desired,
            cause: "a user's request".to_owned(),
        })
    };
    let changed = service.change(&account, &name, if_match, desire).await;
    changed.map(|group| written(&group))
}
