//! From samples to the one figure that is asked for.

use domain::policy::{Metric, Statistic};

use crate::ring::Point;

/// What a metric is in a sample; `None` where it was not told.
pub(crate) fn part(metric: Metric, point: &Point) -> Option<f64> {
    let part = match metric {
        Metric::Cpu => Some(point.cpu),
        Metric::Memory => Some(point.memory),
        Metric::NetworkIn => point.network_in.get(),
        Metric::NetworkOut => point.network_out.get(),
    };
    part.map(f64::from)
}

/// One figure of all samples and of each instance's mean; `None` when there are none.
pub(crate) fn of(statistic: Statistic, samples: &mut [f64], means: &[f64]) -> Option<f64> {
    if samples.is_empty() || means.is_empty() {
        return None;
    }
    let sum: f64 = means.iter().sum();
    match statistic {
        Statistic::Average => Some(sum / means.len() as f64),
        Statistic::Sum => Some(sum),
        Statistic::Maximum => samples.iter().copied().reduce(f64::max),
        Statistic::Minimum => samples.iter().copied().reduce(f64::min),
        Statistic::Percentile(per_cent) => {
            let rank = (samples.len() * usize::from(per_cent)).div_ceil(100);
            let place = rank.clamp(1, samples.len()) - 1;
            let (_, found, _) = samples.select_nth_unstable_by(place, f64::total_cmp);
            Some(*found)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_percentile_is_a_sample_of_nearest_rank() {
        let of = |per_cent, samples: &[f64]| {
            super::of(Statistic::Percentile(per_cent), &mut samples.to_vec(), &[0.0])
        };
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(of(90, &hundred), Some(90.0));
        assert_eq!(of(99, &hundred), Some(99.0));
        assert_eq!(of(50, &[4.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(of(1, &[7.0]), Some(7.0));
        // What no name says does not go beyond the samples.
        assert_eq!((of(0, &[2.0, 1.0]), of(255, &[2.0, 1.0])), (Some(1.0), Some(2.0)));
    }
}
