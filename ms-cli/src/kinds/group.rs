//! Autoscaling groups.

use super::{Field, Kind, Thing, ValueKind};
use crate::output::{Column, column};

/// A group's description.
pub const GROUP: Kind = Kind {
    noun: "group",
    nouns: "groups",
    one: "asg",
    all: "asgs",
    section: "autoscaling_group",
    name_option: "asg-name",
    name_short: 'a',
    fields: FIELDS,
    type_field: None,
    columns: COLUMNS,
    thing: Thing::Group,
};

const FIELDS: &[Field] = &[
    Field::new(
        "availability_zones",
        "asg-availability-zones",
        ValueKind::List,
        "Zones that instances spread over, for example docker01,docker02",
    )
    .names(Thing::Zone),
    Field::new(
        "launch_configuration",
        "asg-launch-configuration",
        ValueKind::Text,
        "Launch configuration of new instances",
    )
    .short('c')
    .names(Thing::LaunchConfiguration),
    Field::new("min_size", "asg-min-size", ValueKind::Integer, "Fewest instances"),
    Field::new("max_size", "asg-max-size", ValueKind::Integer, "Most instances"),
    Field::new(
        "desired_capacity",
        "asg-desired-capacity",
        ValueKind::Integer,
        "Instances wanted",
    ),
    Field::new(
        "scale_out_cooldown",
        "asg-scale-out-cooldown",
        ValueKind::Integer,
        "Seconds after a change in which policies add nothing",
    ),
    Field::new(
        "scale_in_cooldown",
        "asg-scale-in-cooldown",
        ValueKind::Integer,
        "Seconds after a change in which policies remove nothing",
    ),
    Field::new(
        "load_balancer",
        "asg-load-balancer",
        ValueKind::Text,
        "Load balancer in front of the instances",
    )
    .names(Thing::LoadBalancer)
    .displaces("no_lb"),
    Field::new(
        "no_lb",
        "asg-no-load-balancer",
        ValueKind::Flag,
        "No load balancer",
    )
    .short('x')
    .displaces("load_balancer"),
    Field::new(
        "domain",
        "asg-domain",
        ValueKind::Text,
        "DNS domain of the instances",
    ),
    Field::new(
        "instance_warmup",
        "asg-instance-warmup",
        ValueKind::Integer,
        "Seconds in service after which policies count what an instance measures (30 unless set)",
    )
    .later(),
    Field::new(
        "scale_in_stabilization",
        "asg-scale-in-stabilization",
        ValueKind::Integer,
        "Seconds back of which the highest wish of the policies holds before they remove (300 for target tracking unless set)",
    )
    .later(),
    Field::new(
        "scale_out_rate",
        "asg-scale-out-rate",
        ValueKind::Rate,
        "How fast policies may add, for example {\"instances\":4,\"percent\":100,\"period\":60}; none takes it back",
    )
    .later(),
    Field::new(
        "scale_in_rate",
        "asg-scale-in-rate",
        ValueKind::Rate,
        "How fast policies may remove, for example {\"percent\":10,\"period\":60}; none takes it back",
    )
    .later(),
];

const COLUMNS: &[Column] = &[
    column("name"),
    column("state"),
    column("availability_zones"),
    column("url"),
    column("min_size"),
    column("max_size"),
    column("desired_capacity"),
    column("launch_configuration"),
];
