//! What a predictive policy would have foreseen: forecasts from what was recorded until then.

use domain::{Policy, PolicyName, Timestamp};

use super::recording::{Recording, Track};
use crate::forecast::{HISTORY, Outlook, Series};

/// From one forecast to the next, as the leader makes them.
const EACH_MS: i64 = 3_600_000;

/// The forecasts for a policy.
pub(super) struct Foresight<'a> {
    pub(super) policy: PolicyName,
    track: &'a Track,
    series: Series,
    /// When the outlook was made.
    made: Option<Timestamp>,
    pub(super) outlook: Result<Outlook, String>,
}

impl<'a> Foresight<'a> {
    pub(super) fn of(policy: &Policy, track: &'a Track) -> Self {
        let mut series = Series::default();
        if let Some((first, _)) = track.earlier.first() {
            series.take(*first, track.earlier.iter().copied());
        }
        Self {
            policy: policy.name.clone(),
            track,
            series,
            made: None,
            outlook: Err("nothing was recorded yet".to_owned()),
        }
    }

    /// Makes a forecast where it is time for one.
    pub(super) fn see(&mut self, recording: &Recording, place: usize) {
        let now = recording.at(place);
        if self
            .made
            .is_some_and(|made| now.millis() - made.millis() < EACH_MS)
        {
            return;
        }
        self.made = Some(now);
        let resume = self.series.resume().unwrap_or(now - HISTORY);
        let earlier = self.track.earlier.iter().copied();
        let first = recording.first_place(resume);
        let known = self.track.points.iter().enumerate().take(place).skip(first);
        let loads = known.filter_map(|(at, point)| Some((recording.at(at), (*point)?.load)));
        self.series.take(resume, earlier.chain(loads));
        self.outlook = Outlook::of(&self.series, now);
    }
}
