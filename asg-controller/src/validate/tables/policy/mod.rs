//! Policies: a table for each kind. Which kind a document is, its `policy_type` says, else the fields that only one has.

mod check;
mod steps;
mod way;

use domain::policy::{AGENT, LOOK_BACK, OnMissing, Predictive, Rule, TargetTracking};
use domain::{GroupName, MAX_GROUP_SIZE, Policy, PolicyName};
use serde_json::Value;

use super::super::{Field, Object, Shape, Table, typed};
use super::{FLAG_OFF, Sources, line};
use crate::error::{Refusal, Result};

/// The field that says which kind a policy is.
const TYPE: &str = "policy_type";
/// The field of which the default is not the same for all.
const PANIC: &str = "panic_window";
/// Seconds that a policy looks back at most: a week. How far it can, its source says.
const WINDOW: i64 = 7 * 24 * 3600;
/// Seconds of a cooldown at most: a year, as a group's.
const COOLDOWN: i64 = 365 * 24 * 3600;
/// Instances that a step moves at most.
const STEP: i64 = MAX_GROUP_SIZE as i64;
/// Per cent by which one adjustment moves at most: from one instance to the largest group.
const PER_CENT: i64 = 100 * STEP;
/// EC2's quota of steps in a policy.
const STEPS: usize = 20;

const ANY: Shape = Shape::Number {
    min: f64::MIN,
    max: f64::MAX,
};

/// What every kind has.
const COMMON: &[Field] = &[
    Field::required("name", Shape::Name(|text| PolicyName::parse(text).map(drop))),
    Field::required(
        "auto_scaling_group",
        Shape::Name(|text| GroupName::parse(text).map(drop)),
    ),
    Field::optional(TYPE, Shape::Choice(&Rule::TYPES)),
    Field::default("source", line(1, 64), || Value::from(AGENT)),
    // A query of Prometheus is the longest; how long it may be, its source says.
    Field::required("metric", line(1, 4096)),
    Field::required("statistic", line(1, 64)),
    Field::default("shadow", Shape::Flag, FLAG_OFF),
    Field::default("business_hours_only", Shape::Flag, FLAG_OFF),
];

/// What every kind has that looks at the load as it is.
const MEASURED: &[Field] = &[
    Field::required("sampling_window", Shape::Integer { min: 1, max: WINDOW }),
    Field::default("missing_data", Shape::Form(missing), || {
        Value::from(OnMissing::default().to_string())
    }),
];

const THRESHOLD: &[Field] = &[
    Field::required("breach_duration", Shape::Integer { min: 0, max: WINDOW }),
    Field::required("scale_out_step", Shape::Integer { min: 1, max: STEP }),
    Field::required("scale_in_step", Shape::Integer { min: -STEP, max: -1 }),
    Field::required("upper_threshold", ANY),
    Field::required("lower_threshold", ANY),
];

const TARGET_TRACKING: &[Field] = &[
    Field::required("target_value", ANY),
    Field::default("tolerance", Shape::Number { min: 0.0, max: 100.0 }, || {
        Value::from(TargetTracking::default_tolerance())
    }),
    Field::default("disable_scale_in", Shape::Flag, FLAG_OFF),
    Field::default(
        PANIC,
        Shape::Integer {
            min: 0,
            max: LOOK_BACK.as_secs() as i64,
        },
        || Value::from(TargetTracking::default_panic_window()),
    ),
    Field::default(
        "panic_threshold",
        Shape::Number {
            min: 100.0,
            max: 10_000.0,
        },
        || Value::from(TargetTracking::default_panic_threshold()),
    ),
];

const PREDICTIVE: &[Field] = &[
    Field::required("target_value", ANY),
    Field::default(
        "scheduling_buffer_time",
        Shape::Integer {
            min: 0,
            max: Predictive::LONGEST_BUFFER as i64,
        },
        || Value::from(Predictive::BUFFER),
    ),
];

/// What step and simple policies have alike.
const BREACH: &[Field] = &[
    Field::default("breach_duration", Shape::Integer { min: 0, max: WINDOW }, || {
        Value::from(0)
    }),
    Field::required("threshold", ANY),
    Field::required("comparison", Shape::Choice(&["above", "below"])),
    Field::required(
        "adjustment_type",
        Shape::Choice(&["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"]),
    ),
    Field::default(
        "min_adjustment_magnitude",
        Shape::Integer { min: 0, max: STEP },
        || Value::from(0),
    ),
];

/// By how much, as the adjustment type has it; [`check`] bounds it by that.
const ADJUSTMENT: Field = Field::required(
    "scaling_adjustment",
    Shape::Integer {
        min: -PER_CENT,
        max: PER_CENT,
    },
);

static STEP_ADJUSTMENT: Table = Table::new(
    "step adjustment",
    &[&[
        Field::optional("lower_bound", ANY),
        Field::optional("upper_bound", ANY),
        ADJUSTMENT,
    ]],
);

