//! Texts, numbers and flags.

use std::ops::RangeInclusive;

use domain::NameError;
use planner::schedule::read_time;
use serde_json::{Number, Value};

use super::{Checked, shown, string};

pub(super) fn text(
    value: &Value,
    lengths: RangeInclusive<usize>,
    allowed: fn(char) -> bool,
    words: &str,
) -> Checked {
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

pub(super) fn name(value: &Value, rule: fn(&str) -> Result<(), NameError>) -> Checked {
    rule(string(value)?).map_err(|error| format!("{} {}", shown(value), told(&error)))?;
    Ok(value.clone())
}

/// What is wrong with a name, to stand behind it.
fn told(error: &NameError) -> String {
    match error {
        NameError::Character(_) | NameError::First(_) => format!("is no name: {error}"),
        NameError::Empty | NameError::TooLong { .. } => error.to_string(),
    }
}

pub(super) fn integer(value: &Value, min: i64, max: i64) -> Checked {
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

pub(super) fn port(value: &Value) -> Checked {
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

pub(super) fn number(value: &Value, min: f64, max: f64) -> Checked {
    let number = value.as_f64().filter(|n| (min..=max).contains(n));
    let number = number.and_then(Number::from_f64);
    number.map(Value::Number).ok_or_else(|| match max < f64::MAX {
        true => format!("{} is not a number from {min} to {max}", shown(value)),
        false if min == f64::MIN_POSITIVE => format!("{} is not above 0", shown(value)),
        false if min > f64::MIN => format!("{} is not a number from {min}", shown(value)),
        false => format!("{} is not a number", shown(value)),
    })
}

pub(super) fn time(value: &Value) -> Checked {
    let millis = match value {
        Value::Number(seconds) => seconds.as_i64().and_then(|seconds| seconds.checked_mul(1000)),
        other => other
            .as_str()
            .and_then(|text| read_time(text).ok())
            .map(|at| at.millis()),
    };
    millis.map(Value::from).ok_or_else(|| {
        let given = shown(value);
        format!("{given} is no time: use RFC 3339, for example 2030-01-01T09:00:00Z, or Unix seconds")
    })
}

pub(super) fn choice(value: &Value, words: &[&str]) -> Checked {
    match words.contains(&string(value)?) {
        true => Ok(value.clone()),
        false => Err(format!("{} is none of {}", shown(value), words.join(", "))),
    }
}

pub(super) fn flag(value: &Value) -> Checked {
    value
        .is_boolean()
        .then(|| value.clone())
        .ok_or_else(|| format!("{} is not true or false", shown(value)))
}
