//! What is expected.

use std::time::Duration;

use domain::Timestamp;

use super::accuracy::{Accuracy, accuracy};
use super::level::{level, middle};
use super::series::Series;
use super::typical::typical;
use super::{DAY, HOUR, begins, bucket};

/// Buckets that are forecast: while the history cannot be read for some hours the last forecast goes on. All that each
/// looks at was over when it was made.
const AHEAD: i64 = DAY - HOUR;
/// The history that a forecast needs at least.
const LEAST: Duration = Duration::from_secs(24 * 3_600);

/// The load of a whole group in the hours to come; 3 KB.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// The bucket in which it was made, the first that it forecasts.
    first: i64,
    loads: Vec<Option<f32>>,
    accuracy: Option<Accuracy>,
}

/// The highest load ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// Of the whole group, in the metric's unit.
    pub load: f64,
    /// When it is expected, or from when on.
    pub at: Timestamp,
    /// How good the last forecasts were; none while that is not known.
    pub accuracy: Option<Accuracy>,
}

impl Outlook {
    /// Forecasts from a history, as it looks at `now`.
    ///
    /// # Errors
    /// That there is less than a day of it, for people.
    pub fn of(series: &Series, now: Timestamp) -> Result<Self, String> {
        let age = series.age(now);
        if age < LEAST {
            return Err(too_young(age));
        }
        let first = bucket(now);
        // What is typical of the day that was, with the hours before it that its forecasts looked back on, and of the next.
        let known_from = first - DAY - 3 * HOUR;
        let shape: Vec<Option<f64>> = (known_from..first + AHEAD).map(|b| typical(series, b)).collect();
        let known = |number: i64| {
            let place = usize::try_from(number - known_from).ok()?;
            shape.get(place).copied().flatten()
        };
        let daily = middle((first - DAY..first + AHEAD).filter_map(known).collect()).unwrap_or(0.0);
        let level = level(series, known, daily, first);
        let forecast = |number| known(number).map(|typical| (typical * level) as f32);
        Ok(Self {
            first,
            loads: (first..first + AHEAD).map(forecast).collect(),
            accuracy: accuracy(series, known, daily, first),
        })
    }

    /// The highest load within `ahead` from `now` on.
    ///
    /// # Errors
    /// Why nothing is known of that time, for people.
    pub fn ahead(&self, now: Timestamp, ahead: Duration) -> Result<Forecast, String> {
        let end = self.first + i64::try_from(self.loads.len()).unwrap_or(0);
        let (from, to) = (bucket(now), bucket(now + ahead).min(end - 1));
        if from < self.first || from > to {
            return Err("the last forecast is not of this time, and no other could be made since".to_owned());
        }
        let load = |number: i64| {
            let place = usize::try_from(number - self.first).ok()?;
            Some((f64::from((*self.loads.get(place)?)?), number))
        };
        let highest = (from..=to)
            .filter_map(load)
            .reduce(|most, next| match next.0 > most.0 {
                true => next,
                false => most,
            });
        let (load, number) = highest.ok_or("the history says nothing of this time of day")?;
        Ok(Forecast {
            load,
            at: begins(number).max(now),
            accuracy: self.accuracy,
        })
    }
}

fn too_young(age: Duration) -> String {
    let (hours, minutes) = (age.as_secs() / 3_600, age.as_secs() / 60 % 60);
    match age.is_zero() {
        true => "there is no history yet, and it takes a day of it".to_owned(),
        false => format!("there are {hours} h {minutes} min of history, and it takes a day of it"),
    }
}
