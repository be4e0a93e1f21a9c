//! What the autoscaler sees and sets, in any account.

use actix_web::http::Method;
use actix_web::web;
use domain::{AccountName, Desire, Group};

use super::{Response, Shared, groups, instances};
use crate::error::Refusal;
use crate::http::{Access, Answer, Endpoint, IfMatch, Json};
use crate::validate::tables;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let (groups, one) = ("/{account}/asgs", "/{account}/asgs/{name}/instances");
    let seen = (Answer::Many("Group"), Answer::Many("Instance"));
    [
        Endpoint::read(groups, "Lists an account's groups", seen.0, web::route().to(list)),
        Endpoint::read(
            one,
            "Lists the instances of an account's group",
            seen.1,
            web::route().to(instances),
        ),
        Endpoint::write(Method::PUT, one, "Sets desired capacity", web::route().to(resize))
            .body("InstanceCount")
            .if_match(),
    ]
    .map(|endpoint| endpoint.access(Access::Autoscaler))
    .into()
}

fn account(service: &Shared, given: &str) -> Result<AccountName, Refusal> {
    let known = AccountName::parse(given)
        .ok()
        .filter(|account| service.access.knows(account));
    known.ok_or_else(|| Refusal::not_found("account", given))
}

async fn list(service: Shared, given: web::Path<String>) -> Response {
    let account = account(&service, &given)?;
    Ok(groups::listing(&service, &service.groups(&account).await?))
}

async fn instances(service: Shared, path: web::Path<(String, String)>) -> Response {
    let (given, name) = path.into_inner();
    let account = account(&service, &given)?;
    Ok(instances::listing(
        &service,
        &service.group(&account, &name).await?,
    ))
}

async fn resize(
    service: Shared,
    path: web::Path<(String, String)>,
    IfMatch(if_match): IfMatch,
    Json(body): Json,
) -> Response {
    let (given, name) = path.into_inner();
    let account = account(&service, &given)?;
    let desired = tables::instance_count(body)?;
    let desire = |_: &Group| {
        Ok::<_, Refusal>(Desire::Capacity {
            desired,
            cause: "the autoscaler's request".to_owned(),
        })
    };
    let changed = service.change(&account, &name, if_match, desire).await;
    changed.map(|group| groups::written(&group))
}
