//! What is asked of a window: which figure, and how it is made one of many.

use std::fmt;
use std::str::FromStr;

use crate::ring::Point;

/// A figure that agents tell of every instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// CPU, in per cent of the instance type's vcpus.
    Cpu,
    /// Memory, in per cent of the instance type's.
    Memory,
}

/// How the samples of a group's instances become one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// The mean of the instances' means: an instance that was sampled less often counts as much as the others.
    Average,
    /// The highest sample.
    Maximum,
    /// The lowest sample.
    Minimum,
    /// The sum of the instances' means: the load of the whole group.
    Sum,
    /// The lowest sample that so many per cent of all samples do not exceed (nearest rank).
    Percentile(u8),
}

/// A name that no metric or statistic has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: expected one of {expected}")]
pub struct UnknownName {
    name: String,
    expected: &'static str,
}

impl FromStr for Metric {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name.to_ascii_uppercase().as_str() {
            "CPU" => Ok(Self::Cpu),
            "MEM" | "MEMORY" => Ok(Self::Memory),
            _ => Err(unknown(name, "CPU, MEM")),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "CPU",
            Self::Memory => "MEM",
        })
    }
}

impl FromStr for Statistic {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let upper = name.to_ascii_uppercase();
        let percentile = || {
            let digits = upper.strip_prefix('P')?;
            let per_cent = digits.parse().ok().filter(|p| (1..=99).contains(p))?;
            digits
                .starts_with(|first: char| first.is_ascii_digit())
                .then_some(Self::Percentile(per_cent))
        };
        match upper.as_str() {
            "AVG" | "AVERAGE" => Ok(Self::Average),
            "MAX" | "MAXIMUM" => Ok(Self::Maximum),
            "MIN" | "MINIMUM" => Ok(Self::Minimum),
            "SUM" => Ok(Self::Sum),
            _ => percentile().ok_or_else(|| unknown(name, "AVG, MAX, MIN, SUM, p1 to p99")),
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Average => f.write_str("AVG"),
            Self::Maximum => f.write_str("MAX"),
            Self::Minimum => f.write_str("MIN"),
            Self::Sum => f.write_str("SUM"),
            Self::Percentile(per_cent) => write!(f, "p{per_cent}"),
        }
    }
}

fn unknown(name: &str, expected: &'static str) -> UnknownName {
    UnknownName {
        name: name.to_owned(),
        expected,
    }
}

impl Metric {
    pub(crate) fn of(self, point: &Point) -> f64 {
        f64::from(match self {
            Self::Cpu => point.cpu,
            Self::Memory => point.memory,
        })
    }
}

impl Statistic {
    /// One figure of all samples and of each instance's mean; `None` when there are none.
    pub(crate) fn of(self, samples: &mut [f64], means: &[f64]) -> Option<f64> {
        if samples.is_empty() || means.is_empty() {
            return None;
        }
        let sum: f64 = means.iter().sum();
        match self {
            Self::Average => Some(sum / means.len() as f64),
            Self::Sum => Some(sum),
            Self::Maximum => samples.iter().copied().reduce(f64::max),
            Self::Minimum => samples.iter().copied().reduce(f64::min),
            Self::Percentile(per_cent) => {
                let rank = (samples.len() * usize::from(per_cent)).div_ceil(100);
                let place = rank.clamp(1, samples.len()) - 1;
                let (_, found, _) = samples.select_nth_unstable_by(place, f64::total_cmp);
                Some(*found)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn names_are_those_of_policies_in_any_case() {
        for (name, shown) in [("CPU", "CPU"), ("cpu", "CPU"), ("MEM", "MEM"), ("memory", "MEM")] {
            assert_eq!(name.parse::<Metric>().unwrap().to_string(), shown);
        }
        for (name, shown) in [
            ("AVG", "AVG"),
            ("average", "AVG"),
            ("Max", "MAX"),
            ("MIN", "MIN"),
            ("sum", "SUM"),
            ("p90", "p90"),
            ("P1", "p1"),
        ] {
            assert_eq!(name.parse::<Statistic>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn other_names_are_refused_with_what_there_is() {
        let refused = "DISK".parse::<Metric>().unwrap_err().to_string();
        assert_eq!(refused, "DISK: expected one of CPU, MEM");
        for name in ["", "p", "p0", "p100", "p+9", "p9.5", "p-1", "90", "mean"] {
            assert!(name.parse::<Statistic>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_percentile_is_a_sample_of_nearest_rank() {
        let of =
            |per_cent, samples: &[f64]| Statistic::Percentile(per_cent).of(&mut samples.to_vec(), &[0.0]);
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(of(90, &hundred), Some(90.0));
        assert_eq!(of(99, &hundred), Some(99.0));
        assert_eq!(of(50, &[4.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(of(1, &[7.0]), Some(7.0));
        // What no name says does not go beyond the samples.
        assert_eq!((of(0, &[2.0, 1.0]), of(255, &[2.0, 1.0])), (Some(1.0), Some(2.0)));
    }
}
