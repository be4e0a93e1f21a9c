//! What options and the defaults file take as values, and how a text is read as one.

use serde_json::{Number, Value, json};

/// What values a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Any text.
    Text,
    /// A whole number; the server knows which are allowed.
    Integer,
    /// A whole number, or none.
    IntegerOrNone,
    /// A number, for example of per cent.
    Number,
    /// Names, separated by commas.
    List,
    /// A JSON object.
    Object,
    /// A JSON list of objects.
    Objects,
    /// A JSON object of a rate, or none.
    Rate,
    /// From when until when on a clock.
    Hours,
    /// Set or not; an option without a value.
    Flag,
    /// True or false; an option without a value is true.
    Switch,
}

impl ValueKind {
    /// What the help and errors call a value.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::IntegerOrNone => "a whole number, or none",
            Self::Number => "a number",
            Self::List => "names separated by commas",
            Self::Object => "a JSON object, for example {\"env\":\"test\"}",
            Self::Objects => "a JSON list, for example [{\"lower_bound\":0,\"scaling_adjustment\":1}]",
            Self::Rate => "a JSON object, for example {\"instances\":4,\"period\":60}, or none",
            Self::Hours => "times of a clock, for example 09:00-17:00",
            Self::Flag | Self::Switch => "true or false",
        }
    }

    /// The value's name in the help.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Integer | Self::IntegerOrNone | Self::Number => "N",
            Self::List => "A,B,...",
            Self::Object | Self::Objects | Self::Rate => "JSON",
            Self::Hours => "START-END",
            Self::Flag | Self::Switch => "BOOL",
        }
    }

    /// Reads an option's text.
    pub fn parse(self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::Text => Some(Value::from(text)),
            Self::IntegerOrNone if text.trim() == "none" => Some(Value::Null),
            Self::Integer | Self::IntegerOrNone => text.parse::<i64>().ok().map(Value::from),
            Self::Number => number(text),
            Self::List => list(text),
            Self::Rate if text.trim() == "none" => Some(Value::Null),
            Self::Object | Self::Rate => return self.json(text, Value::is_object),
            Self::Objects => return self.json(text, Value::is_array),
            Self::Hours => hours(text),
            Self::Flag | Self::Switch => text.parse::<bool>().ok().map(Value::from),
        };
        value.ok_or_else(|| format!("expected {}", self.describe()))
    }

    fn json(self, text: &str, fits: fn(&Value) -> bool) -> Result<Value, String> {
        match serde_json::from_str(text) {
            Ok(value) if fits(&value) => Ok(value),
            Ok(_) => Err(format!("expected {}", self.describe())),
            Err(e) => Err(format!("expected {}: {e}", self.describe())),
        }
    }
}

fn number(text: &str) -> Option<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| Number::from_f64(text.parse().ok()?).map(Value::Number))
}

fn hours(text: &str) -> Option<Value> {
    let (start, end) = text.split_once('-')?;
    Some(json!({"start": start.trim(), "end": end.trim()}))
}

fn list(text: &str) -> Option<Value> {
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    (!names.iter().any(|n| n.is_empty())).then(|| Value::from(names))
}
