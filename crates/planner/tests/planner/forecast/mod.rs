//! Forecasts, told as loads that were and what is expected after them.

mod history;
mod shapes;
mod surprises;

use std::f64::consts::TAU;
use std::time::Duration;

use domain::Timestamp;
use planner::forecast::{Outlook, Series};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(24 * 3_600);
const MINUTES: i64 = 24 * 60;

/// A Monday, 00:00 UTC.
pub const MONDAY: i64 = 20_486 * MINUTES;

/// A load by minutes since 1970.
pub trait Load: Fn(i64) -> Option<f64> {}
impl<F: Fn(i64) -> Option<f64>> Load for F {}

pub fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute * 60_000)
}

/// What was told of a load between two minutes.
pub fn told(from: i64, to: i64, load: &impl Load) -> Vec<(Timestamp, f64)> {
    let minutes = (from..to).filter_map(|minute| Some((at(minute), load(minute)?)));
    minutes.collect()
}

/// The same as a series.
pub fn series(from: i64, to: i64, load: &impl Load) -> Series {
    let mut series = Series::default();
    series.take(at(from), told(from, to, load));
    series
}

/// What is expected at a minute after so many days of a load.
pub fn outlook(days: i64, now: i64, load: &impl Load) -> Outlook {
    Outlook::of(&series(now - days * MINUTES, now, load), at(now)).unwrap()
}

/// What is expected of a minute.
pub fn expected(outlook: &Outlook, minute: i64) -> f64 {
    outlook.ahead(at(minute), Duration::ZERO).unwrap().load
}

/// By how much the next 20 hours are expected wrong: per cent of the load. The load itself is told without chance.
pub fn off(outlook: &Outlook, now: i64, load: &impl Load) -> f64 {
    let minutes = (now..now + 20 * 60).step_by(5);
    let pairs = minutes.map(|minute| (expected(outlook, minute), load(minute + 2).unwrap()));
    let (off, all) = pairs.fold((0.0, 0.0), |(off, all), (expected, is)| {
        (off + (expected - is).abs(), all + is)
    });
    100.0 * off / all
}

/// A day with its peak at 14:00 and its low at 02:00, from 100 to 500.
pub fn sine(minute: i64) -> f64 {
    let of_day = (minute.rem_euclid(MINUTES)) as f64 / MINUTES as f64;
    300.0 - 200.0 * (TAU * (of_day - 2.0 / 24.0)).cos()
}

/// Chance between -1 and 1 that is the same for the same minute.
pub fn chance(minute: i64) -> f64 {
    let mixed = (minute as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 11) as f64 / (1_u64 << 53) as f64) * 2.0 - 1.0
}

/// The day of the week of a minute, Monday being 0.
pub fn weekday(minute: i64) -> i64 {
    (minute - MONDAY).div_euclid(MINUTES).rem_euclid(7)
}
