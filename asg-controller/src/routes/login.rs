//! Logging in.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use api::documents::{Login, LoginAnswer};

use super::{Response, Shared};
use crate::error::Refusal;
use crate::http::{Access, Answer, Endpoint, Json};
use crate::validate::{tables, typed};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let says = "Makes a token, which every other call sends in Authorization";
    vec![
        Endpoint::write(Method::POST, "/login", says, web::route().to(login))
            .body("Login")
            .answer(Answer::One("LoginAnswer"))
            .access(Access::Public),
    ]
}

async fn login(service: Shared, request: HttpRequest, Json(given): Json) -> Response {
    let Login { user, key } = typed(tables::LOGIN.whole(given)?)?;
    // Only a connection has no address that is not TCP, and there are none here.
    let client = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let (store, clock) = (service.store(), service.deps.clock.as_ref());
    let made = service
        .access
        .login(store, clock, client, (user.clone(), key))
        .await;
    let outcome = match &made {
        Ok(_) => "ok",
        Err(Refusal::Unauthorized(_)) => "refused",
        Err(Refusal::Limited(_)) => "limited",
        Err(_) => "failed",
    };
    service.deps.metrics.login(outcome);
    tracing::info!(?user, %client, outcome, "login");
    let status = "OK".to_owned();
    made.map(|token| HttpResponse::Ok().json(LoginAnswer { status, token }))
}
