//! Bodies: JSON objects, bounded in size and time.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest, HttpRequest};
use serde_json::Value;
use tokio::time::timeout;

use super::Shared;
use crate::error::{Refusal, Result};
use crate::validate::Object;

/// A client that has not sent its body within this time is no longer waited for.
const READ_WITHIN: Duration = Duration::from_secs(30);

/// A body that is a JSON object.
pub(crate) struct Json(pub(crate) Object);

impl FromRequest for Json {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = content_type(request);
        let bytes = read(request, payload);
        Box::pin(async move {
            kind?;
            match parse(&bytes.await?)? {
                Value::Object(fields) => Ok(Self(fields)),
                other => Err(no_object(&other)),
            }
        })
    }
}

/// The body of a command that needs none: empty and `null` are as an object without fields.
pub(crate) struct Command(pub(crate) Object);

impl FromRequest for Command {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            if bytes.trim_ascii().is_empty() {
                return Ok(Self(Object::new()));
            }
            match parse(&bytes)? {
                Value::Null => Ok(Self(Object::new())),
                Value::Object(fields) => Ok(Self(fields)),
                other => Err(no_object(&other)),
            }
        })
    }
}

fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Bytes>> + use<> {
    let limit = Shared::of(request).map_or(0, |service| service.settings().body_limit);
    let bytes = Bytes::from_request(request, payload);
    async move {
        match timeout(READ_WITHIN, bytes).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(unread(&error, limit)),
            Err(_) => Err(Refusal::Malformed(format!(
                "the body did not arrive within {} s",
                READ_WITHIN.as_secs()
            ))),
        }
    }
}

fn unread(error: &Error, limit: usize) -> Refusal {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            Refusal::TooLarge(format!("the body is larger than the {limit} bytes that are read"))
        }
        Some(_) | None => Refusal::Malformed(format!("the body cannot be read: {error}")),
    }
}

/// JSON, no type at all, or the type of a form, which HTTP clients set when they are not told one.
fn content_type(request: &HttpRequest) -> Result<()> {
    let Some(given) = request.headers().get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let given = String::from_utf8_lossy(given.as_bytes());
    let essence = given
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let json = matches!(
        essence.as_str(),
        "" | "application/json" | "application/x-www-form-urlencoded"
    );
    if json || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    Err(Refusal::Malformed(format!(
        "Content-Type: {essence:?} is not read here: send application/json"
    )))
}

fn parse(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal::Malformed(format!("the body is not JSON: {error}")))
}

fn no_object(value: &Value) -> Refusal {
    let what = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Refusal::Malformed(format!("the body is {what}: a JSON object is expected"))
}
