//! Launch configurations.

use super::{Field, Kind, Thing, ValueKind};
use crate::output::{Column, column};

/// A launch configuration's description.
pub const LAUNCH_CONFIGURATION: Kind = Kind {
    noun: "launch configuration",
    nouns: "launch configurations",
    one: "lconf",
    all: "lconfs",
    section: "launch_configuration",
    name_option: "lconf-name",
    name_short: 'c',
    fields: FIELDS,
    type_field: None,
    columns: COLUMNS,
    thing: Thing::LaunchConfiguration,
};

const FIELDS: &[Field] = &[
    Field::new(
        "image_id",
        "lconf-image-id",
        ValueKind::Text,
        "Image that instances run, for example nginx:1.27",
    ),
    Field::new(
        "instances_type",
        "lconf-instances-type",
        ValueKind::Text,
        "Type that limits CPU and memory, for example m1.small (see list-instance-types)",
    )
    .names(Thing::InstanceType),
    Field::new("key", "lconf-key", ValueKind::Text, "Name of an ssh key"),
    Field::new(
        "metadata",
        "lconf-metadata",
        ValueKind::Object,
        "JSON object that instances find in user_data",
    ),
];

const COLUMNS: &[Column] = &[
    column("name"),
    column("image_id"),
    column("instances_type"),
    column("key"),
    column("metadata"),
];
