//! Query strings, read strictly: an unknown or unreadable option is refused by name.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::error::{Refusal, Result};

/// Entries that one answer lists at most, where there is a limit.
const MAX_ENTRIES: usize = 1000;

/// The options of a query string.
pub(crate) struct Query(BTreeMap<String, String>);

impl FromRequest for Query {
    type Error = Refusal;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = web::Query::from_query(request.query_string());
        ready(match read {
            Ok(web::Query(options)) => Ok(Self(options)),
            Err(error) => Err(Refusal::Malformed(format!(
                "the query string cannot be read: {error}"
            ))),
        })
    }
}

impl Query {
    /// Takes an option out, or its default when it was not given.
    pub(crate) fn take<T: FromStr>(&mut self, name: &str, expected: &str, default: T) -> Result<T> {
        match self.0.remove(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| Refusal::field(name, format!("{text:?} is not {expected}"))),
        }
    }

    /// Takes out how many entries of a list are wanted, or its default.
    pub(crate) fn limit(&mut self, default: usize) -> Result<usize> {
        let limit = self.take("limit", "a number from 1 to 1000", default)?;
        match (1..=MAX_ENTRIES).contains(&limit) {
            true => Ok(limit),
            false => Err(Refusal::field(
                "limit",
                format!("{limit} is outside 1 to {MAX_ENTRIES}"),
            )),
        }
    }

    /// Refuses what was not taken.
    pub(crate) fn end(self) -> Result<()> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, value)) => Err(Refusal::Invalid(format!(
                "{name:?}: no option of this path (its value is {value:?})"
            ))),
        }
    }
}
