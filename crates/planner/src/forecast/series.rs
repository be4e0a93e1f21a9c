//! A load as it was, kept lean.

use std::collections::VecDeque;
use std::time::Duration;

use domain::Timestamp;

use super::{HISTORY, HOUR, begins, bucket};

/// Buckets that are kept: all that a forecast looks at, and the day that is forecast at most.
const KEPT: i64 = (HISTORY.as_millis() as i64) / super::BUCKET_MS + super::DAY;

/// The load of a whole group, in means of five minutes of the last weeks; 80 KB at most. Minutes that nobody told of are
/// gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The number of the first bucket.
    first: i64,
    buckets: VecDeque<Bucket>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bucket {
    /// Of all its minutes.
    sum: f32,
    minutes: u16,
}

impl Series {
    /// Takes in the minutes since `from`, in place of what it has of that time: a minute may be told again. What is before
    /// `from`, or no number, is left out.
    pub fn take(&mut self, from: Timestamp, minutes: impl IntoIterator<Item = (Timestamp, f64)>) {
        let from = bucket(from);
        let stays = usize::try_from(from.saturating_sub(self.first)).unwrap_or(0);
        self.buckets.truncate(stays);
        for (at, load) in minutes {
            if bucket(at) >= from && load.is_finite() {
                self.add(bucket(at), load);
            }
        }
    }

    /// From when on to read again: what was written late is within the last hour. None while there is nothing.
    #[must_use]
    pub fn resume(&self) -> Option<Timestamp> {
        self.newest().map(|newest| begins(newest - HOUR))
    }

    /// Of how long ago the oldest is.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Duration {
        match self.buckets.is_empty() {
            true => Duration::ZERO,
            false => now.since(begins(self.first)),
        }
    }

    /// The mean of a bucket, if anything is known of it.
    pub(super) fn at(&self, number: i64) -> Option<f64> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let bucket = self.buckets.get(place).filter(|bucket| bucket.minutes > 0)?;
        Some(f64::from(bucket.sum) / f64::from(bucket.minutes))
    }

    fn newest(&self) -> Option<i64> {
        let length = i64::try_from(self.buckets.len()).ok()?;
        (length > 0).then(|| self.first + length - 1)
    }

    fn add(&mut self, number: i64, load: f64) {
        let newest = match self.newest() {
            Some(newest) if number < newest.saturating_add(KEPT) => newest,
            // What there is would be forgotten whole.
            Some(_) | None => {
                self.buckets.clear();
                self.first = number;
                number - 1
            }
        };
        for _ in newest..number {
            self.buckets.push_back(Bucket::default());
        }
        while i64::try_from(self.buckets.len()).is_ok_and(|length| length > KEPT) {
            self.buckets.pop_front();
            self.first += 1;
        }
        let place = usize::try_from(number - self.first).ok();
        if let Some(bucket) = place.and_then(|place| self.buckets.get_mut(place)) {
            bucket.sum += load as f32;
            bucket.minutes = bucket.minutes.saturating_add(1);
        }
    }
}
