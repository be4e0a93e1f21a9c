//! Lists and objects.

use domain::ZoneName;
use serde_json::Value;

use super::super::Table;
use super::{Checked, scalar, shown, string};

/// Levels that an object may nest. Readers of JSON stop at 128 and MongoDB at 100, and a record nests it further.
const MAX_DEPTH: usize = 32;
/// Zones that one document names at most.
const MAX_ZONES: usize = 64;

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], String> {
    let items = value.as_array().map(Vec::as_slice);
    items.ok_or_else(|| format!("{} is not a list of {what}", shown(value)))
}

pub(super) fn zones(value: &Value) -> Checked {
    let given = list(value, "zone names")?;
    if given.is_empty() || given.len() > MAX_ZONES {
        return Err(format!(
            "{} names {} zones, from 1 to {MAX_ZONES} are expected",
            shown(value),
            given.len()
        ));
    }
    for (at, zone) in given.iter().enumerate() {
        scalar::name(zone, |text| ZoneName::parse(text).map(drop))?;
        if given.iter().take(at).any(|earlier| earlier == zone) {
            return Err(format!("{} is named twice", shown(zone)));
        }
    }
    Ok(value.clone())
}

pub(super) fn texts(value: &Value, items: usize, length: usize) -> Checked {
    let given = list(value, "strings")?;
    if given.len() > items {
        return Err(format!(
            "has {} entries, at most {items} are allowed",
            given.len()
        ));
    }
    for text in given {
        if string(text)?.chars().count() > length {
            return Err(format!(
                "{} is longer than the {length} characters allowed",
                shown(text)
            ));
        }
    }
    Ok(value.clone())
}

pub(super) fn names_or_objects(value: &Value, items: usize) -> Checked {
    let given = list(value, "names or JSON objects")?;
    if given.is_empty() || given.len() > items {
        return Err(counted(given, items));
    }
    match given.iter().find(|item| !item.is_string() && !item.is_object()) {
        Some(odd) => Err(format!("{} is neither a name nor a JSON object", shown(odd))),
        None => Ok(value.clone()),
    }
}

fn counted(given: &[Value], items: usize) -> String {
    format!("has {} entries, from 1 to {items} are expected", given.len())
}

pub(super) fn object(value: &Value, bytes: usize) -> Checked {
    if !value.is_object() {
        return Err(format!("{} is not a JSON object", shown(value)));
    }
    let size = value.to_string().len();
    if size > bytes {
        return Err(format!("has {size} bytes as JSON, at most {bytes} are allowed"));
    }
    if depth(value) > MAX_DEPTH {
        return Err(format!("nests deeper than the {MAX_DEPTH} levels allowed"));
    }
    Ok(value.clone())
}

/// Levels of objects and lists; the request's parser keeps them far below what a stack holds.
fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(fields) => fields.values().map(depth).max(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return 0,
    };
    1 + inner.unwrap_or(0)
}

pub(super) fn fields(value: &Value, table: &Table) -> Checked {
    let object = value
        .as_object()
        .ok_or_else(|| format!("{} is not a JSON object", shown(value)))?;
    match table.complete(object.clone()) {
        (checked, problems) if problems.is_empty() => Ok(Value::Object(checked)),
        (_, problems) => Err(problems.join(", ")),
    }
}

pub(super) fn tables(value: &Value, of: &Table, items: usize) -> Checked {
    let given = list(value, "JSON objects")?;
    if given.is_empty() || given.len() > items {
        return Err(counted(given, items));
    }
    let checked = given.iter().enumerate().map(|(at, item)| {
        let checked = fields(item, of);
        checked.map_err(|problem| format!("entry {}: {problem}", at + 1))
    });
    checked.collect::<Result<Vec<_>, _>>().map(Value::Array)
}
