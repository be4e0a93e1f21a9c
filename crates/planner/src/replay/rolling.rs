//! The highest, the lowest and percentiles of windows of one length, each computed once as its end is reached.

use std::collections::VecDeque;

use domain::policy::Statistic;

/// A statistic over the last `width` times, for each time.
#[derive(Debug)]
pub(super) struct Rolling {
    width: usize,
    kept: Kept,
    /// One for each time; none where there was nothing within the window.
    values: Vec<Option<f64>>,
}

/// What of a window decides its statistic.
#[derive(Debug)]
enum Kept {
    /// Those that no later one exceeds, so that the first is the highest; negated, the lowest.
    Peaks {
        falling: VecDeque<(usize, f64)>,
        sign: f64,
    },
    /// All of it, in order of time and in order of size.
    All {
        per_cent: u8,
        newest_last: VecDeque<(usize, f64)>,
        sorted: Vec<f64>,
    },
}

impl Rolling {
    /// For statistics that are no mean or sum.
    pub(super) fn of(statistic: Statistic, width: usize, times: usize) -> Option<Self> {
        let peaks = |sign| Kept::Peaks {
            falling: VecDeque::new(),
            sign,
        };
        let kept = match statistic {
            Statistic::Maximum => peaks(1.0),
            Statistic::Minimum => peaks(-1.0),
            Statistic::Percentile(per_cent) => Kept::All {
                per_cent,
                newest_last: VecDeque::new(),
                sorted: Vec::new(),
            },
            Statistic::Average | Statistic::Sum => return None,
        };
        Some(Self {
            width,
            kept,
            values: Vec::with_capacity(times),
        })
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn at(&self, place: usize) -> Option<f64> {
        self.values.get(place).copied().flatten()
    }

    /// What there is at the next time.
    pub(super) fn push(&mut self, value: Option<f64>) {
        let place = self.values.len();
        let gone = |at: usize| at + self.width <= place;
        self.values.push(match &mut self.kept {
            Kept::Peaks { falling, sign } => {
                while falling.front().is_some_and(|(at, _)| gone(*at)) {
                    falling.pop_front();
                }
                if let Some(value) = value.map(|value| value * *sign) {
                    while falling.back().is_some_and(|(_, earlier)| *earlier <= value) {
                        falling.pop_back();
                    }
                    falling.push_back((place, value));
                }
                falling.front().map(|(_, peak)| peak * *sign)
            }
            Kept::All {
                per_cent,
                newest_last,
                sorted,
            } => {
                while let Some((_, old)) = newest_last.front().copied().filter(|(at, _)| gone(*at)) {
                    newest_last.pop_front();
                    sorted.remove(place_of(sorted, old));
                }
                if let Some(value) = value {
                    newest_last.push_back((place, value));
                    sorted.insert(place_of(sorted, value), value);
                }
                // The nearest rank, as samples have it.
                let rank = (sorted.len() * usize::from(*per_cent)).div_ceil(100);
                sorted.get(rank.saturating_sub(1)).copied()
            }
        });
    }
}

fn place_of(sorted: &[f64], value: f64) -> usize {
    sorted.partition_point(|known| known.total_cmp(&value).is_lt())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn each_window_has_its_own() {
        let told = [
            Some(3.0),
            Some(-1.0),
            None,
            Some(2.0),
            None,
            None,
            None,
            Some(5.0),
            Some(4.0),
        ];
        let all = |statistic| {
            let mut rolling = Rolling::of(statistic, 3, told.len()).unwrap();
            told.into_iter().for_each(|value| rolling.push(value));
            (0..told.len()).map(|place| rolling.at(place)).collect::<Vec<_>>()
        };
        let window = |place: usize| told[place.saturating_sub(2)..=place].iter().copied().flatten();
        let by_scan = |of: fn(f64, f64) -> f64| {
            (0..told.len())
                .map(|place| window(place).reduce(of))
                .collect::<Vec<_>>()
        };
        assert_eq!(all(Statistic::Maximum), by_scan(f64::max));
        assert_eq!(all(Statistic::Minimum), by_scan(f64::min));
        assert_eq!(all(Statistic::Percentile(99)), by_scan(f64::max));
        assert_eq!(all(Statistic::Percentile(50))[3], Some(-1.0));
        assert!(Rolling::of(Statistic::Average, 3, 0).is_none());
    }
}
