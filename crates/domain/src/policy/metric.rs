//! What agents measure of a group's instances, and how it becomes one figure.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How far back a policy can look at what agents sample: its sampling window and its breach duration together. What was
/// longer ago says nothing about the load now.
pub const LOOK_BACK: Duration = Duration::from_secs(15 * 60);

/// A figure that agents tell of every instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// CPU, in per cent of the instance type's vcpus.
    Cpu,
    /// Memory, in per cent of the instance type's.
    Memory,
    /// Bytes a second that come in over the network.
    NetworkIn,
    /// Bytes a second that go out over the network.
    NetworkOut,
}

impl Metric {
    /// All.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Memory, Self::NetworkIn, Self::NetworkOut];

    /// Whether it is in per cent of what an instance has: it cannot say how much more is needed once all of that is used.
    #[must_use]
    pub fn saturates(self) -> bool {
        match self {
            Self::Cpu | Self::Memory => true,
            Self::NetworkIn | Self::NetworkOut => false,
        }
    }
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

impl UnknownName {
    fn new(name: &str, expected: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            expected,
        }
    }
}

impl FromStr for Metric {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name.to_ascii_uppercase().as_str() {
            "CPU" => Ok(Self::Cpu),
            "MEM" | "MEMORY" => Ok(Self::Memory),
            "NETWORK_IN" | "NETWORKIN" => Ok(Self::NetworkIn),
            "NETWORK_OUT" | "NETWORKOUT" => Ok(Self::NetworkOut),
            _ => Err(UnknownName::new(name, "CPU, MEM, NETWORK_IN, NETWORK_OUT")),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "CPU",
            Self::Memory => "MEM",
            Self::NetworkIn => "NETWORK_IN",
            Self::NetworkOut => "NETWORK_OUT",
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
            _ => percentile().ok_or_else(|| UnknownName::new(name, "AVG, MAX, MIN, SUM, p1 to p99")),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn names_are_those_of_policies_in_any_case() {
        for (name, shown) in [
            ("CPU", "CPU"),
            ("cpu", "CPU"),
            ("MEM", "MEM"),
            ("memory", "MEM"),
            ("NetworkIn", "NETWORK_IN"),
            ("network_out", "NETWORK_OUT"),
        ] {
            assert_eq!(name.parse::<Metric>().unwrap().to_string(), shown);
        }
        for metric in Metric::ALL {
            assert_eq!(metric.to_string().parse(), Ok(metric));
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
        assert_eq!(refused, "DISK: expected one of CPU, MEM, NETWORK_IN, NETWORK_OUT");
        for name in ["", "p", "p0", "p100", "p+9", "p9.5", "p-1", "90", "mean"] {
            assert!(name.parse::<Statistic>().is_err(), "{name}");
        }
    }
}
