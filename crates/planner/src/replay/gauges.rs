//! What policies see of a recording while a simulated group carries its load.

use std::time::Duration;

use domain::policy::{Metric, Rule, Statistic};
use domain::{Policy, PolicyName};

use super::ReplayError;
use super::foresight::Foresight;
use super::recording::{Point, Recording, Track};
use super::rolling::Rolling;
use super::sums::Sums;
use crate::forecast::Measure;

/// Per cent of what an instance has: of what saturates no instance has more.
pub(super) const FULL: f64 = 100.0;

/// What was seen up to a time.
pub(super) struct Gauges<'a> {
    pub(super) recording: &'a Recording,
    levels: Vec<Level<'a>>,
    gauges: Vec<Gauge>,
    pub(super) foresights: Vec<Foresight<'a>>,
    /// The place that was seen last.
    pub(super) newest: usize,
}

/// A track as it is carried.
struct Level<'a> {
    track: &'a Track,
    saturates: bool,
    /// What each instance had; of a figure of the whole group, the figure.
    sums: Sums,
}

/// Where a policy looks.
pub(super) struct Gauge {
    policy: PolicyName,
    level: usize,
    pub(super) statistic: Statistic,
    pub(super) sampled: bool,
    /// Of statistics that are no mean or sum: one for each of its windows.
    rolling: Vec<Rolling>,
}

impl<'a> Gauges<'a> {
    pub(super) fn of(recording: &'a Recording, policies: &[&Policy]) -> Result<Self, ReplayError> {
        let level = |track: &'a Track| Level {
            track,
            saturates: saturates(&track.measure),
            sums: Sums::with_room(recording.times),
        };
        let mut gauges = Vec::new();
        let mut foresights = Vec::new();
        for policy in policies {
            let measure = Measure::of(policy);
            let mut tracks = recording.tracks.iter().enumerate();
            let Some((level, track)) = tracks.find(|(_, track)| track.measure == measure) else {
                return Err(ReplayError::NotRecorded(policy.name.clone(), measure));
            };
            match policy.rule {
                Rule::Predictive(_) => foresights.push(Foresight::of(policy, track)),
                _ => gauges.push(gauge(recording, policy, level)?),
            }
        }
        Ok(Self {
            recording,
            levels: recording.tracks.iter().map(level).collect(),
            gauges,
            foresights,
            newest: 0,
        })
    }

    /// Sees what is recorded at a place, with so many instances in service. Places come one after the other.
    pub(super) fn see(&mut self, place: usize, serving: u32) {
        self.newest = place;
        for foresight in &mut self.foresights {
            foresight.see(self.recording, place);
        }
        for level in &mut self.levels {
            let share = level.share(place, serving, |point| point.load);
            level.sums.push(share);
        }
        for gauge in &mut self.gauges {
            let level = self.levels.get(gauge.level);
            for rolling in &mut gauge.rolling {
                let of = match gauge.statistic {
                    Statistic::Maximum => |point: &Point| point.highest * f64::from(point.instances),
                    Statistic::Minimum => |point: &Point| point.lowest * f64::from(point.instances),
                    Statistic::Average | Statistic::Sum | Statistic::Percentile(_) => {
                        |point: &Point| point.load
                    }
                };
                rolling.push(level.and_then(|level| level.share(place, serving, of)));
            }
        }
    }
}

impl Gauges<'_> {
    /// Where a policy looks, and what each instance had there.
    pub(super) fn find(&self, policy: &PolicyName) -> Option<(&Gauge, &Sums)> {
        let gauge = self.gauges.iter().find(|gauge| gauge.policy == *policy)?;
        Some((gauge, &self.levels.get(gauge.level)?.sums))
    }
}

impl Gauge {
    /// The highest, the lowest or a percentile of the window of so many times that ends at a place.
    pub(super) fn rolled(&self, place: usize, width: usize) -> Option<f64> {
        let mut windows = self.rolling.iter();
        windows.find(|rolling| rolling.width() == width)?.at(place)
    }
}

impl Level<'_> {
    /// What an instance has when each has as much of the load. Of a figure of the whole group, the figure.
    fn share(&self, place: usize, serving: u32, of: impl Fn(&Point) -> f64) -> Option<f64> {
        let point = self.track.points.get(place)?.as_ref()?;
        match (self.track.measure.is_sampled(), serving) {
            (false, _) => Some(of(point)),
            (true, 0) => None,
            (true, serving) => {
                let share = of(point) / f64::from(serving);
                Some(if self.saturates { share.min(FULL) } else { share })
            }
        }
    }
}

/// Whether it is in per cent of what an instance has.
pub(super) fn saturates(measure: &Measure) -> bool {
    measure.is_sampled() && measure.metric().parse().is_ok_and(Metric::saturates)
}

fn gauge(recording: &Recording, policy: &Policy, level: usize) -> Result<Gauge, ReplayError> {
    let statistic = policy
        .statistic
        .parse()
        .map_err(|error| ReplayError::Statistic(policy.name.clone(), error))?;
    if matches!(statistic, Statistic::Percentile(_)) && policy.is_sampled() {
        let (policy, statistic) = (policy.name.clone(), policy.statistic.clone());
        return Err(ReplayError::Percentile { policy, statistic });
    }
    let panic = match &policy.rule {
        Rule::TargetTracking(rule) => Some(rule.panic_window).filter(|window| *window > 0),
        _ => None,
    };
    let windows = std::iter::once(policy.sampling_window).chain(panic);
    let mut widths: Vec<usize> = windows
        .map(|window| recording.width(Duration::from_secs(window.into())))
        .collect();
    widths.dedup();
    Ok(Gauge {
        policy: policy.name.clone(),
        level,
        statistic,
        sampled: policy.is_sampled(),
        rolling: widths
            .into_iter()
            .filter_map(|width| Rolling::of(statistic, width, recording.times))
            .collect(),
    })
}
