//! The tables, one file per kind, each with the checks that concern more than one field.

mod balancer;
mod configuration;
mod group;
mod policy;
mod replay;
mod schedule;
mod small;

use std::collections::BTreeMap;

use domain::{Body, InstanceType, Kind, TypeName};

pub(crate) use group::{create as group_spec, update as group_patch};
pub(crate) use replay::{Trial, trial};
pub(crate) use schedule::until;
pub(crate) use small::{LOGIN, desired_capacity, figure, instance_count, processes};

use serde_json::Value;

use super::{Object, Shape, same_name, typed};
use crate::error::Result;
use crate::{MetricSource, Settings};

/// The known instance types.
pub(crate) type Types = BTreeMap<TypeName, InstanceType>;

/// The declared sources of figures.
pub(crate) type Sources = BTreeMap<String, MetricSource>;

/// A whole document of a kind, from its fields.
pub(crate) fn created(kind: Kind, fields: Object, settings: &Settings) -> Result<Body> {
    Ok(match kind {
        Kind::LaunchConfiguration => {
            let body = typed(configuration::TABLE.whole(fields)?)?;
            configuration::check(&body, &settings.instance_types)?;
            Body::LaunchConfiguration(body)
        }
        Kind::LoadBalancer => Body::LoadBalancer(typed(balancer::TABLE.whole(fields)?)?),
        Kind::Policy => Body::Policy(policy::whole(fields, &settings.metric_sources)?),
        Kind::Schedule => Body::Schedule(schedule::whole(fields)?),
    })
}

/// A stored document, of which these are the fields as clients see them, with the given ones laid over it.
pub(crate) fn updated(stored: &Body, mut shown: Object, given: Object, settings: &Settings) -> Result<Body> {
    let table = match stored {
        Body::LaunchConfiguration(_) => &configuration::TABLE,
        Body::LoadBalancer(_) => &balancer::TABLE,
        Body::Schedule(_) => schedule::table(&shown),
        Body::Policy(_) => {
            shown = policy::kept(shown, &given);
            policy::table(&shown)?
        }
    };
    for field in table.unset(&given) {
        shown.remove(field);
    }
    let given = table.given(given)?;
    same_name(&given, stored.name())?;
    shown.extend(given);
    created(stored.kind(), shown, settings)
}

/// A flag that is off unless it is set.
const FLAG_OFF: fn() -> Value = || Value::Bool(false);

/// Short text of one line.
const fn line(min: usize, max: usize) -> Shape {
    Shape::Text {
        min,
        max,
        allowed: |c| !c.is_control(),
        words: "use text of one line, not empty",
    }
}
