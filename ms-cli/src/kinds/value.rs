//! What options and the defaults file take as values, and how both are read into JSON.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

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

/// Reads a value of the defaults file; a value that is left empty (null) is `Value::Null`.
impl<'de> DeserializeSeed<'de> for ValueKind {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, file: D) -> Result<Value, D::Error> {
        match self {
            // As text, so that a name such as 0123 keeps its digits.
            Self::Text => {
                let text = <Option<String> as de::Deserialize>::deserialize(file)?;
                Ok(text.map_or(Value::Null, Value::from))
            }
            Self::Integer | Self::Number | Self::List | Self::Object | Self::Flag => {
                file.deserialize_any(self)
            }
        }
    }
}

impl<'de> Visitor<'de> for ValueKind {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.parse(text)
            .map_err(|why| E::custom(format!("{text:?}: {why}")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        if self != Self::List {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        let mut names: Vec<String> = Vec::new();
        while let Some(name) = items.next_element()? {
            names.push(name);
        }
        Ok(Value::from(names))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        if self != Self::Object {
            return Err(de::Error::invalid_type(de::Unexpected::Map, &self));
        }
        let mut object = Map::new();
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
