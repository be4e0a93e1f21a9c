//! What a group's load was, minute by minute.

use actix_web::{HttpResponse, web};
use api::documents;
use domain::Timestamp;

use super::{Response, Shared};
use crate::error::Refusal;
use crate::http::{Answer, Caller, Endpoint, Query};

/// Seconds of minutes in one answer at most: half a megabyte.
const DAY: i64 = 24 * 3_600;
/// The last second that a stored time can name.
const LATEST: i64 = i64::MAX / 1_000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::read(
            "/asgs/{name}/rollups",
            "Lists what a group's load was, minute by minute, oldest first: of one day at most. A minute in which the \
             group was not started, or nobody decided, is not there",
            Answer::Many("Rollup"),
            web::route().to(list),
        )
        .query(&[
            ("from", "Unix seconds; only what began then or later; a day before `to`"),
            ("to", "Unix seconds; only what began earlier; a day after `from`, and now unless that is given"),
        ]),
    ]
}

async fn list(
    service: Shared,
    Caller(account): Caller,
    name: web::Path<String>,
    mut query: Query,
) -> Response {
    let (from, to) = span(&mut query, service.now().seconds())?;
    query.end()?;
    let minutes = service.rollups(&account, &name, (from, to)).await?;
    let minutes: Vec<_> = minutes.iter().map(documents::Rollup::from).collect();
    Ok(HttpResponse::Ok().json(minutes))
}

/// From when to when.
fn span(query: &mut Query, now: i64) -> Result<(Timestamp, Timestamp), Refusal> {
    let mut time = |name: &str| -> Result<Option<i64>, Refusal> {
        let text: String = query.take(name, "a time", String::new())?;
        if text.is_empty() {
            return Ok(None);
        }
        let seconds = text.parse().ok().filter(|at| (0..=LATEST).contains(at));
        let problem = || Refusal::field(name, format!("{text:?} is not a time in Unix seconds"));
        seconds.ok_or_else(problem).map(Some)
    };
    let (from, to) = match (time("from")?, time("to")?) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, from.saturating_add(DAY)),
        (None, to) => {
            let to = to.unwrap_or(now);
            (to.saturating_sub(DAY), to)
        }
    };
    if to < from {
        return Err(Refusal::field("to", format!("{to} is before from {from}")));
    }
    if to - from > DAY {
        let problem = format!("{to} is more than a day ({DAY} s) after from {from}");
        return Err(Refusal::field("to", problem));
    }
    Ok((
        Timestamp::from_millis(from.saturating_mul(1_000)),
        Timestamp::from_millis(to.saturating_mul(1_000)),
    ))
}
