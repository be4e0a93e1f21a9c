//! How good forecasts were, by making those of the last day again.

use super::level::level;
use super::series::Series;
use super::{DAY, HOUR};

/// Buckets of which forecast and load must both be known.
const LEAST: u32 = HOUR as u32;
/// A bucket was forecast too low when its load was more than 10 % above, HPA's tolerance.
const TOO_LOW: f64 = 1.1;

/// How good forecasts of the last day were: each hour of it forecast from what was known when it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// By how much they were off: the sum of what they were off by, in per cent of the sum of the load.
    pub error: f64,
    /// Per cent of the day in which the load was more than 10 % above its forecast.
    pub too_low: f64,
}

/// None while too little is known of the day before the last.
pub(super) fn accuracy(
    series: &Series,
    typical: impl Fn(i64) -> Option<f64>,
    daily: f64,
    now: i64,
) -> Option<Accuracy> {
    let (mut known, mut low, mut off, mut all) = (0_u32, 0_u32, 0.0, 0.0);
    for hour in 0..DAY / HOUR {
        let from = now - DAY + hour * HOUR;
        let level = level(series, &typical, daily, from);
        for number in from..from + HOUR {
            let (Some(typical), Some(was)) = (typical(number), series.at(number)) else {
                continue;
            };
            let forecast = typical * level;
            known += 1;
            low += u32::from(was > forecast * TOO_LOW);
            off += (forecast - was).abs();
            all += was.abs();
        }
    }
    (known >= LEAST).then(|| Accuracy {
        error: match (off > 0.0, all > 0.0) {
            (false, _) => 0.0,
            (true, true) => 100.0 * off / all,
            (true, false) => 100.0,
        },
        too_low: 100.0 * f64::from(low) / f64::from(known),
    })
}
