//! CPU and memory of this machine, out of /proc.

use std::sync::{Mutex, PoisonError};

use domain::report::Load;

/// Remembers the last reading, since CPU use is a difference.
#[derive(Default)]
pub(super) struct Meter {
    last: Mutex<Option<Ticks>>,
}

/// CPU time of the whole machine since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    busy: u64,
    total: u64,
}

impl Meter {
    /// The load since the last reading; zero CPU at the first one, and zeros where nothing can be read.
    pub(super) fn read(&self) -> Load {
        let text = |file| std::fs::read_to_string(file).unwrap_or_default();
        Load {
            cpu: ticks(&text("/proc/stat")).map_or(0.0, |now| self.since_last(now)),
            memory: memory(&text("/proc/meminfo")).unwrap_or(0.0),
            ..Load::default()
        }
    }

    fn since_last(&self, now: Ticks) -> f64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.replace(now).map_or(0.0, |before| {
            let busy = now.busy.saturating_sub(before.busy);
            percent(busy, now.total.saturating_sub(before.total))
        })
    }
}

/// `cpu user nice system idle iowait irq softirq steal ...`; what follows is contained in user and nice.
fn ticks(stat: &str) -> Option<Ticks> {
    let figures = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let figures: Vec<u64> = figures.take(8).map_while(|text| text.parse().ok()).collect();
    let total = figures.iter().sum();
    let idle: u64 = figures.iter().skip(3).take(2).sum();
    Some(Ticks {
        busy: total - idle,
        total,
    })
}

fn memory(meminfo: &str) -> Option<f64> {
    let figure = |name: &str| -> Option<u64> {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    let (total, available) = (figure("MemTotal:")?, figure("MemAvailable:")?);
    Some(percent(total.saturating_sub(available), total))
}

#[allow(clippy::cast_precision_loss)]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 * 100.0 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn cpu_is_the_busy_share_since_the_last_reading() {
        let meter = Meter::default();
        let at = |line| ticks(line).unwrap();
        assert_eq!(meter.since_last(at("cpu  10 0 10 70 10 0 0 0 99 99\ncpu0")), 0.0);
        assert_eq!(
            meter.since_last(at("cpu  40 0 30 100 30 0 0 0 99 99\ncpu0")),
            50.0
        );
        assert_eq!(ticks("intr 1"), None);
    }

    #[test]
    fn memory_is_what_is_not_available() {
        assert_eq!(
            memory("MemTotal: 200 kB\nMemFree: 1 kB\nMemAvailable: 50 kB\n"),
            Some(75.0)
        );
        assert_eq!(memory("nothing"), None);
    }
}
