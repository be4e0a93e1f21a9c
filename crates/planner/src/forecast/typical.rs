//! What is typical of a time of day.

use super::series::Series;
use super::{DAY, HOUR};

/// Days back that count whatever their weekday, but for the seventh.
const DAYS: i64 = 6;
/// What the same weekday counts against any other day, a week ago and up to five. Two outweigh the six others together, and
/// one alone does not: a burst in it does not come back. With a neighbour of its kind (a Sunday for a Saturday) one is
/// enough. A week of something new outweighs the four before.
const SAME_WEEKDAY: [(i64, u32); 5] = [(1, 5), (2, 4), (3, 3), (4, 2), (5, 1)];
/// Where nothing is known of a time of day, its neighbours up to this many buckets away stand for it.
const NEAR: i64 = HOUR / 2;

/// What the load of a bucket is typically, from days before it: their weighted median, so that what happened once does not
/// count, however much it was. Of two that weigh the same the lower, since one of them may be a burst.
pub(super) fn typical(series: &Series, number: i64) -> Option<f64> {
    let near = |away: i64| {
        let (before, after) = (median(series, number - away), median(series, number + away));
        match (before, after) {
            (Some(before), Some(after)) => Some(f64::midpoint(before, after)),
            (one, other) => one.or(other),
        }
    };
    median(series, number).or_else(|| (1..=NEAR).find_map(near))
}

fn median(series: &Series, number: i64) -> Option<f64> {
    let days = (1..=DAYS).map(|day| (day, 1));
    let weeks = SAME_WEEKDAY.map(|(week, weight)| (7 * week, weight));
    let seen = |(day, weight): (i64, u32)| Some((series.at(number - day * DAY)?, weight));
    let mut seen: Vec<(f64, u32)> = days.chain(weeks).filter_map(seen).collect();
    seen.sort_by(|one, other| one.0.total_cmp(&other.0));
    let all: u32 = seen.iter().map(|(_, weight)| weight).sum();
    let mut below = 0;
    let half = seen.into_iter().find(|(_, weight)| {
        below += weight;
        below * 2 >= all
    });
    half.map(|(load, _)| load)
}
