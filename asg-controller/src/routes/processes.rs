//! What of a group is suspended.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::web;
use domain::{Desire, Process};

use super::groups::written;
use super::{Response, Shared};
use crate::http::{Caller, Command, Endpoint, IfMatch};
use crate::validate::tables;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let suspend = web::route().to(|service, caller, name, if_match, body| {
        change(Desire::Suspend, service, caller, name, (if_match, body))
    });
    let resume = web::route().to(|service, caller, name, if_match, body| {
        change(Desire::Resume, service, caller, name, (if_match, body))
    });
    let put = |how: &str, summary, route| {
        Endpoint::write(Method::PUT, &format!("/asgs/{{name}}/{how}"), summary, route)
            .body("Processes")
            .if_match()
    };
    vec![
        put(
            "suspend",
            "Suspends processes of a group, all when none is named",
            suspend,
        ),
        put(
            "resume",
            "Resumes processes of a group, all when none is named",
            resume,
        ),
    ]
}

async fn change(
    desire: fn(BTreeSet<Process>) -> Desire,
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    (IfMatch(if_match), Command(given)): (IfMatch, Command),
) -> Response {
    let processes = tables::processes(given)?;
    let desire = desire(processes);
    let changed = service
        .change(&account, &name, if_match, |_| Ok(desire.clone()))
        .await;
    changed.map(|group| written(&group))
}
