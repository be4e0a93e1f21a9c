//! Burning CPU: bounded, in the background, a newer request in the place of the older.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, available_parallelism, sleep};
use std::time::{Duration, Instant};

/// Seconds at most: a forgotten burn ends by itself.
const LONGEST: u64 = 300;
/// Work and rest alternate within this time, well below the seconds over which CPU use is sampled.
const SLICE: Duration = Duration::from_millis(100);

/// What to burn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burn {
    /// 0 ends a burn that is under way.
    pub seconds: u64,
    /// Per cent of the CPUs that this instance may use.
    pub percent: u32,
}

impl fmt::Display for Burn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} % of its CPUs for {} s", self.percent, self.seconds)
    }
}

impl Burn {
    /// Out of a query; 10 s at 100 % unless it says otherwise.
    ///
    /// # Errors
    /// A sentence with the field, its value and what is expected.
    pub fn parse(query: &BTreeMap<String, String>) -> Result<Self, String> {
        if let Some(name) = query
            .keys()
            .find(|name| !["seconds", "percent"].contains(&name.as_str()))
        {
            return Err(format!("{name:?} is unknown, expected seconds and percent"));
        }
        let percent = number(query, "percent", 1..=100, 100)?;
        Ok(Self {
            seconds: number(query, "seconds", 0..=LONGEST, 10)?,
            percent: u32::try_from(percent).unwrap_or(100),
        })
    }
}

fn number(
    query: &BTreeMap<String, String>,
    name: &str,
    allowed: std::ops::RangeInclusive<u64>,
    default: u64,
) -> Result<u64, String> {
    let Some(text) = query.get(name) else {
        return Ok(default);
    };
    let (low, high) = (allowed.start(), allowed.end());
    let refused = || format!("{name} is {text:?}, expected a number from {low} to {high}");
    let value = text.parse().map_err(|_| refused())?;
    if allowed.contains(&value) {
        Ok(value)
    } else {
        Err(refused())
    }
}

/// At most one burn at a time.
#[derive(Default)]
pub struct Burner {
    /// Counts requests: a thread whose number is no longer the last one ends.
    last: Arc<AtomicU64>,
}

impl Burner {
    /// Burns in the background, on as many threads as this instance has CPUs; what burnt before ends.
    pub fn begin(&self, burn: Burn) {
        let mine = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let until = Instant::now() + Duration::from_secs(burn.seconds);
        // Heeds the container's CPU limit.
        let threads = available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            let last = Arc::clone(&self.last);
            let work = move || {
                while last.load(Ordering::Relaxed) == mine && Instant::now() < until {
                    slice(burn.percent);
                }
            };
            // Under a limit of processes there may be fewer threads, and less is burnt.
            let _ = Builder::new().spawn(work);
        }
    }
}

fn slice(percent: u32) {
    let work = SLICE * percent / 100;
    let begun = Instant::now();
    while begun.elapsed() < work {
        std::hint::spin_loop();
    }
    sleep(SLICE.saturating_sub(work));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn parsed(pairs: &[(&str, &str)]) -> Result<Burn, String> {
        let query = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Burn::parse(&query)
    }

    #[test]
    fn the_bounds_hold_and_messages_name_field_and_value() {
        let burn = |seconds, percent| Ok(Burn { seconds, percent });
        assert_eq!(parsed(&[]), burn(10, 100));
        assert_eq!(parsed(&[("seconds", "300"), ("percent", "1")]), burn(300, 1));
        assert_eq!(parsed(&[("seconds", "0")]), burn(0, 100));
        for (name, value) in [
            ("seconds", "301"),
            ("seconds", "-1"),
            ("percent", "0"),
            ("percent", "101"),
            ("percent", "99999999999999999999"),
            ("minutes", "5"),
        ] {
            let why = parsed(&[(name, value)]).unwrap_err();
            assert!(why.contains(name), "{why}");
        }
    }

    #[test]
    fn a_newer_burn_ends_the_older() {
        let burner = Burner::default();
        burner.begin(Burn {
            seconds: LONGEST,
            percent: 1,
        });
        burner.begin(Burn {
            seconds: 0,
            percent: 1,
        });
        // Threads hold the counter only while they burn.
        let until = Instant::now() + Duration::from_secs(10);
        while Arc::strong_count(&burner.last) > 1 {
            assert!(Instant::now() < until, "the older burn still goes on");
            std::thread::yield_now();
        }
    }
}
