//! Groups. Bounds and zones are checked by the model, which knows the whole group.

use api::documents;
use domain::{
    BalancerName, ConfigName, GroupName, GroupPatch, GroupSpec, MAX_GROUP_SIZE, Rate, Scaling, Unset,
};
use serde_json::Value;

use super::super::{Field, Object, Shape, Table, same_name, typed};
use crate::error::{Refusal, Result};

/// Seconds of a warm-up, a stabilisation window or a rate's period at most: HPA's bound of its window.
const WHILE: i64 = 3600;
/// Per cent that a rate allows at most: from one instance to the largest group.
const PER_CENT: i64 = 100 * MAX_GROUP_SIZE as i64;

/// Seconds of a cooldown: a year at most.
pub(super) const COOLDOWN: Shape = Shape::Integer {
    min: 0,
    max: 365 * 24 * 3600,
};

/// The model says how large a group may be; what cannot be a size at all is refused here.
pub(super) const SIZE: Shape = Shape::Integer {
    min: 0,
    max: u32::MAX as i64,
};

const LATER: Shape = Shape::Integer { min: 0, max: WHILE };

static RATE: Table = Table::new(
    "rate",
    &[&[
        Field::optional(
            "instances",
            Shape::Integer {
                min: 1,
                max: MAX_GROUP_SIZE as i64,
            },
        ),
        Field::optional(
            "percent",
            Shape::Integer {
                min: 1,
                max: PER_CENT,
            },
        ),
        Field::required("period", Shape::Integer { min: 1, max: WHILE }),
    ]],
);

pub(super) static TABLE: Table = Table {
    read_only: &documents::Group::READ_ONLY,
    ..Table::new("group", &[FIELDS, SCALING])
};

const FIELDS: &[Field] = &[
    Field::required("name", Shape::Name(|text| GroupName::parse(text).map(drop))),
    Field::required("availability_zones", Shape::Zones),
    Field::required(
        "launch_configuration",
        Shape::Name(|text| ConfigName::parse(text).map(drop)),
    ),
    Field::required("min_size", SIZE),
    Field::required("max_size", SIZE),
    Field::required("desired_capacity", SIZE),
    Field::required("scale_out_cooldown", COOLDOWN),
    Field::required("scale_in_cooldown", COOLDOWN),
    Field::required(
        "domain",
        Shape::Text {
            min: 1,
            max: 253,
            allowed: |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'),
            words: "use a DNS domain, for example mydomain.net",
        },
    ),
    Field::optional(
        "load_balancer",
        Shape::Name(|text| BalancerName::parse(text).map(drop)),
    ),
    Field::optional("no_lb", Shape::Flag),
];

/// How it lets policies move it.
pub(super) const SCALING: &[Field] = &[
    Field::optional("instance_warmup", LATER),
    Field::optional("scale_in_stabilization", LATER),
    Field::optional("scale_out_rate", Shape::Table(&RATE)),
    Field::optional("scale_in_rate", Shape::Table(&RATE)),
];

/// Whether `load_balancer: null` came without `no_lb`: the client wants none.
fn wants_none(given: &Object) -> bool {
    given.get("load_balancer").is_some_and(Value::is_null) && !given.contains_key("no_lb")
}

/// A rate says how much.
pub(super) fn rates(scaling: &Scaling) -> Result<()> {
    let given = [
        ("scale_out_rate", scaling.scale_out_rate),
        ("scale_in_rate", scaling.scale_in_rate),
    ];
    let empty = |rate: &Rate| rate.instances.is_none() && rate.percent.is_none();
    match given.iter().find(|(_, rate)| rate.as_ref().is_some_and(empty)) {
        None => Ok(()),
        Some((field, _)) => Err(Refusal::field(field, "instances or percent is required")),
    }
}

/// A new group's name and what it asks.
pub(crate) fn create(object: Object) -> Result<(GroupName, GroupSpec)> {
    let none = wants_none(&object);
    let mut fields = TABLE.whole(object)?;
    let no_lb = fields.get("no_lb").and_then(Value::as_bool).unwrap_or(none);
    fields.insert("no_lb".to_owned(), Value::Bool(no_lb));
    let name = fields.remove("name").unwrap_or_default();
    let name = serde_json::from_value(name).map_err(|error| Refusal::field("name", error))?;
    let scaling = typed(fields.clone())?;
    rates(&scaling)?;
    let spec = GroupSpec {
        scaling,
        ..typed(fields)?
    };
    // The rule of `no_lb` and `load_balancer` is the one of updates.
    let patch = GroupPatch {
        load_balancer: spec.load_balancer.clone(),
        no_lb: Some(no_lb),
        ..GroupPatch::default()
    };
    let spec = spec.with(&patch);
    spec.check()?;
    Ok((name, spec))
}

/// What an update of the group `name` changes.
pub(crate) fn update(object: Object, name: &GroupName) -> Result<GroupPatch> {
    let none = wants_none(&object);
    let unset = TABLE.unset(&object);
    let mut fields = TABLE.given(object)?;
    same_name(&fields, name.as_str())?;
    fields.remove("name");
    let mut patch: GroupPatch = typed(fields)?;
    rates(&patch.scaling)?;
    patch.unset = Unset {
        instance_warmup: unset.contains(&"instance_warmup"),
        scale_in_stabilization: unset.contains(&"scale_in_stabilization"),
        scale_out_rate: unset.contains(&"scale_out_rate"),
        scale_in_rate: unset.contains(&"scale_in_rate"),
    };
    patch.no_lb = patch.no_lb.or(none.then_some(true));
    Ok(patch)
}
