//! `history`: what is kept of the past.

use std::time::Duration;

use crate::ConfigError;
use crate::yaml::{Section, values};

/// The least that can be kept of the groups' load: a forecast takes a day of it, and is compared with the day before.
const LEAST_ROLLUPS: Duration = Duration::from_secs(2 * 24 * 3_600);

/// What is kept of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// How long activities and decisions are kept.
    pub retention: Duration,
    /// How long the groups' load is kept, minute by minute.
    pub rollups_kept: Duration,
}

impl Default for History {
    fn default() -> Self {
        Self {
            // EC2 Auto Scaling keeps scaling activities for six weeks.
            retention: Duration::from_secs(42 * 24 * 3_600),
            // Five weeks: every day of a month, and each day of the week several times.
            rollups_kept: Duration::from_secs(35 * 24 * 3_600),
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<History, ConfigError> {
    let default = History::default();
    let rollups = values::seconds_within(
        LEAST_ROLLUPS,
        Duration::MAX,
        "seconds, from 172800 (two days: forecasts take a day, and are compared with the day before) to 315360000 (ten years)",
    );
    Ok(History {
        retention: section.or("retention", default.retention, values::seconds)?,
        rollups_kept: section.or("rollups_kept", default.rollups_kept, rollups)?,
    })
}
