//! Prometheus' HTTP API: what a query gave over a range of times.

use std::time::Duration;

use domain::Timestamp;
use reqwest::{Client, Url};
use serde::Deserialize;

use crate::prometheus::{Point, address, data};
use crate::{Settings, SourceError, ask};

/// A server answers at most so many points of a series, its `11,000 points per timeseries`.
pub(crate) const PIECE: usize = 11_000;
/// A piece is more work than a figure of now: it is waited for at least so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest piece of an answer, some ten series.
const LONGEST: usize = 4 * 1024 * 1024;

/// Times with the same step between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub from: Timestamp,
    /// From one to the next; not zero.
    pub step: Duration,
    /// How many.
    pub times: usize,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Matrix(Vec<Series>),
}

#[derive(Deserialize)]
struct Series {
    values: Vec<Point>,
}

impl Range {
    fn at(&self, place: usize) -> Timestamp {
        self.from + self.step.saturating_mul(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The place of a time that a server tells in seconds.
    fn place(&self, seconds: f64) -> Option<usize> {
        // To whole milliseconds, as they were asked.
        let after = (seconds * 1000.0).round() as i64 - self.from.millis();
        let place = u128::try_from(after).ok()? / self.step.as_millis().max(1);
        usize::try_from(place).ok().filter(|place| *place < self.times)
    }
}

/// What a query gave at each time of a range; none where it gave nothing, or no number. What comes in several series counts
/// as one while they do not overlap.
pub(crate) async fn read(
    client: &Client,
    settings: &Settings,
    query: &str,
    range: Range,
) -> Result<Vec<Option<f64>>, SourceError> {
    let settings = Settings {
        timeout: settings.timeout.max(PATIENCE),
        ..settings.clone()
    };
    let mut figures = vec![None; range.times];
    let mut empty = true;
    for first in (0..range.times).step_by(PIECE) {
        let last = range.times.min(first + PIECE) - 1;
        let url = piece(&settings, query, &range, (first, last))?;
        let Data::Matrix(all) = data(&ask::get_long(client, &settings, url, LONGEST).await?)?;
        empty &= all.is_empty();
        for series in &all {
            take(&range, series, &mut figures).map_err(|()| SourceError::Many(all.len()))?;
        }
    }
    match empty {
        true => Err(SourceError::None),
        false => Ok(figures),
    }
}

/// Takes a series in, where no other has told anything.
fn take(range: &Range, series: &Series, figures: &mut [Option<f64>]) -> Result<(), ()> {
    for point in &series.values {
        let Some(kept) = range.place(point.0).and_then(|place| figures.get_mut(place)) else {
            continue;
        };
        if kept.is_some() {
            return Err(());
        }
        *kept = point.figure().ok();
    }
    Ok(())
}

fn piece(
    settings: &Settings,
    query: &str,
    range: &Range,
    (first, last): (usize, usize),
) -> Result<Url, SourceError> {
    let mut url = address(settings, "query_range")?;
    // To the millisecond, as it keeps them.
    let seconds = |place| range.at(place).to_string();
    url.query_pairs_mut()
        .append_pair("query", query)
        .append_pair("start", &seconds(first))
        .append_pair("end", &seconds(last))
        .append_pair("step", &range.step.as_secs_f64().to_string());
    Ok(url)
}
