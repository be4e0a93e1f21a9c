//! An axis of time, with marks where clocks show round times.

use std::ops::Range;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Seconds between marks.
const STEPS: [i64; 15] = [
    60,
    5 * 60,
    10 * 60,
    30 * 60,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
];

/// Unix seconds, as the clocks of a zone show them.
#[derive(Clone, Debug)]
pub struct Clock {
    range: Range<i64>,
    zone: TimeZone,
}

impl Clock {
    pub fn new(range: Range<i64>, zone: TimeZone) -> Self {
        Self {
            range: range.start..range.end.max(range.start + 1),
            zone,
        }
    }

    /// Seconds between marks, of which there are to be `most` at most.
    fn step(&self, most: usize) -> i64 {
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let least = (self.range.end - self.range.start) / most;
        let fitting = STEPS.into_iter().find(|step| *step >= least);
        fitting.unwrap_or_else(|| least - least % DAY + DAY)
    }

    fn shown(&self, at: i64) -> Option<Zoned> {
        Some(Timestamp::from_second(at).ok()?.to_zoned(self.zone.clone()))
    }

    /// Seconds by which the zone's clocks are ahead.
    fn ahead(&self, at: i64) -> i64 {
        self.shown(at).map_or(0, |at| at.offset().seconds().into())
    }

    /// The label of a mark: the day where it begins, else the time.
    pub fn label(&self, at: i64) -> String {
        let Some(shown) = self.shown(at) else {
            return at.to_string();
        };
        match shown.hour() == 0 && shown.minute() == 0 {
            true => shown.strftime("%a %-d %b").to_string(),
            false => shown.strftime("%H:%M").to_string(),
        }
    }
}

impl Ranged for Clock {
    type FormatOption = DefaultFormatting;
    type ValueType = i64;

    fn map(&self, value: &i64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.range.start) as f64 / (self.range.end - self.range.start) as f64;
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<i64> {
        let step = self.step(hint.max_num_points());
        // Where clocks are set in between, the marks go on as clocks show them.
        let mut marks = Vec::new();
        let mut wall = (self.range.start + self.ahead(self.range.start)).div_euclid(step) * step;
        loop {
            wall += step;
            let at = wall - self.ahead(wall - self.ahead(self.range.start));
            if at > self.range.end || marks.len() > hint.max_num_points() {
                return marks;
            }
            if at >= self.range.start {
                marks.push(at);
            }
        }
    }

    fn range(&self) -> Range<i64> {
        self.range.clone()
    }
}