const STEP_SCALING: &[Field] = &[Field::required(
    "step_adjustments",
    Shape::Tables {
        of: &STEP_ADJUSTMENT,
        items: STEPS,
    },
)];

const SIMPLE: &[Field] = &[
    ADJUSTMENT,
    Field::optional(
        "cooldown",
        Shape::Integer {
            min: 0,
            max: COOLDOWN,
        },
    ),
];

/// The kinds' tables, in the order of [`Rule::TYPES`].
static KINDS: [Table; 5] = [
    Table {
        elsewhere: |field| elsewhere(field, "threshold"),
        ..Table::new("threshold policy", &[COMMON, MEASURED, THRESHOLD])
    },
    Table {
        elsewhere: |field| elsewhere(field, "target_tracking"),
        ..Table::new("target_tracking policy", &[COMMON, MEASURED, TARGET_TRACKING])
    },
    Table {
        elsewhere: |field| elsewhere(field, "step"),
        ..Table::new("step policy", &[COMMON, MEASURED, BREACH, STEP_SCALING])
    },
    Table {
        elsewhere: |field| elsewhere(field, "simple"),
        ..Table::new("simple policy", &[COMMON, MEASURED, BREACH, SIMPLE])
    },
    Table {
        elsewhere: |field| elsewhere(field, "predictive"),
        ..Table::new("predictive policy", &[COMMON, PREDICTIVE])
    },
];

fn kinds() -> impl Iterator<Item = (&'static str, &'static Table)> {
    Rule::TYPES.into_iter().zip(&KINDS)
}

fn missing(text: &str) -> std::result::Result<(), String> {
    text.parse::<OnMissing>()
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Which other kinds have a field.
fn elsewhere(field: &str, kind: &str) -> Option<String> {
    let has = |table: &Table| table.fields().any(|known| known.name == field);
    let homes: Vec<&str> = kinds()
        .filter(|(_, table)| has(table))
        .map(|(name, _)| name)
        .collect();
    (!homes.is_empty()).then(|| {
        let homes = homes.join(" and ");
        format!("a {kind} policy has none, {homes} policies have; {TYPE} says which kind it is")
    })
}

/// The table of a document's kind.
pub(super) fn table(fields: &Object) -> Result<&'static Table> {
    let Some(named) = fields.get(TYPE).filter(|value| !value.is_null()) else {
        return Ok(told_by(fields));
    };
    let found = kinds().find(|(name, _)| named.as_str() == Some(*name));
    found.map(|(_, table)| table).ok_or_else(|| {
        let known = Rule::TYPES.join(", ");
        Refusal::field(TYPE, format!("{} is none of {known}", super::super::shown(named)))
    })
}

/// Whether all kinds have a field, or all but one.
fn is_common(name: &str) -> bool {
    COMMON.iter().chain(MEASURED).any(|field| field.name == name)
}

/// The kind of which most fields are there that tell one from others; the contract's when none is.
fn told_by(fields: &Object) -> &'static Table {
    let own = |table: &Table| {
        let tells = |name: &str| name != "breach_duration" && !is_common(name);
        let telling = table.fields().filter(|field| tells(field.name));
        telling.filter(|field| fields.contains_key(field.name)).count()
    };
    let [first, rest @ ..] = &KINDS;
    rest.iter()
        .fold(first, |most, table| match own(table) > own(most) {
            true => table,
            false => most,
        })
}

/// What stays of a policy, as it is shown, when fields are laid over it: all, or when the kind changes what every kind has,
/// and most, if the new one has it. In either case it says which kind it will be.
pub(super) fn kept(mut shown: Object, given: &Object) -> Object {
    let new = given.get(TYPE).filter(|new| !new.is_null());
    if let Some(new) = new.filter(|new| shown.get(TYPE) != Some(new)) {
        let of_new = kinds().find(|(kind, _)| new.as_str() == Some(*kind));
        let has =
            |name: &str| of_new.is_some_and(|(_, table)| table.fields().any(|field| field.name == name));
        shown.retain(|name, _| is_common(name) && has(name));
        shown.insert(TYPE.to_owned(), new.clone());
    }
    if !given.contains_key(PANIC)
        && shown.get(PANIC) == Some(&Value::from(TargetTracking::default_panic_window()))
    {
        // What nobody chose goes by the window there will be.
        shown.remove(PANIC);
    }
    shown
}

/// A whole policy.
pub(super) fn whole(fields: Object, sources: &Sources) -> Result<Policy> {
    let panics = fields.contains_key(PANIC);
    let mut policy: Policy = typed(table(&fields)?.whole(fields)?)?;
    let window = policy.sampling_window;
    if let Rule::TargetTracking(rule) = &mut policy.rule
        && !panics
    {
        // Nobody asked for a window longer than the one it lies in.
        rule.panic_window = rule.panic_window.min(window);
    }
    check::check(&policy, sources)?;
    Ok(policy)
}
