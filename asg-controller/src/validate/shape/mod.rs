//! What a field may hold, and how a value is checked against it.

mod nested;
mod scalar;

use domain::NameError;
use serde_json::Value;

use super::Table;

/// Characters of a value that a message repeats.
const SHOWN: usize = 60;

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
    /// A number.
    Number {
        /// At least.
        min: f64,
        /// At most.
        max: f64,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A text of a form of its own.
    Form(fn(&str) -> Result<(), String>),
    /// An object with fields of its own.
    Table(&'static Table),
    /// A list of them.
    Tables {
        /// The fields of each.
        of: &'static Table,
        /// Objects at most; one at least.
        items: usize,
    },
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
    /// A list of names and of objects that are checked elsewhere; one at least.
    NamesOrObjects {
        /// Entries at most.
        items: usize,
    },
    /// A time: RFC 3339 or Unix seconds. The model takes milliseconds.
    Time,
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
            Self::Name(rule) => scalar::name(value, rule),
            Self::Text {
                min,
                max,
                allowed,
                words,
            } => scalar::text(value, min..=max, allowed, words),
            Self::Integer { min, max } => scalar::integer(value, min, max),
            Self::Port => scalar::port(value),
            Self::Number { min, max } => scalar::number(value, min, max),
            Self::Choice(words) => scalar::choice(value, words),
            Self::Form(rule) => {
                rule(string(value)?)?;
                Ok(value.clone())
            }
            Self::Table(table) => nested::fields(value, table),
            Self::Tables { of, items } => nested::tables(value, of, items),
            Self::Flag => scalar::flag(value),
            Self::Zones => nested::zones(value),
            Self::Texts { items, length } => nested::texts(value, items, length),
            Self::NamesOrObjects { items } => nested::names_or_objects(value, items),
            Self::Time => scalar::time(value),
            Self::Object { bytes } => nested::object(value, bytes),
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
