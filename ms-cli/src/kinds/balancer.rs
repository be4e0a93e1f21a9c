//! Load balancers.

use super::{Fallback, Field, Kind, Thing, ValueKind};
use crate::output::{Column, column};

/// A load balancer's description.
pub const LOAD_BALANCER: Kind = Kind {
    noun: "load balancer",
    nouns: "load balancers",
    one: "lb",
    all: "lbs",
    section: "load_balancer",
    name_option: "lb-name",
    name_short: 'b',
    fields: FIELDS,
    type_field: None,
    columns: COLUMNS,
    thing: Thing::LoadBalancer,
};

const FIELDS: &[Field] = &[
    Field::new(
        "instances_port",
        "lb-instances-port",
        ValueKind::Integer,
        "Port that instances listen on",
    ),
    Field::new("lb_port", "lb-port", ValueKind::Integer, "Port that clients use")
        .fallback(Fallback::Integer(80)),
    Field::new(
        "availability_zones",
        "lb-availability-zones",
        ValueKind::List,
        "Zones that it balances over",
    )
    .names(Thing::Zone)
    .fallback(Fallback::KnownZones),
    Field::new("protocol", "lb-protocol", ValueKind::Text, "Protocol").fallback(Fallback::Text("HTTP")),
    Field::file_only("options", ValueKind::List, "Further options"),
];

const COLUMNS: &[Column] = &[
    column("name"),
    column("lb_port"),
    column("instances_port"),
    column("availability_zones"),
    column("protocol"),
    column("options"),
];
