//! Schedules.

use super::{Field, Kind, Thing, ValueKind};
use crate::output::{Column, column};

/// A schedule's description.
pub const SCHEDULE: Kind = Kind {
    noun: "schedule",
    nouns: "schedules",
    one: "schedule",
    all: "schedules",
    section: "schedule",
    name_option: "schedule-name",
    name_short: 's',
    fields: FIELDS,
    type_field: None,
    columns: COLUMNS,
    thing: Thing::Schedule,
};

const ACTIONS: &str = "Scheduled actions";
const HOURS: &str = "Business hours";

const FIELDS: &[Field] = &[
    Field::new(
        "auto_scaling_group",
        "schedule-asg",
        ValueKind::Text,
        "Group that it moves",
    )
    .short('a')
    .names(Thing::Group),
    Field::new(
        "time_zone",
        "schedule-time-zone",
        ValueKind::Text,
        "IANA zone whose clocks it goes by, for example Europe/Berlin (UTC unless set)",
    ),
    Field::new(
        "recurrence",
        "schedule-recurrence",
        ValueKind::Text,
        "When it happens, in five fields of cron, for example '0 9 * * mon-fri'",
    )
    .heading(ACTIONS),
    Field::new(
        "start_time",
        "schedule-start-time",
        ValueKind::Text,
        "When it happens once, for example 2030-01-01T00:00:00+01:00; of a recurrence, when it begins to",
    )
    .heading(ACTIONS),
    Field::new(
        "end_time",
        "schedule-end-time",
        ValueKind::Text,
        "After this a recurrence does nothing more",
    )
    .heading(ACTIONS),
    Field::new(
        "min_size",
        "schedule-min-size",
        ValueKind::Integer,
        "Sets the fewest instances",
    )
    .heading(ACTIONS),
    Field::new(
        "max_size",
        "schedule-max-size",
        ValueKind::Integer,
        "Sets the most instances",
    )
    .heading(ACTIONS),
    Field::new(
        "desired_capacity",
        "schedule-desired-capacity",
        ValueKind::Integer,
        "Sets the instances wanted, brought within the group's bounds",
    )
    .heading(ACTIONS),
    Field::new(
        "hours",
        "schedule-hours",
        ValueKind::Hours,
        "From when until when, for example 09:00-17:00, or 22:00-06:00 overnight",
    )
    .heading(HOURS),
    Field::new(
        "days",
        "schedule-days",
        ValueKind::List,
        "Days on which they begin, for example mon,tue (mon to fri unless set)",
    )
    .heading(HOURS),
    Field::new(
        "exceptions",
        "schedule-exceptions",
        ValueKind::List,
        "Dates on which they do not begin, for example 2030-12-25",
    )
    .heading(HOURS),
    Field::new(
        "inside",
        "schedule-inside",
        ValueKind::Object,
        "What is set when they begin, for example {\"min_size\":2,\"desired_capacity\":4}",
    )
    .heading(HOURS),
    Field::new(
        "outside",
        "schedule-outside",
        ValueKind::Object,
        "What is set when they end, for example {\"min_size\":0,\"desired_capacity\":0}",
    )
    .heading(HOURS),
];

const COLUMNS: &[Column] = &[
    column("name"),
    column("auto_scaling_group"),
    column("recurrence"),
    column("hours").hours(),
    column("time_zone"),
    column("min_size"),
    column("max_size"),
    column("desired_capacity"),
    column("next"),
];
