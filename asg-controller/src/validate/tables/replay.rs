//! What is to be tried on a group's past. The policies that are given in full are checked as new ones are.

use std::time::Duration;

use domain::{GroupPatch, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::super::{Field, Object, Shape, Table, typed};
use super::group::{COOLDOWN, SCALING, SIZE, rates};
use super::line;
use crate::error::{Refusal, Result};

/// Policies that are tried together at most.
const POLICIES: usize = 16;
/// The longest time that is replayed: what is kept of a group.
const LONGEST: Duration = Duration::from_secs(35 * 24 * 3600);
/// What is replayed unless it is said.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
/// Decisions at most: those of the longest time at the default step.
const DECISIONS: u128 = 35 * 24 * 360;
/// Seconds.
const STEP: i64 = 10;
const DELAY: i64 = 10;
const HOUR: i64 = 3600;

static TABLE: Table = Table::new("replay", &[FIELDS, BOUNDS, SCALING]);

const FIELDS: &[Field] = &[
    Field::required("policies", Shape::NamesOrObjects { items: POLICIES }),
    Field::optional("from", Shape::Time),
    Field::optional("to", Shape::Time),
    Field::default("step", Shape::Integer { min: 1, max: HOUR }, || Value::from(STEP)),
    Field::default("source", line(1, 64), || Value::from(Trial::ROLLUPS)),
    Field::default("launch_delay", Shape::Integer { min: 0, max: HOUR }, || {
        Value::from(DELAY)
    }),
    Field::optional(
        "instance_capacity",
        Shape::Number {
            min: f64::MIN_POSITIVE,
            max: f64::MAX,
        },
    ),
];

const BOUNDS: &[Field] = &[
    Field::optional("start", SIZE),
    Field::optional("min_size", SIZE),
    Field::optional("max_size", SIZE),
    Field::optional("scale_out_cooldown", COOLDOWN),
    Field::optional("scale_in_cooldown", COOLDOWN),
];

/// What is to be tried.
#[derive(Debug)]
pub(crate) struct Trial {
    /// Names and documents of policies.
    pub(crate) policies: Vec<Value>,
    /// The time that is replayed.
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// From one decision to the next.
    pub(crate) step: Duration,
    /// [`Trial::ROLLUPS`], or a declared source.
    pub(crate) source: String,
    pub(crate) launch_delay: Duration,
    pub(crate) instance_capacity: Option<f64>,
    /// Capacity at its begin.
    pub(crate) start: Option<u32>,
    /// What is other than the group has it.
    pub(crate) bounds: GroupPatch,
}

impl Trial {
    /// The group's own minutes.
    pub(crate) const ROLLUPS: &str = "rollups";
}

#[derive(Deserialize)]
struct Given {
    policies: Vec<Value>,
    from: Option<i64>,
    to: Option<i64>,
    step: u32,
    source: String,
    launch_delay: u32,
    instance_capacity: Option<f64>,
    start: Option<u32>,
}

/// The body of `POST /asgs/{name}/replays`, sent at `now`.
pub(crate) fn trial(object: Object, now: Timestamp) -> Result<Trial> {
    let fields = TABLE.whole(object)?;
    let bounds: GroupPatch = typed(fields.clone())?;
    rates(&bounds.scaling)?;
    let given: Given = typed(fields)?;
    let to = given.to.map_or(now, |to| Timestamp::from_millis(to).min(now));
    let from = given.from.map_or(to - WEEK, Timestamp::from_millis);
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let trial = Trial {
        policies: given.policies,
        from,
        to,
        step: seconds(given.step),
        source: given.source,
        launch_delay: seconds(given.launch_delay),
        instance_capacity: given.instance_capacity,
        start: given.start,
        bounds,
    };
    lasts(&trial)?;
    Ok(trial)
}

fn lasts(trial: &Trial) -> Result<()> {
    let (from, to, step) = (trial.from.seconds(), trial.to.seconds(), trial.step.as_secs());
    let span = trial.to.since(trial.from);
    if span < trial.step {
        let problem =
            format!("{from} is not at least a step of {step} s before to, {to}, which is now at the latest");
        return Err(Refusal::field("from", problem));
    }
    if span > LONGEST {
        let days = LONGEST.as_secs() / 86_400;
        let problem = format!("{from} is more than {days} days before to, {to}");
        return Err(Refusal::field("from", problem));
    }
    let decisions = span.as_millis().div_ceil(trial.step.as_millis());
    if decisions > DECISIONS {
        let problem =
            format!("{step} makes {decisions} decisions of that time, and at most {DECISIONS} are taken");
        return Err(Refusal::field("step", problem));
    }
    Ok(())
}
