//! What a group's load will be, from what it was: the same time of day on the days before, the same weekday in the weeks
//! before, and how the last hours differ from that.
//!
//! Pure: minutes of a group go into a [`Series`], an [`Outlook`] is made of it now and then, and is asked for the highest
//! load ahead. A day is one of UTC: where clocks are set forward or back, a load that follows them comes an hour earlier or
//! later than forecast for a week.

mod accuracy;
mod level;
mod measure;
mod outlook;
mod series;
mod typical;

use std::time::Duration;

use domain::Timestamp;

pub use accuracy::Accuracy;
pub use measure::Measure;
pub use outlook::{Forecast, Outlook};
pub use series::Series;

/// How far back a forecast looks.
pub const HISTORY: Duration = Duration::from_secs(35 * 24 * 3_600);

/// The finest time that is told apart: fine enough for a ramp in the morning, coarse enough that single requests are none.
const BUCKET_MS: i64 = 5 * 60 * 1_000;
/// Buckets of an hour.
const HOUR: i64 = 12;
/// Buckets of a day.
const DAY: i64 = 24 * HOUR;

/// The number of the bucket that a time is in.
fn bucket(at: Timestamp) -> i64 {
    at.millis().div_euclid(BUCKET_MS)
}

/// When a bucket begins.
fn begins(bucket: i64) -> Timestamp {
    Timestamp::from_millis(bucket.saturating_mul(BUCKET_MS))
}
