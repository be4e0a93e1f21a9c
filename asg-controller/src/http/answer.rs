//! How refusals answer: `{"status":"ERROR","message"}` with the right code.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use api::documents::Failure;

use crate::error::Refusal;

/// When to try again what was refused because others do it: about as long as it takes them.
const BUSY_FOR: Duration = Duration::from_secs(2);

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Limited(_) | Self::Busy(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::Limited(wait) => drop(response.insert_header((header::RETRY_AFTER, wait.as_secs()))),
            Self::Busy(_) => drop(response.insert_header((header::RETRY_AFTER, BUSY_FOR.as_secs()))),
            Self::Unauthorized(_) => drop(response.insert_header((header::WWW_AUTHENTICATE, "Bearer"))),
            Self::Method(allowed) => drop(response.insert_header((header::ALLOW, allowed.as_str()))),
            _ => {}
        }
        let message = match self {
            Self::Method(allowed) => format!("this path takes {allowed} only"),
            other => other.to_string(),
        };
        response.json(Failure::new(message))
    }
}

/// Answers what no route matches.
pub(super) async fn no_such_path(request: HttpRequest) -> HttpResponse {
    Refusal::NotFound(format!("path {} not found", request.path())).error_response()
}
