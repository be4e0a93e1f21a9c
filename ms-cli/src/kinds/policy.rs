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
    type_field: Some("policy_type"),
    columns: COLUMNS,
    thing: Thing::Policy,
};

const THRESHOLD: &[&str] = &["threshold"];
const TRACKING: &[&str] = &["target_tracking"];
const TARGET: &[&str] = &["target_tracking", "predictive"];
/// Those that look at the load as it is.
const MEASURED: &[&str] = &["threshold", "target_tracking", "step", "simple"];
const BREACH: &[&str] = &["step", "simple"];

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
        "What is measured: CPU, MEM (per cent of the instance type's), NETWORK_IN, NETWORK_OUT (bytes a second)",
    ),
    Field::new(
        "statistic",
        "policy-statistic",
        ValueKind::Text,
        "How instances are summed up: AVG, MAX, MIN, SUM, p1 to p99",
    ),
    Field::new(
        "sampling_window",
        "policy-sampling-window",
        ValueKind::Integer,
        "Seconds that are looked back on (not of predictive policies)",
    )
    .of_types(MEASURED),
    Field::new(
        "breach_duration",
        "policy-breach-duration",
        ValueKind::Integer,
        "Seconds that a threshold has to be breached (not of target tracking and predictive policies)",
    )
    .of_types(&["threshold", "step", "simple"]),
    Field::new(
        "scale_out_step",
        "policy-scale-out-step",
        ValueKind::Integer,
        "Instances added above the upper threshold, for example 1",
    )
    .of_types(THRESHOLD)
    .heading("Threshold policies"),
    Field::new(
        "scale_in_step",
        "policy-scale-in-step",
        ValueKind::Integer,
        "Instances added below the lower threshold, for example -1",
    )
    .of_types(THRESHOLD)
    .heading("Threshold policies"),
    Field::new(
        "upper_threshold",
        "policy-upper-threshold",
        ValueKind::Number,
        "Per cent above which it adds",
    )
    .of_types(THRESHOLD)
    .heading("Threshold policies"),
    Field::new(
        "lower_threshold",
        "policy-lower-threshold",
        ValueKind::Number,
        "Per cent below which it removes",
    )
    .of_types(THRESHOLD)
    .heading("Threshold policies"),
    Field::new(
        "policy_type",
        "policy-type",
        ValueKind::Text,
        "threshold (default), target_tracking, step, simple or predictive; its options tell it too",
    )
    .later(),
    Field::new(
        "source",
        "policy-source",
        ValueKind::Text,
        "Where the metric comes from: agent (default), or a source that the configuration of the service declares",
    )
    .later(),
    Field::new(
        "missing_data",
        "policy-missing-data",
        ValueKind::Text,
        "What it wishes for while its metric says nothing: hold (default), 'floor N' or scale_out (not of predictive policies)",
    )
    .of_types(MEASURED)
    .later(),
    Field::new(
        "shadow",
        "policy-shadow",
        ValueKind::Switch,
        "It records what it would do and moves nothing; --policy-shadow=false has it act",
    )
    .later(),
    Field::new(
        "business_hours_only",
        "policy-business-hours-only",
        ValueKind::Switch,
        "It acts only within the group's business hours, which a schedule declares",
    )
    .later(),
    Field::new(
        "target_value",
        "policy-target-value",
        ValueKind::Number,
        "What the metric shall be; of SUM and of forecasts, what each instance shall have of it",
    )
    .of_types(TARGET)
    .heading("Target tracking and predictive policies")
    .later(),
    Field::new(
        "scheduling_buffer_time",
        "policy-scheduling-buffer-time",
        ValueKind::Integer,
        "Predictive: seconds ahead of the load in which it adds (300 unless set)",
    )
    .of_types(&["predictive"])
    .heading("Target tracking and predictive policies")
    .later(),
    Field::new(
        "tolerance",
        "policy-tolerance",
        ValueKind::Number,
        "Per cent of the target by which the metric may be off (10 unless set)",
    )
    .of_types(TRACKING)
    .heading("Target tracking and predictive policies")
    .later(),
    Field::new(
        "disable_scale_in",
        "policy-disable-scale-in",
        ValueKind::Switch,
        "It only adds; --policy-disable-scale-in=false has it remove again",
    )
    .of_types(TRACKING)
    .heading("Target tracking and predictive policies")
    .later(),
    Field::new(
        "panic_window",
        "policy-panic-window",
        ValueKind::Integer,
        "Seconds of the short window in which a burst shows, 0 for none (6 unless set)",
    )
    .of_types(TRACKING)
    .heading("Target tracking and predictive policies")
    .later(),
    Field::new(
        "panic_threshold",
        "policy-panic-threshold",
        ValueKind::Number,
        "Per cent of the target in the short window that are a burst (200 unless set)",
    )
    .of_types(TRACKING)
    .heading("Target tracking and predictive policies")
    .later(),
    Field::new(
        "threshold",
        "policy-threshold",
        ValueKind::Number,
        "What is breached",
    )
    .of_types(BREACH)
    .heading("Step and simple policies")
    .later(),
    Field::new(
        "comparison",
        "policy-comparison",
        ValueKind::Text,
        "On which side it is breached: above or below",
    )
    .of_types(BREACH)
    .heading("Step and simple policies")
    .later(),
    Field::new(
        "adjustment_type",
        "policy-adjustment-type",
        ValueKind::Text,
        "ChangeInCapacity, ExactCapacity or PercentChangeInCapacity",
    )
    .of_types(BREACH)
    .heading("Step and simple policies")
    .later(),
    Field::new(
        "min_adjustment_magnitude",
        "policy-min-adjustment-magnitude",
        ValueKind::Integer,
        "Of PercentChangeInCapacity: at least so many instances",
    )
    .of_types(BREACH)
    .heading("Step and simple policies")
    .later(),
    Field::new(
        "step_adjustments",
        "policy-step-adjustments",
        ValueKind::Objects,
        "Step: what follows by how far the metric is from the threshold, for example [{\"lower_bound\":0,\"upper_bound\":10,\"scaling_adjustment\":1},{\"lower_bound\":10,\"scaling_adjustment\":3}]",
    )
    .of_types(&["step"])
    .heading("Step and simple policies")
    .later(),
    Field::new(
        "scaling_adjustment",
        "policy-scaling-adjustment",
        ValueKind::Integer,
        "Simple: instances or per cent, as the adjustment type says",
    )
    .of_types(&["simple"])
    .heading("Step and simple policies")
    .later(),
    Field::new(
        "cooldown",
        "policy-cooldown",
        ValueKind::IntegerOrNone,
        "Simple: seconds after a change in capacity in which it does nothing (the group's cooldown unless set); none takes it back",
    )
    .of_types(&["simple"])
    .heading("Step and simple policies")
    .later(),
];

const COLUMNS: &[Column] = &[
    column("name"),
    column("auto_scaling_group"),
    column("metric"),
    column("statistic"),
    column("upper_threshold"),
    column("lower_threshold"),
];
