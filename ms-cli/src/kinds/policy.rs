//! Scaling policies.

use super::{Field, Kind, Thing, ValueKind};
use crate::output::{Column, column};

/// A policy's description.
pub const POLICY: Kind = Kind {
    noun: "policy",
    nouns: "policies",
    one: "policy",
    all: "policies",
    section: "policy",
    name_option: "policy-name",
    name_short: 'p',
    fields: FIELDS,
    columns: COLUMNS,
    thing: Thing::Policy,
};

const FIELDS: &[Field] = &[
    Field::new(
        "auto_scaling_group",
        "policy-asg",
        ValueKind::Text,
        "Group that it scales",
    )
    .short('a')
    .names(Thing::Group),
    Field::new(
        "metric",
        "policy-metric",
        ValueKind::Text,
        "What is measured: CPU, MEM, ...",
    ),
    Field::new(
        "statistic",
        "policy-statistic",
        ValueKind::Text,
        "How instances are summed up: AVG, ...",
    ),
    Field::new(
        "sampling_window",
        "policy-sampling-window",
        ValueKind::Integer,
        "Seconds that are looked back on",
    ),
    Field::new(
        "breach_duration",
        "policy-breach-duration",
        ValueKind::Integer,
        "Seconds that a threshold has to be breached",
    ),
    Field::new(
        "scale_out_step",
        "policy-scale-out-step",
        ValueKind::Integer,
        "Instances added above the upper threshold, for example 1",
    ),
    Field::new(
        "scale_in_step",
        "policy-scale-in-step",
        ValueKind::Integer,
        "Instances added below the lower threshold, for example -1",
    ),
    Field::new(
        "upper_threshold",
        "policy-upper-threshold",
        ValueKind::Number,
        "Per cent above which it adds",
    ),
    Field::new(
        "lower_threshold",
        "policy-lower-threshold",
        ValueKind::Number,
        "Per cent below which it removes",
    ),
];

const COLUMNS: &[Column] = &[
    column("name"),
    column("auto_scaling_group"),
    column("metric"),
    column("statistic"),
    column("upper_threshold"),
    column("lower_threshold"),
];
