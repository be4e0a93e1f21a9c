//! How the last hours differ from what is typical of them.

use super::HOUR;
use super::series::Series;

/// Buckets that are looked back on: what lasted for less than half of them does not count.
const BACK: i64 = 3 * HOUR;
/// Buckets that must be known of them.
const LEAST: usize = (BACK / 2) as usize;
/// The most that a forecast is raised by, or its reciprocal lowered by.
const MOST: f64 = 2.0;

/// What forecasts from bucket `now` on are to be multiplied by: the median of what the last hours were of what is typical
/// of them. The quieter they were against the day, whose middle is `daily`, the less they tell of what follows: a night with
/// twice the load says little of the morning.
pub(super) fn level(series: &Series, typical: impl Fn(i64) -> Option<f64>, daily: f64, now: i64) -> f64 {
    let pairs = (now - BACK..now).filter_map(|number| Some((series.at(number)?, typical(number)?)));
    let shares = pairs.filter(|(_, typical)| *typical > 0.0);
    let (shares, typical): (Vec<f64>, Vec<f64>) =
        shares.map(|(was, typical)| (was / typical, typical)).unzip();
    if shares.len() < LEAST || daily <= 0.0 {
        return 1.0;
    }
    let (Some(share), Some(typical)) = (middle(shares), middle(typical)) else {
        return 1.0;
    };
    let counts = (typical / daily).min(1.0);
    let level = 1.0 + (share - 1.0) * counts;
    level.clamp(1.0 / MOST, MOST)
}

/// The median.
pub(super) fn middle(mut values: Vec<f64>) -> Option<f64> {
    let at = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, middle, _) = values.select_nth_unstable_by(at, f64::total_cmp);
    Some(*middle)
}
