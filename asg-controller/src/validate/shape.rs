//! What a field may hold, and how a value is checked against it.

use std::ops::RangeInclusive;

use domain::{NameError, ZoneName};
use serde_json::{Number, Value};

/// Characters of a value that a message repeats.
const SHOWN: usize = 60;
/// Levels that an object may nest. Readers of JSON stop at 128 and MongoDB at 100, and a record nests it further.
const MAX_DEPTH: usize = 32;
/// Zones that one document names at most.
const MAX_ZONES: usize = 64;

/// What a field may hold.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// A name, checked by the model's own rule.
    Name(fn(&str) -> Result<(), NameError>),
    /// Text.
    Text {
        /// Characters at least.
        min: usize,
        /// Characters at most.
        max: usize,
        /// The characters allowed.
        allowed: fn(char) -> bool,
        /// The same in words.
        words: &'static str,
    },
    /// A whole number.
    Integer {
        /// At least.
        min: i64,
        /// At most.
        max: i64,
    },
    /// A TCP port, which may come as a numeric string.
    Port,
    /// A number of per cent.
    Percent,
    /// True or false.
    Flag,
    /// At least one zone.
    Zones,
    /// A list of texts.
    Texts {
        /// Texts at most.
        items: usize,
        /// Characters of each at most.
        length: usize,
    },
    /// A free JSON object.
    Object {
        /// Bytes of its JSON text at most.
        bytes: usize,
    },
}

/// A checked value, as the model takes it, or what is wrong with it.
type Checked = Result<Value, String>;

impl Shape {
    /// Checks a value.
    pub(crate) fn check(self, value: &Value) -> Checked {
        match self {
            Self::Name(rule) => name(value, rule),
            Self::Text {
                min,
                max,
                allowed,
                words,
            } => text(value, min..=max, allowed, words),
            Self::Integer { min, max } => integer(value, min, max),
            Self::Port => port(value),
            Self::Percent => percent(value),
            Self::Flag => flag(value),
            Self::Zones => zones(value),
            Self::Texts { items, length } => texts(value, items, length),
            Self::Object { bytes } => object(value, bytes),
        }
    }
}

/// A value as messages repeat it: its JSON text, cut when long.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn string(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("{} is not a string", shown(value)))
}

fn text(value: &Value, lengths: RangeInclusive<usize>, allowed: fn(char) -> bool, words: &str) -> Checked {
    let text = string(value)?;
    let length = text.chars().count();
    if length < *lengths.start() {
        return Err(format!("{} is too short: {words}", shown(value)));
    }
    if length > *lengths.end() {
        let max = lengths.end();
        return Err(format!(
            "{} has {length} characters, at most {max} are allowed",
            shown(value)
        ));
    }
    match text.chars().find(|c| !allowed(*c)) {
        Some(odd) => Err(format!("{}: {odd:?} is not allowed: {words}", shown(value))),
        None => Ok(value.clone()),
    }
}

fn name(value: &Value, rule: fn(&str) -> Result<(), NameError>) -> Checked {
    rule(string(value)?).map_err(|error| format!("{} {}", shown(value), told(&error)))?;
    Ok(value.clone())
}

/// What is wrong with a name, to stand behind it.
fn told(error: &NameError) -> String {
    match error {
        NameError::Character(_) => format!("is no name: {error}"),
        NameError::Empty | NameError::TooLong { .. } => error.to_string(),
    }
}

fn integer(value: &Value, min: i64, max: i64) -> Checked {
    let Value::Number(number) = value else {
        return Err(format!("{} is not an integer", shown(value)));
    };
    let whole = number
        .as_i128()
        .ok_or_else(|| format!("{number} is not an integer from {min} to {max}"))?;
    if whole < i128::from(min) {
        return Err(format!("{number} is below {min}"));
    }
    if whole > i128::from(max) {
        return Err(format!("{number} is above {max}"));
    }
    Ok(value.clone())
}

fn port(value: &Value) -> Checked {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64().and_then(|n| u16::try_from(n).ok()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    match number {
        Some(port) if port > 0 => Ok(Value::from(port)),
        Some(_) | None => Err(format!("{} is not a port from 1 to 65535", shown(value))),
    }
}

fn percent(value: &Value) -> Checked {
    let number = value.as_f64().filter(|n| (0.0..=100.0).contains(n));
    let number = number.and_then(Number::from_f64);
    number
        .map(Value::Number)
        .ok_or_else(|| format!("{} is not a number from 0 to 100", shown(value)))
}

fn flag(value: &Value) -> Checked {
    value
        .is_boolean()
        .then(|| value.clone())
        .ok_or_else(|| format!("{} is not true or false", shown(value)))
}

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], String> {
    let items = value.as_array().map(Vec::as_slice);
    items.ok_or_else(|| format!("{} is not a list of {what}", shown(value)))
}

fn zones(value: &Value) -> Checked {
    let given = list(value, "zone names")?;
    if given.is_empty() || given.len() > MAX_ZONES {
        return Err(format!(
            "{} names {} zones, from 1 to {MAX_ZONES} are expected",
            shown(value),
            given.len()
        ));
    }
    for (at, zone) in given.iter().enumerate() {
        name(zone, |text| ZoneName::parse(text).map(drop))?;
        if given.iter().take(at).any(|earlier| earlier == zone) {
            return Err(format!("{} is named twice", shown(zone)));
        }
    }
    Ok(value.clone())
}

fn texts(value: &Value, items: usize, length: usize) -> Checked {
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

fn object(value: &Value, bytes: usize) -> Checked {
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
