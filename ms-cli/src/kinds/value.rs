//! What options and the defaults file take as values, and how a text is read as one.

use serde_json::{Number, Value};

/// What values a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Any text.
    Text,
    /// A whole number; the server knows which are allowed.
    Integer,
    /// A number, for example of per cent.
    Number,
    /// Names, separated by commas.
    List,
    /// A JSON object.
    Object,
    /// Set or not; an option without a value.
    Flag,
}

impl ValueKind {
    /// What the help and errors call a value.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::List => "names separated by commas",
            Self::Object => "a JSON object, for example {\"env\":\"test\"}",
            Self::Flag => "true or false",
        }
    }

    /// The value's name in the help.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Integer | Self::Number => "N",
            Self::List => "A,B,...",
            Self::Object => "JSON",
            Self::Flag => "BOOL",
        }
    }

    /// Reads an option's text.
    pub fn parse(self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::Text => Some(Value::from(text)),
            Self::Integer => text.parse::<i64>().ok().map(Value::from),
            Self::Number => number(text),
            Self::List => list(text),
            Self::Object => return object(text),
            Self::Flag => text.parse::<bool>().ok().map(Value::from),
        };
        value.ok_or_else(|| format!("expected {}", self.describe()))
    }
}

fn number(text: &str) -> Option<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| Number::from_f64(text.parse().ok()?).map(Value::Number))
}

fn list(text: &str) -> Option<Value> {
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    (!names.iter().any(|n| n.is_empty())).then(|| Value::from(names))
}

fn object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(format!("expected {}", ValueKind::Object.describe())),
        Err(e) => Err(format!("expected {}: {e}", ValueKind::Object.describe())),
    }
}
