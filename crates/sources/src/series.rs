//! The recent figures of one metric of a source.

use std::collections::VecDeque;
use std::time::Duration;

use domain::policy::{LOOK_BACK, Statistic};
use tokio::time::Instant;

/// Figures that are kept beyond what policies look back on: a look takes time.
const SPARE: Duration = Duration::from_secs(60);
/// Figures kept at most: one a second. Who tells them faster loses the oldest early.
const MOST: usize = 960;

/// The recent figures of one metric of a source. Times are of a clock that never jumps.
#[derive(Debug, Default)]
pub struct Series {
    /// Oldest first.
    figures: VecDeque<(Instant, f64)>,
    /// Why there was none when it was asked last.
    error: Option<String>,
}

/// How figures become one.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Which statistic of them.
    pub statistic: Statistic,
    /// How long it is.
    pub length: Duration,
    /// How long ago it ended.
    pub ago: Duration,
    /// How long a figure holds: one that came longer before the window's end is of a source that went silent, and says
    /// nothing of the window, also when it came within it; a younger one counts also when it came before it.
    pub holds: Duration,
}

impl Series {
    /// Keeps a figure.
    pub fn push(&mut self, at: Instant, figure: f64) {
        self.error = None;
        self.figures.push_back((at, figure));
        let old = |kept: Instant| at.saturating_duration_since(kept) > LOOK_BACK + SPARE;
        while self.figures.len() > MOST || self.figures.front().is_some_and(|(kept, _)| old(*kept)) {
            self.figures.pop_front();
        }
    }

    /// Notes why there is no figure now.
    pub fn fail(&mut self, why: String) {
        self.error = Some(why);
    }

    /// Whether there was none when it was asked last.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.error.is_some()
    }

    /// When the newest figure came.
    #[must_use]
    pub fn newest(&self) -> Option<Instant> {
        self.figures.back().map(|(at, _)| *at)
    }

    /// One figure of a window.
    ///
    /// # Errors
    /// Why it says nothing, for people.
    pub fn look(&self, now: Instant, window: Window) -> Result<f64, String> {
        let Window { length, ago, .. } = window;
        // How long before the window's end each figure came; none of what came after it.
        let age = |at: Instant| now.saturating_duration_since(at).checked_sub(ago);
        let aged = |(at, figure): &(Instant, f64)| Some((age(*at)?, *figure));
        let newest_first = || self.figures.iter().rev().filter_map(aged);
        let last = newest_first().next();
        let Some((_, last)) = last.filter(|(age, _)| *age <= window.holds) else {
            return Err(self.silence(now, last.map(|(age, _)| age), ago));
        };
        let mut found: Vec<f64> = newest_first()
            .take_while(|(age, _)| *age < length)
            .map(|(_, figure)| figure)
            .collect();
        if found.is_empty() {
            found.push(last);
        }
        of(window.statistic, &mut found).ok_or_else(|| "no figure came yet".to_owned())
    }

    /// Whether the figures reach back to the window's begin, as far as one figure holds.
    #[must_use]
    pub fn covers(&self, now: Instant, window: Window) -> bool {
        let begin = (window.length + window.ago).saturating_sub(window.holds);
        self.figures
            .front()
            .is_some_and(|(first, _)| now.saturating_duration_since(*first) >= begin)
    }

    fn silence(&self, now: Instant, last: Option<Duration>, ago: Duration) -> String {
        let seconds = |span: Duration| format!("{} s", span.as_secs());
        let last = match (last, ago.is_zero()) {
            (Some(age), true) => format!("the last figure came {} ago", seconds(age)),
            (Some(age), false) => format!("the last figure came {} earlier", seconds(age)),
            (None, true) => "no figure came yet".to_owned(),
            (None, false) => match self.figures.front() {
                Some((first, _)) => {
                    let age = now.saturating_duration_since(*first);
                    format!("the first figure came {} ago", seconds(age))
                }
                None => "no figure came yet".to_owned(),
            },
        };
        match &self.error {
            Some(error) => format!("{error}; {last}"),
            None => last,
        }
    }
}

/// One figure of all; `None` when there are none.
fn of(statistic: Statistic, figures: &mut [f64]) -> Option<f64> {
    let sum: f64 = figures.iter().sum();
    match statistic {
        _ if figures.is_empty() => None,
        Statistic::Average => Some(sum / figures.len() as f64),
        Statistic::Sum => Some(sum),
        Statistic::Maximum => figures.iter().copied().reduce(f64::max),
        Statistic::Minimum => figures.iter().copied().reduce(f64::min),
        Statistic::Percentile(per_cent) => {
            let rank = (figures.len() * usize::from(per_cent)).div_ceil(100);
            let place = rank.clamp(1, figures.len()) - 1;
            let (_, found, _) = figures.select_nth_unstable_by(place, f64::total_cmp);
            Some(*found)
        }
    }
}
