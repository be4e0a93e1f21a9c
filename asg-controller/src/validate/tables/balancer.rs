//! Load balancers.

use domain::BalancerName;
use serde_json::Value;

use super::super::{Field, Shape, Table};
use super::line;

pub(super) static TABLE: Table = Table::new(
    "load balancer",
    &[&[
        Field::required("name", Shape::Name(|text| BalancerName::parse(text).map(drop))),
        Field::required("lb_port", Shape::Port),
        Field::required("instances_port", Shape::Port),
        Field::required("availability_zones", Shape::Zones),
        Field::default("protocol", line(1, 32), || Value::from("HTTP")),
        Field::default(
            "options",
            Shape::Texts {
                items: 64,
                length: 255,
            },
            || Value::Array(Vec::new()),
        ),
    ]],
);
