//! Schedules.

use domain::schedule::{BusinessHours, Rule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the clock does to a group: a scheduled action, which has `recurrence` or `start_time` and sizes, or business
/// hours, which have `hours`. Times are RFC 3339.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// Unique in its account.
    #[schema(example = "mornings", max_length = 128)]
    pub name: String,
    /// The group it moves; it must exist.
    #[schema(example = "asg1")]
    pub auto_scaling_group: String,
    /// The IANA zone whose wall clocks it goes by; UTC by default.
    #[serde(default)]
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// Action: five fields of cron.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0 9 * * mon-fri")]
    pub recurrence: Option<String>,
    /// Action: when it happens, without a recurrence; with one, before this nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2030-01-01T00:00:00+01:00")]
    pub start_time: Option<String>,
    /// Action: after this a recurrence does nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2031-01-01T00:00:00+01:00")]
    pub end_time: Option<String>,
    /// Action: sets the lower bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    pub min_size: Option<u32>,
    /// Action: sets the upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 10)]
    pub max_size: Option<u32>,
    /// Action: sets desired capacity, brought within the group's bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 4)]
    pub desired_capacity: Option<u32>,
    /// Business hours: from when until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Business hours: the days on which they begin, of mon, tue, wed, thu, fri, sat, sun; mon to fri by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["mon", "tue"]))]
    pub days: Option<Vec<String>>,
    /// Business hours: dates on which they do not begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["2030-12-25"]))]
    pub exceptions: Option<Vec<String>>,
    /// Business hours: what is set when they begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Sizes>,
    /// Business hours: what is set when they end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Sizes>,
    /// When it does something next; null: never again.
    #[serde(default)]
    #[schema(read_only, example = "2030-01-01T09:00:00+01:00")]
    pub next: Option<String>,
}

/// Times of a wall clock. An end that is not after the start is on the day that follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hours {
    /// When they begin.
    #[schema(example = "09:00")]
    pub start: String,
    /// When they end.
    #[schema(example = "17:00")]
    pub end: String,
}

/// Sizes that are set together; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sizes {
    /// The lower bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    pub min_size: Option<u32>,
    /// The upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 10)]
    pub max_size: Option<u32>,
    /// Desired capacity, brought within the group's bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 4)]
    pub desired_capacity: Option<u32>,
}

impl Schedule {
    /// Fields that the service adds, and that an update may repeat.
    pub const READ_ONLY: [&str; 1] = ["next"];
}

/// Without its times, which are of its zone.
impl From<&domain::Schedule> for Schedule {
    fn from(stored: &domain::Schedule) -> Self {
        let shown = Self {
            name: stored.name.to_string(),
            auto_scaling_group: stored.auto_scaling_group.to_string(),
            time_zone: stored.time_zone.clone(),
            ..Self::default()
        };
        match &stored.rule {
            Rule::Hours(hours) => shown.with_hours(hours),
            Rule::Action(action) => Self {
                recurrence: action.recurrence.clone(),
                min_size: action.sizes.min_size,
                max_size: action.sizes.max_size,
                desired_capacity: action.sizes.desired_capacity,
                ..shown
            },
        }
    }
}

impl Schedule {
    fn with_hours(self, rule: &BusinessHours) -> Self {
        let sizes = |sizes: domain::schedule::Sizes| Sizes {
            min_size: sizes.min_size,
            max_size: sizes.max_size,
            desired_capacity: sizes.desired_capacity,
        };
        Self {
            hours: Some(Hours {
                start: rule.hours.start.to_string(),
                end: rule.hours.end.to_string(),
            }),
            days: Some(rule.days.iter().map(|day| day.as_str().to_owned()).collect()),
            exceptions: Some(rule.exceptions.iter().cloned().collect()),
            inside: Some(sizes(rule.inside)),
            outside: Some(sizes(rule.outside)),
            ..self
        }
    }
}
