//! Schedules: a table for scheduled actions and one for business hours, which have `hours`. What has to do with the time
//! now, the service checks.

use domain::schedule::{Day, Rule, Sizes, TimeOfDay, UTC};
use domain::{DesireError, GroupName, MAX_GROUP_SIZE, Schedule, ScheduleName, Timestamp};
use planner::schedule::{read_date, read_time};
use serde_json::Value;

use super::super::{Field, Object, Shape, Table, shown, typed};
use super::line;
use crate::error::{Refusal, Result};

/// Dates that are excepted at most.
const EXCEPTIONS: usize = 1_000;

const SIZE: Shape = Shape::Integer {
    min: 0,
    max: MAX_GROUP_SIZE as i64,
};
const TIME: Shape = Shape::Form(|text| read_time(text).map(drop));
const TIME_OF_DAY: Shape = Shape::Form(|text| {
    let time = text.parse::<TimeOfDay>();
    time.map(drop).map_err(|error| error.to_string())
});

const COMMON: &[Field] = &[
    Field::required("name", Shape::Name(|text| ScheduleName::parse(text).map(drop))),
    Field::required(
        "auto_scaling_group",
        Shape::Name(|text| GroupName::parse(text).map(drop)),
    ),
    Field::default("time_zone", line(1, 64), || Value::from(UTC)),
];

const SIZES: &[Field] = &[
    Field::optional("min_size", SIZE),
    Field::optional("max_size", SIZE),
    Field::optional("desired_capacity", SIZE),
];

const ACTION: &[Field] = &[
    Field::optional("recurrence", line(1, 256)),
    Field::optional("start_time", TIME),
    Field::optional("end_time", TIME),
];

static HOURS_OF: Table = Table::new(
    "range of hours",
    &[&[
        Field::required("start", TIME_OF_DAY),
        Field::required("end", TIME_OF_DAY),
    ]],
);

static SIZES_OF: Table = Table::new("set of sizes", &[SIZES]);

const HOURS: &[Field] = &[
    Field::required("hours", Shape::Table(&HOURS_OF)),
    Field::optional(
        "days",
        Shape::Texts {
            items: Day::ALL.len(),
            // Longer than a day's name: the day itself says which there are.
            length: 64,
        },
    ),
    Field::optional(
        "exceptions",
        Shape::Texts {
            items: EXCEPTIONS,
            length: 10,
        },
    ),
    Field::optional("inside", Shape::Table(&SIZES_OF)),
    Field::optional("outside", Shape::Table(&SIZES_OF)),
];

static AN_ACTION: Table = Table {
    read_only: &api::documents::Schedule::READ_ONLY,
    ..Table::new("scheduled action", &[COMMON, ACTION, SIZES])
};

static BUSINESS_HOURS: Table = Table {
    read_only: &api::documents::Schedule::READ_ONLY,
    elsewhere: |field| {
        let known = ACTION.iter().chain(SIZES).any(|known| known.name == field);
        known.then(|| "business hours have none: what they set is in inside and outside".to_owned())
    },
    ..Table::new("schedule of business hours", &[COMMON, HOURS])
};

/// The table of a document's kind.
pub(super) fn table(fields: &Object) -> &'static Table {
    match HOURS.iter().any(|field| fields.contains_key(field.name)) {
        true => &BUSINESS_HOURS,
        false => &AN_ACTION,
    }
}

/// A whole schedule, made at the beginning of time.
pub(super) fn whole(fields: Object) -> Result<Schedule> {
    let mut fields = table(&fields).whole(fields)?;
    for field in ["start_time", "end_time"] {
        if let Some(time) = fields.get_mut(field) {
            let read = read_time(time.as_str().unwrap_or_default());
            let read = read.map_err(|problem| Refusal::field(field, problem))?;
            *time = Value::from(read.millis());
        }
    }
    texts(&fields, "days", |day| {
        day.parse::<Day>().map(drop).map_err(|e| e.to_string())
    })?;
    texts(&fields, "exceptions", read_date)?;
    fields.insert("changed".to_owned(), Value::from(0));
    let schedule: Schedule = typed(fields)?;
    check(&schedule)?;
    Ok(schedule)
}

/// Checks each text of a list.
fn texts(fields: &Object, field: &str, rule: fn(&str) -> std::result::Result<(), String>) -> Result<()> {
    let list = fields.get(field).and_then(Value::as_array);
    for text in list.into_iter().flatten().filter_map(Value::as_str) {
        rule(text).map_err(|problem| Refusal::field(field, problem))?;
    }
    Ok(())
}

fn check(schedule: &Schedule) -> Result<()> {
    match &schedule.rule {
        Rule::Hours(rule) if rule.days.is_empty() => Err(Refusal::field("days", "[] names no day")),
        Rule::Hours(rule) => {
            sizes_of("inside", &rule.inside)?;
            sizes_of("outside", &rule.outside)
        }
        Rule::Action(action) => {
            if action.sizes.is_empty() {
                let problem = "is required where neither min_size nor max_size is given";
                return Err(Refusal::field("desired_capacity", problem));
            }
            if action.recurrence.is_none() && action.start_time.is_none() {
                let problem = "is required where there is no start_time";
                return Err(Refusal::field("recurrence", problem));
            }
            if let (None, Some(_)) = (&action.recurrence, action.end_time) {
                return Err(Refusal::field("end_time", "only a recurrence has one"));
            }
            action.sizes.check()?;
            Ok(())
        }
    }
}

fn sizes_of(field: &str, sizes: &Sizes) -> Result<()> {
    sizes.check().map_err(|error| match error {
        DesireError::Invalid { field: of, message } => Refusal::field(field, format!("{of}: {message}")),
        other => other.into(),
    })
}

/// The body of `PUT /asgs/{name}/pause_until`: RFC 3339, Unix seconds, or null for a pause that ends now.
pub(crate) fn until(object: &Object, now: Timestamp) -> Result<Option<Timestamp>> {
    if let Some((name, value)) = object.iter().find(|(name, _)| *name != "until") {
        let problem = format!(
            "no field of a pause (its value is {}); the field is until",
            shown(value)
        );
        return Err(Refusal::field(name, problem));
    }
    let given = object.get("until");
    let given = given.ok_or_else(|| Refusal::field("until", "is required; null ends a pause"))?;
    if given.is_null() {
        return Ok(None);
    }
    let read = Shape::Time.check(given);
    let read = read.map_err(|problem| Refusal::field("until", problem))?;
    match read.as_i64().map(Timestamp::from_millis) {
        Some(until) if until > now => Ok(Some(until)),
        Some(_) | None => Err(Refusal::field("until", format!("{} is past", shown(given)))),
    }
}
