//! Paths: repeated slashes count as one, and a slash at the end of a path of the contract as none.

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;

use super::BASE;

/// Puts the path in order before routes are matched.
pub(super) async fn normalise(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(uri) = normal(request.uri()) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address with its path in order; `None` when it is already.
fn normal(uri: &Uri) -> Option<Uri> {
    let path = ordered(uri.path());
    if path == uri.path() {
        return None;
    }
    let full = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(full).ok()?);
    Uri::from_parts(parts).ok()
}

fn ordered(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for c in path.chars() {
        if !(c == '/' && text.ends_with('/')) {
            text.push(c);
        }
    }
    if text.starts_with(BASE) && text.ends_with('/') {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn repeated_slashes_count_as_one() {
        for (given, path) in [
            ("/asgcc/lbs", "/asgcc/lbs"),
            ("/asgcc//login", "/asgcc/login"),
            ("//asgcc///lbs//lb1/", "/asgcc/lbs/lb1"),
            ("/docs/", "/docs/"),
            ("/", "/"),
        ] {
            assert_eq!(ordered(given), path, "{given}");
        }
        let uri = normal(&"/asgcc//asgs/a/activities/?skip=1//".parse().unwrap()).unwrap();
        assert_eq!(uri, "/asgcc/asgs/a/activities?skip=1//");
    }
}
