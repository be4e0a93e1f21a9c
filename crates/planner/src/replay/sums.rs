//! Means over any window in one step: what was summed up until its end, less what was until its begin.

/// Sums up to each time.
#[derive(Debug)]
pub(super) struct Sums(Vec<Sum>);

/// A sum with what its rounding lost (Neumaier's), so that the difference of two large ones is as exact as a small one.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sum: f64,
    lost: f64,
    count: u32,
}

impl Sum {
    fn plus(self, value: f64) -> Self {
        let sum = self.sum + value;
        let lost = match self.sum.abs() >= value.abs() {
            true => (self.sum - sum) + value,
            false => (value - sum) + self.sum,
        };
        Self {
            sum,
            lost: self.lost + lost,
            count: self.count.saturating_add(1),
        }
    }
}

impl Sums {
    pub(super) fn with_room(times: usize) -> Self {
        let mut sums = Vec::with_capacity(times + 1);
        sums.push(Sum::default());
        Self(sums)
    }

    /// What there is at the next time.
    pub(super) fn push(&mut self, value: Option<f64>) {
        let last = self.0.last().copied().unwrap_or_default();
        self.0.push(value.map_or(last, |value| last.plus(value)));
    }

    /// The mean of what there is at places from `first` to before `end`; `None` when there is nothing.
    pub(super) fn mean(&self, first: usize, end: usize) -> Option<f64> {
        let (sum, count) = self.between(first, end)?;
        Some(sum / f64::from(count))
    }

    /// The same as a sum, and of how many.
    pub(super) fn between(&self, first: usize, end: usize) -> Option<(f64, u32)> {
        let (from, to) = (self.0.get(first)?, self.0.get(end)?);
        let count = to.count.checked_sub(from.count).filter(|count| *count > 0)?;
        Some(((to.sum - from.sum) + (to.lost - from.lost), count))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_mean_is_exact_far_from_the_begin_and_leaves_out_what_is_missing() {
        let mut sums = Sums::with_room(0);
        (0..100_000).for_each(|_| sums.push(Some(1e12 + 0.1)));
        for value in [Some(0.5), None, Some(0.25)] {
            sums.push(value);
        }
        assert_eq!(sums.mean(100_000, 100_003), Some(0.375));
        assert_eq!(sums.between(100_000, 100_002), Some((0.5, 1)));
        assert_eq!(sums.mean(100_001, 100_002), None);
        assert_eq!(sums.mean(100_001, 100_004), None, "that is not there yet");
    }
}
