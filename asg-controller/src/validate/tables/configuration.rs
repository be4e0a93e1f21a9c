//! Launch configurations.

use domain::{ConfigName, LaunchConfiguration, TypeName};
use serde_json::Value;

use super::super::{Field, Object, Shape, Table, most_alike, nearest};
use super::{Types, line};
use crate::error::{Refusal, Result};

/// Bytes of metadata. Every instance record keeps a copy, and the record of a group with the most instances
/// (2,000) must stay below MongoDB's 16 MB for one document.
const METADATA: usize = 4096;

pub(super) static TABLE: Table = Table::new(
    "launch configuration",
    &[&[
        Field::required("name", Shape::Name(|text| ConfigName::parse(text).map(drop))),
        Field::required(
            "image_id",
            Shape::Text {
                min: 1,
                max: 512,
                allowed: |c| c.is_ascii_graphic(),
                words: "use an image reference without spaces, for example nginx:1.27",
            },
        ),
        Field::required(
            "instances_type",
            Shape::Name(|text| TypeName::parse(text).map(drop)),
        ),
        Field::required("key", line(0, 255)),
        Field::default("metadata", Shape::Object { bytes: METADATA }, || {
            Value::Object(Object::new())
        }),
    ]],
);

pub(super) fn check(body: &LaunchConfiguration, types: &Types) -> Result<()> {
    let given = &body.instances_type;
    if types.contains_key(given) {
        return Ok(());
    }
    let known = || types.keys().map(TypeName::as_str);
    let hint = match nearest(given.as_str(), known()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => match most_alike(given.as_str(), known()) {
            Some((_, near)) => format!("the nearest is {near:?}, and list-instance-types shows them all"),
            None => "none is configured".to_owned(),
        },
    };
    Err(Refusal::field(
        "instances_type",
        format!("{given:?} is no known instance type; {hint}"),
    ))
}
