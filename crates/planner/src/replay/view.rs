//! What policies see, by the simulated group as it is now.

use std::time::Duration;

use domain::policy::Statistic;
use domain::{Policy, Timestamp};

use super::crew::Crew;
use super::gauges::{Gauge, Gauges};
use super::sums::Sums;
use crate::forecast::Forecast;
use crate::scaling::{Look, Seen};

/// What was seen, by a group as it is now.
pub(super) struct View<'a> {
    pub(super) gauges: &'a Gauges<'a>,
    pub(super) crew: &'a Crew,
    pub(super) now: Timestamp,
}

/// The times of a window, of which there are fewer where a recording begins.
struct Window {
    first: usize,
    last: usize,
    width: usize,
}

impl View<'_> {
    /// Ends are at the recording's times: one in between is taken for the time before it.
    fn window(&self, length: Duration, end: Timestamp) -> Option<Window> {
        let recording = self.gauges.recording;
        let width = recording.width(length);
        let last = recording.last_place(end)?.min(self.gauges.newest);
        Some(Window {
            first: (last + 1).saturating_sub(width),
            last,
            width,
        })
    }

    /// The mean over instances of what each had while it was in service within the window, and of how many, as the
    /// leader has it of samples.
    fn mean(&self, sums: &Sums, window: &Window) -> Option<Seen> {
        let (mut sum, mut reported) = (0.0, 0);
        for cohort in self.crew.members(self.now) {
            let begun = window.first.max(cohort.first);
            if let Some(mean) = sums.mean(begun, window.last + 1) {
                sum += mean * f64::from(cohort.instances);
                reported += cohort.instances;
            }
        }
        (reported > 0).then(|| Seen {
            value: sum / f64::from(reported),
            reported,
            whole: true,
        })
    }

    fn of_instances(&self, gauge: &Gauge, sums: &Sums, window: &Window) -> Option<Seen> {
        let seen = self.mean(sums, window)?;
        let value = match gauge.statistic {
            Statistic::Average => seen.value,
            Statistic::Sum => seen.value * f64::from(seen.reported),
            _ => gauge.rolled(window.last, window.width)?,
        };
        Some(Seen { value, ..seen })
    }

    fn of_whole(&self, gauge: &Gauge, sums: &Sums, window: &Window) -> Option<Seen> {
        let value = match gauge.statistic {
            Statistic::Average => sums.mean(window.first, window.last + 1)?,
            Statistic::Sum => sums.between(window.first, window.last + 1)?.0,
            _ => gauge.rolled(window.last, window.width)?,
        };
        let members = self.crew.members(self.now);
        let reported = members.map(|cohort| cohort.instances).sum();
        Some(Seen {
            value,
            reported,
            whole: true,
        })
    }
}

impl Look for View<'_> {
    fn look(&self, policy: &Policy, length: Duration, end: Timestamp) -> Result<Seen, String> {
        let found = self.gauges.find(&policy.name);
        let (gauge, sums) = found.ok_or_else(|| "nothing is recorded of it".to_owned())?;
        let window = self.window(length, end);
        let window = window.ok_or_else(|| "the recording begins later".to_owned())?;
        let seen = match gauge.sampled {
            true => self.of_instances(gauge, sums, &window),
            false => self.of_whole(gauge, sums, &window),
        };
        seen.ok_or_else(|| match self.crew.members(self.now).next() {
            None if gauge.sampled => "no instance is in service and warmed up".to_owned(),
            _ => format!("nothing was recorded within {} s", length.as_secs()),
        })
    }

    fn forecast(&self, policy: &Policy, ahead: Duration) -> Result<Forecast, String> {
        let mut foresights = self.gauges.foresights.iter();
        let found = foresights.find(|foresight| foresight.policy == policy.name);
        let outlook = &found.ok_or("nothing is recorded of it")?.outlook;
        outlook.as_ref().map_err(String::clone)?.ahead(self.now, ahead)
    }

    fn interval(&self) -> Duration {
        self.gauges.recording.step
    }
}
