//! Who may call: a login token for the contract's paths, the autoscaler's own token for those of any account.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};
use domain::AccountName;
use std::future::{Ready, ready};

use super::Shared;
use crate::auth::Operator;
use crate::error::{Refusal, Result};

/// The account whose token the request carries.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) AccountName);

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        ready(known.ok_or_else(|| Refusal::Internal("this path was reached without a token".to_owned())))
    }
}

impl FromRequest for Operator {
    type Error = Refusal;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload).into_inner();
        ready(caller.and_then(|Caller(account)| Shared::of(request)?.access.operator(account)))
    }
}

/// The token in `Authorization`, bare or after `Bearer `.
pub(crate) fn bearer(request: &HttpRequest) -> Result<&str> {
    let refused =
        |why: &str| Refusal::Unauthorized(format!("{why}: log in and send the token in Authorization"));
    let header = request
        .headers()
        .get(header::AUTHORIZATION)
        .ok_or_else(|| refused("no token was given"))?;
    let text = header
        .to_str()
        .map_err(|_| refused("Authorization cannot be read"))?
        .trim();
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) | None => text,
    };
    match token {
        "" => Err(refused("no token was given")),
        token => Ok(token),
    }
}

/// Lets a request with a login token through, and notes whose it is.
pub(super) async fn token(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    match account(request.request()).await {
        Ok(account) => {
            request.extensions_mut().insert(Caller(account));
            next.call(request).await.map(ServiceResponse::map_into_boxed_body)
        }
        Err(refusal) => Ok(request.into_response(refusal.error_response())),
    }
}

/// Lets a request with the autoscaler's token through.
pub(super) async fn autoscaler(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    match is_autoscaler(request.request()).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(refusal) => Ok(request.into_response(refusal.error_response())),
    }
}

async fn account(request: &HttpRequest) -> Result<AccountName> {
    let service = Shared::of(request)?;
    let clock = service.deps.clock.as_ref();
    service
        .access
        .account(service.store(), clock, bearer(request)?)
        .await
}

async fn is_autoscaler(request: &HttpRequest) -> Result<()> {
    if Shared::of(request)?.access.is_autoscaler(bearer(request)?) {
        return Ok(());
    }
    let account = account(request).await?;
    Err(Refusal::Forbidden(format!(
        "the token of account {account} is not the autoscaler's, which this path takes"
    )))
}
