//! The tables, one file per kind, each with the checks that concern more than one field.

mod balancer;
mod configuration;
mod group;
mod policy;
mod small;

use std::collections::BTreeMap;

use domain::{Body, InstanceType, Kind, TypeName};

pub(crate) use group::{create as group_spec, update as group_patch};
pub(crate) use small::{LOGIN, desired_capacity, instance_count};

use super::{Object, Shape, Table, typed};
use crate::error::Result;

/// The known instance types.
pub(crate) type Types = BTreeMap<TypeName, InstanceType>;

/// The table of a kind of document.
pub(crate) fn of(kind: Kind) -> &'static Table {
    match kind {
        Kind::LaunchConfiguration => &configuration::TABLE,
        Kind::LoadBalancer => &balancer::TABLE,
        Kind::Policy => &policy::TABLE,
    }
}

/// A whole document of a kind, from its fields.
pub(crate) fn body(kind: Kind, fields: Object, types: &Types) -> Result<Body> {
    let fields = of(kind).whole(fields)?;
    Ok(match kind {
        Kind::LaunchConfiguration => {
            let body = typed(fields)?;
            configuration::check(&body, types)?;
            Body::LaunchConfiguration(body)
        }
        Kind::LoadBalancer => Body::LoadBalancer(typed(fields)?),
        Kind::Policy => {
            let body = typed(fields)?;
            policy::check(&body)?;
            Body::Policy(body)
        }
    })
}

/// Short text of one line.
const fn line(min: usize, max: usize) -> Shape {
    Shape::Text {
        min,
        max,
        allowed: |c| !c.is_control(),
        words: "use text of one line, not empty",
    }
}
