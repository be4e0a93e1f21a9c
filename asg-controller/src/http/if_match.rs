//! `If-Match`: the generation of a group that the client looked at.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use domain::Generation;

use crate::error::{Refusal, Result};

/// The generation in `If-Match`; none without the header, or with `*`, which any generation matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) Option<Generation>);

impl FromRequest for IfMatch {
    type Error = Refusal;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.headers().get(header::IF_MATCH) {
            None => Ok(Self(None)),
            Some(given) => parse(&String::from_utf8_lossy(given.as_bytes())),
        })
    }
}

fn parse(given: &str) -> Result<IfMatch> {
    let text = given.trim();
    if text == "*" {
        return Ok(IfMatch(None));
    }
    let bare = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    match bare.parse() {
        Ok(generation) => Ok(IfMatch(Some(Generation(generation)))),
        Err(_) => Err(Refusal::Malformed(format!(
            "If-Match: {given:?} is no generation: send the ETag of the group, for example \"3\""
        ))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn quotes_are_optional_and_a_star_matches_all() {
        for (given, generation) in [
            ("\"3\"", Some(3)),
            ("3", Some(3)),
            (" 12 ", Some(12)),
            ("*", None),
        ] {
            assert_eq!(parse(given), Ok(IfMatch(generation.map(Generation))), "{given}");
        }
        for given in ["", "\"\"", "x", "\"3", "-1", "W/\"3\"", "\"1\", \"2\""] {
            assert!(parse(given).is_err(), "{given}");
        }
    }
}
